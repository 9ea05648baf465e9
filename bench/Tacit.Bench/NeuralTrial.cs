using System.Globalization;
using Tacit.Coding;
using Tacit.Modeling.ContextMixing;
using Tacit.Modeling.Recurrent;

namespace Tacit.Bench;

internal static class NeuralTrial
{
    public static int Run(string[] args)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        int level = 9, limit = int.MaxValue; bool none = false, besides = false;
        var o = new OnlineLstmOptions();
        var files = new List<string>();
        foreach (string a in args)
        {
            string v = a[(a.IndexOf('=') + 1)..];
            if (a.StartsWith("limit=")) limit = int.Parse(v);
            else if (a == "none") none = true;
            else if (a == "besides") besides = true;
            else if (a.StartsWith("level=")) level = int.Parse(v);
            else if (a.StartsWith("cells=")) o = o with { Cells = int.Parse(v) };
            else if (a.StartsWith("layers=")) o = o with { Layers = int.Parse(v) };
            else if (a.StartsWith("segment=")) o = o with { Segment = int.Parse(v) };
            else if (a.StartsWith("rate=")) o = o with { Rate = float.Parse(v) };
            else if (a.StartsWith("orate=")) o = o with { OutputRate = float.Parse(v) };
            else if (a.StartsWith("steps=")) o = o with { RateSteps = int.Parse(v) };
            else if (a.StartsWith("beta=")) o = o with { Beta = float.Parse(v) };
            else files.Add(a);
        }
        foreach (string file in files)
        {
            byte[] data = File.ReadAllBytes(file);
            if (data.Length > limit) data = data[..limit];
            using var expert = new NeuralExpert(o) { Spare = besides ? new Tacit.Numerics.Threads.SpareThreads(2) : null };
            using var model = new ContextMixer(new ContextMixerOptions { Level = level, Experts = none ? [] : [expert] });
            double start = ThreadTime.Now, wall = Environment.TickCount64;
            var structure = StructureTrial.Choose(data, new ContextMixer(new ContextMixerOptions { Level = level }));
            data = X86Addresses.Prepare(data, structure).ToArray();
            model.Reset(data.Length, structure);
            byte[] coded = new byte[data.Length + 100];
            var encoder = new BinaryEncoder(coded);
            double lone = 0; int[] ops = new int[2];
            foreach (byte value in data)
                for (int i = 7; i >= 0; i--)
                {
                    int bit = value >> i & 1;
                    if (!none) { expert.Predict(ops); lone += Math.Log2(1 + Math.Exp((bit != 0 ? -ops[0] : ops[0]) / 256.0)); }
                    encoder.Encode(bit, model.Probability);
                    model.Update(bit);
                }
            int length = encoder.Finish();
            double t = ThreadTime.Now - start;
            Console.WriteLine($"{Path.GetFileName(file)} {data.Length} {(none ? "none" : o.ToString())} -> {length}  lone {lone / 8:f0}  {data.Length / t / 1000:f2} kB/s thread, {data.Length / (Environment.TickCount64 - wall):f2} kB/s wall");
        }
        return 0;
    }
}

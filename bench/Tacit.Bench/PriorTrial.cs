using System.Globalization;
using Tacit.Coding;
using Tacit.Modeling.ContextMixing;

namespace Tacit.Bench;

internal static class PriorTrial
{
    // prior LEVEL TRAIN TEST
    public static int Run(string[] args)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        int level = int.Parse(args[0]);
        byte[] train = File.ReadAllBytes(args[1]), test = File.ReadAllBytes(args[2]);
        var structure = MixerPrior.StructureOf(train, level);
        double start = ThreadTime.Now;
        MixerPrior prior = MixerPrior.Learn(train, level, structure);
        double learn = ThreadTime.Now - start;
        int cold = Code(test, level, null, structure, out double t0), primed = Code(test, level, prior, structure, out double t1);
        Console.WriteLine($"-{level} {structure.Kind} {Path.GetFileName(args[2])} {test.Length}: cold {cold} in {t0:f2} s, primed {primed} ({100.0 * (primed - cold) / cold:f2} %) in {t1:f2} s; learning {train.Length} took {learn:f2} s, {prior.Memory >> 20} MiB");
        foreach (long size in args.Skip(3).Select(long.Parse))
        {
            byte[] file;
            start = ThreadTime.Now;
            using (var stream = new MemoryStream()) { if (size == 0) PriorModel.WriteText(stream, prior); else PriorModel.WriteState(stream, prior, (int)size); file = stream.ToArray(); }
            double write = ThreadTime.Now - start;
            start = ThreadTime.Now;
            using var model = new Tacit.Modeling.ModelFile(new MemoryStream(file));
            MixerPrior loaded = Tacit.Modeling.ModelRegistry.Standard.Load<MixerPrior>(model);
            double load = ThreadTime.Now - start;
            int coded = Code(test, level, loaded, structure, out double t2);
            Console.WriteLine($"   limit {size}: file {file.Length}, written in {write:f2} s, loaded in {load:f2} s, {coded} ({100.0 * (coded - cold) / cold:f2} %), charged {coded + file.Length}");
        }
        return 0;
    }

    private static int Code(byte[] data, int level, MixerPrior? prior, BlockStructure structure, out double time)
    {
        using var model = new ContextMixer(new ContextMixerOptions { Level = level, Prior = prior });
        double start = ThreadTime.Now;
        model.Reset(data.Length, structure);
        byte[] coded = new byte[data.Length + 100];
        var encoder = new BinaryEncoder(coded);
        foreach (byte value in data)
            for (int i = 7; i >= 0; i--)
            {
                int bit = value >> i & 1;
                encoder.Encode(bit, model.Probability);
                model.Update(bit);
            }
        time = ThreadTime.Now - start;
        return encoder.Finish();
    }
}

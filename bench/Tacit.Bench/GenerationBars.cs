using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using Tacit.Learning;
using Tacit.Media;
using Tacit.Modeling;
using Tacit.Modeling.LanguageModels;
using Tacit.Modeling.Transformers;
using Tacit.Numerics;

namespace Tacit.Bench;

/// <summary>Tokens per second of one stream on one thread, and how far that is from what the memory allows.</summary>
internal static class GenerationBars
{
    private const int Rounds = 7;

    /// <summary>generate [tiny|small|base|MODEL.tacitmodel …] [TOKENS].</summary>
    public static int Run(ReadOnlySpan<string> args)
    {
        var names = new List<string>();
        int count = 2000;
        foreach (string arg in args)
        {
            if (int.TryParse(arg, NumberStyles.None, CultureInfo.InvariantCulture, out int given))
                count = given;
            else
                names.Add(arg);
        }
        Console.WriteLine($"{"model",-12}{"tokens/CPU s",14}{"best",8}{"tokens/s",10}{"bytes/token",13}{"products",10}{"reading",10}{"us/token",10}{"of floor",10}");
        foreach (string name in names.Count > 0 ? names : ["tiny", "small", "base"])
            Measure(name, count);
        return 0;
    }

    private static LanguageModel Make(string name)
    {
        GptOptions? options = name switch
        {
            "tiny" => new GptOptions { Context = 128, Layers = 4, Columns = 64, Heads = 4 },
            "small" => new GptOptions { Context = 256, Layers = 5, Columns = 128, Heads = 4 },
            "base" => new GptOptions { Context = 256, Layers = 6, Columns = 256, Heads = 8 },
            _ => null,
        };
        if (options is null)
        {
            using ModelFile file = ModelFile.Open(name);
            return ModelRegistry.Standard.Load<LanguageModel>(file);
        }
        var model = new Gpt(options);
        model.Initialize(1);
        return new LanguageModel(model, new ByteTokenizer());
    }

    private static void Measure(string name, int count)
    {
        LanguageModel model = Make(name);
        GptOptions o = model.Model.Options;
        var perSecond = new List<double>();
        double wall = 0;
        long allocated = 0;
        for (int round = 0; round < Rounds; round++)
        {
            double before = ThreadTime.Now;
            long start = Stopwatch.GetTimestamp(), bytes = GC.GetAllocatedBytesForCurrentThread();
            int made = 0;
            foreach (int _ in model.GenerateTokens([], new SamplingOptions { Seed = (ulong)round }).Take(count))
                made++;
            if (round == 0)
                continue;       // compiles and packs
            perSecond.Add(made / (ThreadTime.Now - before));
            wall = Math.Max(wall, made / Stopwatch.GetElapsedTime(start).TotalSeconds);
            allocated = (GC.GetAllocatedBytesForCurrentThread() - bytes) / made;
        }
        var weights = new List<(PackedMatrix Weight, float[] X, float[] Y)>();
        long values = 0;
        foreach (Parameter parameter in model.Model.Parameters)
        {
            if (parameter.Shape.Rank != 2 || parameter.Name == "positions.weight" || (!o.TiedOutput && parameter.Name == "tokens.weight"))
                continue;
            float[] x = new float[parameter.Shape[1]];
            RandomFill.Normal(1, 0, x);
            weights.Add((PackedMatrix.From(parameter.Value.AsMatrix.Transposed), x, new float[parameter.Shape[0]]));
            values += parameter.Shape.Count;
        }
        // In the long run the window is between half and all full: keys and values of three quarters of it are read.
        int keyColumns = o.Columns / o.Heads * (o.KeyHeads == 0 ? o.Heads : o.KeyHeads);
        float[] memory = new float[values + 2L * o.Layers * keyColumns * o.Context * 3 / 4];
        double[][] seconds = ThreadTime.Rounds(Rounds, 0.1,
            () =>
            {
                foreach ((PackedMatrix weight, float[] x, float[] y) in weights)
                    MatMul.Multiply(new Matrix(x, 1, x.Length), weight, new MatrixTarget(y, 1, y.Length));
            },
            () => Read(memory));
        double token = 1 / ThreadTime.Median(perSecond), products = ThreadTime.Median(seconds[0]), reading = ThreadTime.Median(seconds[1]);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Path.GetFileName(name),-12}{1 / token,14:N0}{perSecond.Max(),8:N0}{wall,10:N0}{allocated,13:N0}{1e6 * products,10:F1}{1e6 * reading,10:F1}{1e6 * token,10:F1}{token / reading,10:F2}"));
        string bar = name != "small" ? "" : 1 / token >= 5000 ? "; bar 5,000: met" : "; bar 5,000: MISSED";
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{"",12}{4e-6 * memory.Length:F2} MB read a token at {4e-9 * memory.Length / reading:F1} GB/s: at most {1 / reading:N0} tokens/s{bar}"));
    }

    // As fast as one thread reads: eight sums, so that none waits for another.
    private static float Read(float[] memory)
    {
        ReadOnlySpan<Vector<float>> v = MemoryMarshal.Cast<float, Vector<float>>(memory.AsSpan());
        Vector<float> a = default, b = default, c = default, d = default, e = default, f = default, g = default, h = default;
        for (int i = 0; i + 8 <= v.Length; i += 8)
        {
            a += v[i];
            b += v[i + 1];
            c += v[i + 2];
            d += v[i + 3];
            e += v[i + 4];
            f += v[i + 5];
            g += v[i + 6];
            h += v[i + 7];
        }
        return Vector.Sum(a + b + c + d + e + f + g + h);
    }
}

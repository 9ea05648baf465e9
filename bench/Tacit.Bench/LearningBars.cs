using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using Tacit.Learning;
using Tacit.Modeling.Transformers;
using Tacit.Numerics;

namespace Tacit.Bench;

/// <summary>Tokens per second of whole training steps (forward, backward, AdamW), beside PyTorch's in the same run.</summary>
internal static class LearningBars
{
    private const int WarmUp = 2;

    /// <summary>learning [STEPS] [gpt|lstm|shrinking].</summary>
    public static int Run(ReadOnlySpan<string> args)
    {
        if (args.Contains("shrinking"))
        {
            LearningModels.Shrinking(rounds: 9);
            return 0;
        }
        int steps = args is [var count, ..] && int.TryParse(count, out int given) ? given : 10;
        Console.WriteLine($"{"model",-24}{"threads",8}{"tokens/s, best",16}{"median",10}{"CPU s/step",12}{"KB/step",10}{"of FMA peak",13}");
        if (!args.Contains("lstm"))
        {
            double[] small = [Gpt(4, 128, 4, 256, 16, 1, steps), Gpt(4, 128, 4, 256, 16, 2, steps)];
            double[] large = [Gpt(6, 256, 8, 256, 8, 1, steps), Gpt(6, 256, 8, 256, 8, 2, steps)];
            Dictionary<string, double> peer = PyTorch("gpt", steps);
            Bar("GPT 4 x 128 on two threads against PyTorch's better", small[1] / peer.GetValueOrDefault("GPT 4 x 128"), 1.3);
            Bar("GPT 6 x 256 on two threads against PyTorch's better", large[1] / peer.GetValueOrDefault("GPT 6 x 256"), 1.3);
            Bar("GPT 6 x 256, two threads against one", large[1] / large[0], 1.7);
        }
        if (!args.Contains("gpt"))
        {
            double[] lstm = [LearningModels.Lstm(1, steps), LearningModels.Lstm(2, steps)];
            Bar("LSTM 256 against PyTorch's better", lstm.Max() / PyTorch("lstm", steps).GetValueOrDefault("LSTM 256"), 1.0);
        }
        return 0;
    }

    /// <summary>Prints one line for a model and the loss of a step; returns the best tokens per second.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="model">The model.</param>
    /// <param name="threads">Threads.</param>
    /// <param name="steps">Steps to measure.</param>
    /// <param name="tokensPerStep">Tokens of a step.</param>
    /// <param name="productsPerToken">Multiply-adds of a token's forward and backward products.</param>
    /// <param name="loss">The forward pass.</param>
    public static double Measure(string name, Module model, int threads, int steps, int tokensPerStep, double productsPerToken, Func<Tape, Variable> loss)
    {
        using var workers = new WorkPool(threads);
        var tape = new Tape(workers);
        var optimiser = new AdamW(model.Parameters, decay: 0.1f);
        var times = new List<double>();
        double cpu = 0, kilobytes = 0;
        for (int i = 0; i < WarmUp + steps; i++)
        {
            TimeSpan before = Process.GetCurrentProcess().TotalProcessorTime;
            long allocated = GC.GetTotalAllocatedBytes(precise: true), start = Stopwatch.GetTimestamp();
            model.ZeroGradients();
            tape.Backward(loss(tape));
            tape.Reset();
            optimiser.Step(1e-3f, Optimiser.ClipScale(optimiser.GradientNorm(workers), 1f), workers);
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            if (i < WarmUp)
                continue;
            times.Add(seconds);
            kilobytes = (GC.GetTotalAllocatedBytes(precise: true) - allocated) / 1024.0;
            cpu += (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds;
        }
        times.Sort();
        double ofPeak = 2 * productsPerToken * tokensPerStep * steps / cpu / PeakFlops();
        Console.WriteLine($"{name,-24}{threads,8}{tokensPerStep / times[0],16:F0}{tokensPerStep / times[times.Count / 2],10:F0}{cpu / steps,12:F3}{kilobytes,10:F0}{ofPeak,13:P1}");
        return tokensPerStep / times[0];
    }

    /// <summary>Multiply-adds of the products of weight matrices: each weight once forward and twice backward.</summary>
    public static double WeightProducts(Module model, params ReadOnlySpan<string> lookedUp)
    {
        double products = 0;
        foreach (Parameter parameter in model.Parameters)
            products += parameter.Shape.Rank == 2 && !lookedUp.Contains(parameter.Name) ? 3.0 * parameter.Shape.Count : 0;
        return products;
    }

    private static double Gpt(int layers, int columns, int heads, int context, int batch, int threads, int steps)
    {
        var model = new Gpt(new GptOptions
        {
            Layers = layers,
            Columns = columns,
            Heads = heads,
            Context = context,
            FeedForward = FeedForwardKind.Gelu,
            Norm = NormKind.Layer,
            Positions = PositionEncoding.Learned,
            Biases = BiasKind.All,
        });
        model.Initialize(1);
        int[] tokens = new int[batch * context], targets = new int[batch * context];
        for (int i = 0; i < tokens.Length; i++)
        {
            tokens[i] = (int)(Philox.Block(1, 0, (ulong)i).X & 255);
            targets[i] = (int)(Philox.Block(1, 1, (ulong)i).X & 255);
        }
        // Attention: two products forward and five backward, over half of the window.
        double products = WeightProducts(model, "positions.weight") + 7.0 * layers * columns * context / 2;
        return Measure($"GPT {layers} x {columns}", model, threads, steps, tokens.Length, products,
            tape => tape.CrossEntropy(model.Forward(tape, tokens, batch, AttentionMask.Autoregressive), targets));
    }

    // The peak of one thread, measured beside each model: what others do to the machine is in both.
    private static double PeakFlops()
    {
        int lanes = Vector.IsHardwareAccelerated ? Math.Min(16, Vector<float>.Count) : 4;
        double[][] seconds = ThreadTime.Rounds(5, 0.02, () => Peak.Run(lanes));
        return Peak.Flops(lanes) / seconds[0].Min();
    }

    // The better of one and two threads, by model; empty where there is no PyTorch.
    private static Dictionary<string, double> PyTorch(string kind, int steps)
    {
        var best = new Dictionary<string, double>();
        foreach (int threads in (int[])[1, 2])
        {
            var start = new ProcessStartInfo("/usr/bin/python3", ["bench/torch/step.py", kind, $"{threads}", $"{steps}"]) { RedirectStandardOutput = true };
            using Process? python = Process.Start(start);
            string? line;
            while (python is not null && (line = python.StandardOutput.ReadLine()) is not null)
            {
                Console.WriteLine($"  {line}");
                if (line.Length > 48 && double.TryParse(line.AsSpan(32, 16), CultureInfo.InvariantCulture, out double speed))
                    best[line[..24].TrimEnd()] = Math.Max(best.GetValueOrDefault(line[..24].TrimEnd()), speed);
            }
            python?.WaitForExit();
        }
        if (best.Count == 0)
            Console.WriteLine("  no PyTorch: Debian has it as python3-torch; run this in the repository's folder");
        return best;
    }

    private static void Bar(string what, double ratio, double least) =>
        Console.WriteLine(double.IsFinite(ratio) ? $"{what}: {ratio:F2} (bar {least:F1}) {(ratio >= least ? "met" : "MISSED")}" : $"{what}: not measured");
}

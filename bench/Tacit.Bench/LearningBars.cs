using System.Diagnostics;
using Tacit.Learning;
using Tacit.Modeling.Transformers;
using Tacit.Numerics;

namespace Tacit.Bench;

/// <summary>Tokens per second of whole training steps: forward, backward, AdamW.</summary>
internal static class LearningBars
{
    private const int WarmUp = 2;

    public static int Run(ReadOnlySpan<string> args)
    {
        if (args is ["shrinking", ..])
        {
            LearningModels.Shrinking(rounds: 9);
            return 0;
        }
        int steps = args is [var count, ..] && int.TryParse(count, out int given) ? given : 10;
        Console.WriteLine($"{"model",-24}{"threads",8}{"tokens/s, best",16}{"median",10}{"CPU s/step",12}{"KB/step",10}");
        foreach (int threads in (int[])[1, 2])
        {
            if (args.Contains("lstm"))
            {
                LearningModels.Lstm(threads, steps);
                continue;
            }
            Gpt(4, 128, 4, 256, 16, threads, steps);
            Gpt(6, 256, 8, 256, 8, threads, steps);
            LearningModels.Lstm(threads, steps);
        }
        return 0;
    }

    private static void Gpt(int layers, int columns, int heads, int context, int batch, int threads, int steps)
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
        Measure($"GPT {layers} x {columns}", model, threads, steps, tokens.Length,
            tape => tape.CrossEntropy(model.Forward(tape, tokens, batch, AttentionMask.Autoregressive), targets));
    }

    /// <summary>Prints one line for a model and the loss of a step.</summary>
    public static void Measure(string name, Module model, int threads, int steps, int tokensPerStep, Func<Tape, Variable> loss)
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
        Console.WriteLine($"{name,-24}{threads,8}{tokensPerStep / times[0],16:F0}{tokensPerStep / times[times.Count / 2],10:F0}{cpu / steps,12:F3}{kilobytes,10:F0}   loss {tape.LastLoss:F3}");
    }
}

using System.Diagnostics;
using Tacit.Numerics;

namespace Tacit.Bench;

/// <summary>What a training step is made of: the three products of a linear layer, and the kernels around them.</summary>
internal static class TrainingBench
{
    public static void Run(bool quick)
    {
        foreach ((int m, int k, int n) in (ReadOnlySpan<(int, int, int)>)[(2048, 256, 1024), (4096, 256, 1024), (4096, 1024, 256), (2048, 128, 128)])
            Linear(m, k, n, quick);
        Convolutions(quick);
        Updates(quick);
        RandomNumbers(quick);
    }

    /// <summary>y = x · W + b, dX = dY · Wᵀ, dW += Xᵀ · dY, db += column sums; weights as they lie, packed in each call.</summary>
    private static void Linear(int m, int k, int n, bool quick)
    {
        using var x = new Floats(m * k, 1);
        using var w = new Floats(k * n, 2);
        using var y = new Floats(m * n, 3);
        using var dy = new Floats(m * n, 4);
        using var dx = new Floats(m * k, 5);
        using var dw = new Floats(k * n, 6);
        using var b = new Floats(n, 7);
        using PackedMatrix packed = PackedMatrix.From(new Matrix(w.Span, k, n));
        using WorkPool one = new(1), two = new(2);
        (string Name, Action Run)[] alone = All(one), together = All(two);
        double[] times = [.. ThreadTime.Rounds(quick ? 5 : 9, 0.03, [.. alone.Select(a => a.Run)]).Select(t => ThreadTime.Median(t))];
        Console.WriteLine($"Linear {m} x {k} x {n}, 1 thread: {Speeds(times)}");
        Console.WriteLine($"Linear {m} x {k} x {n}, 2 threads, best wall: {Speeds([.. together.Select(a => BestWall(a.Run, quick ? 30 : 100))])}");
        // Work done twice shows in the processors' time, whatever else the machine does.
        Console.WriteLine($"Linear {m} x {k} x {n}, processor time of 2 threads against 1: " + string.Join(", ", alone.Zip(together, (a, b) =>
            $"{a.Name} {ThreadTime.Median(Enumerable.Range(0, quick ? 5 : 15).Select(_ => ProcessorTime(b.Run) / ProcessorTime(a.Run))):f2}").Take(4)));

        (string Name, Action Run)[] All(WorkPool pool) =>
        [
            ("forward, packed before", () => MatMul.Multiply(new Matrix(x.Span, m, k), packed, new MatrixTarget(y.Span, m, n), b.Span, pool: pool)),
            ("forward", () => MatMul.Multiply(new Matrix(x.Span, m, k), new Matrix(w.Span, k, n), new MatrixTarget(y.Span, m, n), b.Span, pool: pool)),
            ("dX", () => MatMul.Multiply(new Matrix(dy.Span, m, n), new Matrix(w.Span, k, n).Transposed, new MatrixTarget(dx.Span, m, k), pool: pool)),
            ("dW", () => MatMul.Multiply(new Matrix(x.Span, m, k).Transposed, new Matrix(dy.Span, m, n), new MatrixTarget(dw.Span, k, n), accumulate: true, pool: pool)),
            ("db", () => Reduce.AddColumns(new Matrix(dy.Span, m, n), b.Span, pool)),
            ("pack W", () => packed.Pack(new Matrix(w.Span, k, n), pool)),
            ("pack Wᵀ", () => packed.Pack(new Matrix(w.Span, n, k).Transposed, pool)),
        ];

        string Speeds(double[] times) => string.Join(", ", alone.Select((a, i) =>
            i < 4 ? $"{a.Name} {2e-9 * m * k * n / times[i]:f0} GFLOP/s" : $"{a.Name} {times[i] * 1e6:f0} µs"));
    }

    /// <summary>Seconds all threads of the process spend on a tenth of a second's worth of runs, per run.</summary>
    private static double ProcessorTime(Action run)
    {
        int runs = 0;
        TimeSpan before = Process.GetCurrentProcess().TotalProcessorTime, spent;
        do
        {
            run();
            runs++;
            spent = Process.GetCurrentProcess().TotalProcessorTime - before;
        }
        while (spent.TotalSeconds < 0.1);
        return spent.TotalSeconds / runs;
    }

    private static void Convolutions(bool quick)
    {
        var s = new ConvolutionShape { Batch = 8, InputChannels = 32, OutputChannels = 64, Height = 28, Width = 28, Kernel = 3, Padding = 1 };
        using var x = new Floats(8 * 32 * 28 * 28, 1);
        using var w = new Floats(64 * 32 * 9, 2);
        using var y = new Floats(8 * 64 * 28 * 28, 3);
        double flops = 2e-9 * 8 * 64 * 28 * 28 * 32 * 9;
        foreach (int threads in (int[])[1, 2])
        {
            using WorkPool pool = new(threads);
            Action[] all =
            [
                () => Convolution.Forward(s, x.Span, w.Span, default, y.Span, pool), () => Convolution.BackwardInput(s, y.Span, w.Span, default, x.Span, pool),
                () => Convolution.BackwardWeights(s, x.Span, y.Span, w.Span, default, pool),
            ];
            double[] times = threads == 1 ? [.. ThreadTime.Rounds(quick ? 5 : 9, 0.03, all).Select(t => ThreadTime.Median(t))]
                : [.. all.Select(a => BestWall(a, quick ? 30 : 100))];
            Console.WriteLine($"Convolution 8 x 32 x 28 x 28 to 64 channels, 3 x 3, {threads} thread{(threads == 1 ? "" : "s, best wall")}: forward {flops / times[0]:f0}, "
                + $"input's gradient {flops / times[1]:f0}, weights' {flops / times[2]:f0} GFLOP/s");
        }
    }

    private static void Updates(bool quick)
    {
        const int Count = 1 << 20;
        using var w = new Floats(Count, 1);
        using var g = new Floats(Count, 2);
        using var m = new Floats(Count, 3);
        using var v = new Floats(Count, 4);
        Elementwise.Multiply(v.Span, v.Span, v.Span);
        double[][] times = ThreadTime.Rounds(quick ? 5 : 11, 0.02,
            () => UpdateRule.AdamW(w.Span, g.Span, m.Span, v.Span, new AdamWSettings { Rate = 1e-6f, Decay = 0.01f }, 10),
            () => UpdateRule.Momentum(w.Span, g.Span, m.Span, 1e-6f, 0.9f),
            () => Reduce.SquaredNorm(g.Span));
        Console.WriteLine($"Per parameter, {Count} of them: AdamW {ThreadTime.Median(times[0]) / Count * 1e9:f2} ns, momentum {ThreadTime.Median(times[1]) / Count * 1e9:f2} ns, "
            + $"squared norm {ThreadTime.Median(times[2]) / Count * 1e9:f2} ns");
    }

    private static void RandomNumbers(bool quick)
    {
        const int Count = 1 << 16;
        using var x = new Floats(Count, 1);
        double[][] times = ThreadTime.Rounds(quick ? 5 : 11, 0.02, () => RandomFill.Uniform(1, 2, x.Span), () => RandomFill.Normal(1, 2, x.Span),
            () => RandomFill.DropoutMask(1, 2, x.Span, 0.1f));
        Console.WriteLine($"Random numbers: uniform {Count / ThreadTime.Median(times[0]) * 1e-9:f2}, normal {Count / ThreadTime.Median(times[1]) * 1e-9:f2}, "
            + $"dropout {Count / ThreadTime.Median(times[2]) * 1e-9:f2} G values/s");
    }

    private static double BestWall(Action run, int times)
    {
        double best = double.MaxValue;
        for (int i = 0; i < times; i++)
        {
            long start = Stopwatch.GetTimestamp();
            run();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        return best;
    }
}

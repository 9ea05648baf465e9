using System.Diagnostics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Tacit.Numerics;
using Tacit.Numerics.Lanes;

namespace Tacit.Bench;

/// <summary>The numeric engine on this machine, one thread, with the bars it is held to.</summary>
internal static class KernelBars
{
    public static int Run(string[] args)
    {
        if (args.Contains("--startup"))
            return Startup();
        bool quick = args.Contains("--quick");
        Console.WriteLine($"Vectors: {32 * Widest.Lanes} bits; AVX-512 {Vector512.IsHardwareAccelerated}, AVX-VNNI {AvxVnni.IsSupported}. "
            + "Times are of the thread on a processor; load on the machine still shows in caches and clock.");
        string[] parts = [.. args.Where(a => !a.StartsWith('-'))];
        bool Wanted(string part) => parts.Length == 0 || parts.Contains(part);
        if (Wanted("products"))
            ProductBench.Run(args);
        if (Wanted("widths"))
            Widths(quick);
        if (Wanted("exp"))
            Functions(quick);
        if (Wanted("int8"))
            Int8(quick, ProductBench.RowCounts(args));
        if (Wanted("small"))
            Shrinking(quick);
        if (Wanted("attention"))
            AttentionShare(quick);
        if (Wanted("threads"))
            Threads(quick);
        if (Wanted("training"))
            TrainingBench.Run(quick);
        if (Wanted("startup"))
            StartChild();
        return 0;
    }

    /// <summary>Bar: 256 bits reach at least 85 % of the share of their peak that 512 bits reach of theirs.</summary>
    private static void Widths(bool quick)
    {
        const int M = 512, K = 256, N = 256;
        using var a = new Floats(M * K, 1);
        using var b = new Floats(K * N, 2);
        using var c = new Floats(M * N, 3);
        var shares = new List<(int Lanes, double Share)>();
        foreach (int lanes in (int[])[4, 8, 16])
        {
            if (lanes > Widest.Lanes)
            {
                Console.WriteLine($"Width {32 * lanes}: not measured, this machine has no such vectors.");
                continue;
            }
            try
            {
                Widest.Forced = lanes;
                using PackedMatrix packed = PackedMatrix.From(new Matrix(b.Span, K, N));
                double[][] times = ThreadTime.Rounds(quick ? 7 : 15, 0.01, () => Peak.Run(lanes),
                    () => MatMul.Multiply(new Matrix(a.Span, M, K), packed, new MatrixTarget(c.Span, M, N)));
                double share = ThreadTime.Median(times[0].Zip(times[1], (p, t) => 2.0 * M * K * N / t / (Peak.Flops(lanes) / p)));
                shares.Add((lanes, share));
                Console.WriteLine($"Width {32 * lanes}: {M} x {K} x {N} at {2e-9 * M * K * N / ThreadTime.Median(times[1]):f1} GFLOP/s, {share:p0} of its peak");
            }
            finally
            {
                Widest.Forced = 0;
            }
        }
        if (shares.Count == 3)
            Console.WriteLine($"BAR 256 to 512 bits: {shares[1].Share / shares[2].Share:f2} (at least 0.85)");
    }

    /// <summary>Bar: exp over a span of the second cache's size at 4 G elements/s (512 bits).</summary>
    private static void Functions(bool quick)
    {
        const int Count = 1 << 16;
        using var x = new Floats(Count, 1);
        using var y = new Floats(Count, 2);
        foreach ((string name, Action run) in (ReadOnlySpan<(string, Action)>)
        [
            ("exp", () => Elementwise.Exp(x.Span, y.Span)), ("log", () => Elementwise.Log(x.Span, y.Span)),
            ("tanh", () => Elementwise.Tanh(x.Span, y.Span)), ("sigmoid", () => Elementwise.Sigmoid(x.Span, y.Span)),
            ("erf", () => Elementwise.Erf(x.Span, y.Span)), ("gelu", () => Elementwise.Gelu(x.Span, y.Span)),
            ("silu", () => Elementwise.Silu(x.Span, y.Span)), ("sin", () => Elementwise.Sin(x.Span, y.Span)),
            ("softmax, rows of 256", () => Softmax.Forward(x.Span, 256, y.Span)),
        ])
        {
            double[][] times = ThreadTime.Rounds(quick ? 9 : 15, 0.01, () => Peak.Run(Widest.Lanes), run);
            // What the clock and the neighbours take, they take from the peak as well: steps of a full vector per result vector.
            double steps = ThreadTime.Median(times[0].Zip(times[1], (p, t) => t / Count * Peak.Flops(Widest.Lanes) / 2 / p));
            Console.WriteLine($"{(name == "exp" ? "BAR " : "")}{name}: {Count / ThreadTime.Median(times[1]) * 1e-9:f2} G elements/s, best {Count / times[1].Min() * 1e-9:f2}"
                + $"{(name == "exp" ? " (at least 4 with 512 bits)" : "")}; the time of {steps:f1} multiply-adds at the peak");
        }
    }

    /// <summary>Bar: 150 GMAC/s per core (with AVX-VNNI).</summary>
    private static void Int8(bool quick, int[]? rows)
    {
        foreach ((int m, int k, int n) in (ReadOnlySpan<(int, int, int)>)[(384, 512, 512), (64, 512, 512), (8, 512, 512), (1, 512, 512), (1, 1024, 1024)])
        {
            if (rows?.Contains(m) == false)
                continue;
            using var a = new Floats(m * k, 1);
            using var b = new Floats(k * n, 2);
            using var c = new Floats(m * n, 3);
            using Int8Matrix weights = Int8Matrix.From(new Matrix(b.Span, k, n));
            using PackedMatrix packed = PackedMatrix.From(new Matrix(b.Span, k, n));
            double[][] times = ThreadTime.Rounds(quick ? 5 : 11, 0.01, Peak.RunInteger,
                () => Int8Product.Multiply(new Matrix(a.Span, m, k), weights, new MatrixTarget(c.Span, m, n)),
                () => MatMul.Multiply(new Matrix(a.Span, m, k), packed, new MatrixTarget(c.Span, m, n)));
            double products = (double)m * k * n, peak = Peak.IntegerProducts / ThreadTime.Median(times[0]);
            double[] shares = [.. times[0].Zip(times[1], (p, t) => products / t / (Peak.IntegerProducts / p))];
            Console.WriteLine($"{(m == 384 ? "BAR " : "")}int8 {m} x {k} x {n}: {1e-9 * products / ThreadTime.Median(times[1]):f1} GMAC/s, best {1e-9 * products / times[1].Min():f1}"
                + $"{(m == 384 ? " (at least 150 with AVX-VNNI)" : "")}; {ThreadTime.Median(shares):p0} of the peak of {1e-9 * peak:f0}; fp32 {1e-9 * products / ThreadTime.Median(times[2]):f1}");
        }
    }

    /// <summary>Bar: a product on operands that shrink towards zero is at most 10 % slower.</summary>
    private static void Shrinking(bool quick)
    {
        const int M = 512, K = 256, N = 256;
        using var a = new Floats(M * K, 1);
        using var b = new Floats(K * N, 2);
        using var c = new Floats(M * N, 3);
        double worst = 0;
        foreach (int exponent in (int[])[-20, -40, -58, -61, -63, -80, -120, -135])
        {
            using var smallA = new Floats(M * K, 1);
            using var smallB = new Floats(K * N, 2);
            Elementwise.Scale((float)Math.Pow(2, exponent), smallA.Span, smallA.Span);
            Elementwise.Scale((float)Math.Pow(2, exponent), smallB.Span, smallB.Span);
            double[][] times = ThreadTime.Rounds(quick ? 7 : 15, 0.005,
                () => MatMul.Multiply(new Matrix(a.Span, M, K), new Matrix(b.Span, K, N), new MatrixTarget(c.Span, M, N)),
                () => MatMul.Multiply(new Matrix(smallA.Span, M, K), new Matrix(smallB.Span, K, N), new MatrixTarget(c.Span, M, N)));
            double ratio = ThreadTime.Median(times[0].Zip(times[1], (ordinary, small) => small / ordinary));
            Console.WriteLine($"Operands near 2^{exponent}: {ratio:f3} of the time of ordinary ones");
            worst = Math.Max(worst, ratio);
        }
        Console.WriteLine($"BAR shrinking operands: {worst:f3} (at most 1.10)");
    }

    private static void AttentionShare(bool quick)
    {
        var shape = new AttentionShape { Batch = 1, Heads = 4, Queries = 256, Keys = 256, HeadSize = 32, Causal = true };
        using var q = new Floats(256 * 128, 1);
        using var o = new Floats(256 * 128, 2);
        using var s = new Floats(4 * 256 * 2, 2);
        using var d = new Floats(256 * 128, 3);
        using var e = new Floats(256 * 128, 4);
        using var f = new Floats(256 * 128, 5);
        double[][] times = ThreadTime.Rounds(quick ? 5 : 11, 0.02,
            () => Attention.Forward(shape, 0.2f, q.Span, q.Span, q.Span, default, o.Span, s.Span),
            () => Attention.Backward(shape, 0.2f, q.Span, q.Span, q.Span, default, o.Span, s.Span, q.Span, d.Span, e.Span, f.Span));
        Console.WriteLine($"Causal attention, 256 x 4 heads of 32: forward {ThreadTime.Median(times[0]) * 1e6:f0} µs, backward {ThreadTime.Median(times[1]) * 1e6:f0} µs");
    }

    /// <summary>Bar: more threads than processors do not collapse. Wall time, best and median, the pools in turn.</summary>
    private static void Threads(bool quick)
    {
        int[] counts = [1, 2, 3, 8];
        foreach ((int m, int k, int n) in (ReadOnlySpan<(int, int, int)>)[(512, 256, 256), (2048, 256, 1024)])
        {
            using var a = new Floats(m * k, 1);
            using var b = new Floats(k * n, 2);
            using var c = new Floats(m * n, 3);
            using PackedMatrix packed = PackedMatrix.From(new Matrix(b.Span, k, n));
            WorkPool[] pools = [.. counts.Select(threads => new WorkPool(threads))];
            double[][] times = [.. counts.Select(_ => new double[quick ? 200 : 1000])];
            for (int i = 0; i < times[0].Length; i++)
            {
                for (int p = 0; p < pools.Length; p++)
                {
                    long start = Stopwatch.GetTimestamp();
                    MatMul.Multiply(new Matrix(a.Span, m, k), packed, new MatrixTarget(c.Span, m, n), pool: pools[p]);
                    times[p][i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
                }
            }
            double flops = 2e-9 * m * k * n;
            for (int p = 0; p < pools.Length; p++)
            {
                Console.WriteLine($"{m} x {k} x {n}, {counts[p]} threads on {Environment.ProcessorCount} processors: wall best {flops / times[p].Min():f0}, "
                    + $"median {flops / ThreadTime.Median(times[p]):f0}, worst {flops / times[p].Max():f1} GFLOP/s");
                pools[p].Dispose();
            }
            Console.WriteLine($"BAR 3 threads: {ThreadTime.Median(times[1]) / ThreadTime.Median(times[2]):f2} of the median speed of 2 (at least 0.8 on 2 processors)");
        }
    }

    private static void StartChild()
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet")
            start.ArgumentList.Add(typeof(KernelBars).Assembly.Location);
        start.ArgumentList.Add("kernels");
        start.ArgumentList.Add("--startup");
        using Process child = Process.Start(start)!;
        Console.Write(child.StandardOutput.ReadToEnd());
        child.WaitForExit();
    }

    /// <summary>Bar: full speed within 0.3 s of process start.</summary>
    private static int Startup()
    {
        const int Size = 192;
        DateTime born = Process.GetCurrentProcess().StartTime;
        using var a = new Floats(Size * Size, 1);
        using var b = new Floats(Size * Size, 2);
        using var c = new Floats(Size * Size, 3);
        var speeds = new List<(double Wall, double Cpu, double Speed)>();
        double last = ThreadTime.Now, begin = last;
        while (ThreadTime.Now - begin < 1.2)
        {
            for (int i = 0; i < 4; i++)
            {
                MatMul.Multiply(new Matrix(a.Span, Size, Size), new Matrix(b.Span, Size, Size), new MatrixTarget(c.Span, Size, Size));
                Elementwise.Exp(a.Span, c.Span);
            }
            double now = ThreadTime.Now;
            speeds.Add(((DateTime.Now - born).TotalSeconds, now, 1 / (now - last)));
            last = now;
        }
        double full = ThreadTime.Median(speeds.Skip(speeds.Count / 2).Select(s => s.Speed));
        int reached = Enumerable.Range(0, speeds.Count - 5).First(i => ThreadTime.Median(speeds.Skip(i).Take(5).Select(s => s.Speed)) > 0.9 * full);
        Console.WriteLine($"BAR start-up: 90 % of full speed {speeds[reached].Wall:f2} s after process start, "
            + $"{speeds[reached].Cpu:f2} s of this thread's time (at most 0.3)");
        return 0;
    }
}

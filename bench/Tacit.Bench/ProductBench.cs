using Tacit.Numerics;
using Tacit.Numerics.Lanes;

namespace Tacit.Bench;

/// <summary>Matrix products against OpenBLAS and the multiply-add peak, one thread; each shape and the bars.</summary>
internal static unsafe class ProductBench
{
    public static void Run(string[] args)
    {
        bool quick = args.Contains("--quick");
        int rounds = quick ? 5 : 9;
        double seconds = quick ? 0.01 : 0.03;
        int lanes = Widest.Lanes;
        OpenBlas.Announce();
        Console.WriteLine($"Vectors of {32 * lanes} bits. GFLOP/s per second of thread time, medians of {rounds} rounds; ratios are medians of paired ratios.");
        double[] peaks = ThreadTime.Rounds(rounds, seconds, () => Peak.Run(lanes))[0];
        double peak = Peak.Flops(lanes) / peaks.Min() * 1e-9;
        Console.WriteLine($"Peak {peak:f1}");
        Console.WriteLine("M x K x N              Tacit  OpenBLAS  ratio   of peak");
        var ratios = new List<double>();
        var shares = new List<double>();
        int[] sizes = args.Contains("--all") || !quick ? [128, 256, 512, 1024] : [128, 512, 1024];
        foreach (int m in RowCounts(args) ?? [1, 8, 32, 64, 512, 4096])
        {
            foreach (int k in sizes)
            {
                foreach (int n in sizes)
                    Measure(m, k, n, rounds, seconds, lanes, ratios, shares);
            }
        }
        if (ratios.Count > 0)
            Console.WriteLine($"BAR ratio to OpenBLAS: geometric mean {ThreadTime.GeometricMean(ratios):f3} (at least 1.1), least {ratios.Min():f3} (at least 0.85)");
        if (shares.Count > 0)
            Console.WriteLine($"BAR share of peak, M >= 32: geometric mean {ThreadTime.GeometricMean(shares):p1} (at least 70 %), least {shares.Min():p1} (at least 50 %)");
    }

    /// <summary>What --rows=M,… asks for; null for all.</summary>
    public static int[]? RowCounts(string[] args) =>
        args.FirstOrDefault(a => a.StartsWith("--rows=")) is { } list ? [.. list[7..].Split(',').Select(int.Parse)] : null;

    private static void Measure(int m, int k, int n, int rounds, double seconds, int lanes, List<double> ratios, List<double> shares)
    {
        using var a = new Floats(m * k, 1);
        using var b = new Floats(k * n, 2);
        using var c = new Floats(m * n, 3);
        using PackedMatrix packed = PackedMatrix.From(new Matrix(b.Span, k, n));
        double flops = 2.0 * m * k * n;
        Action ours = () => MatMul.Multiply(new Matrix(a.Span, m, k), packed, new MatrixTarget(c.Span, m, n));
        Action peak = () => Peak.Run(lanes);
        Action[] rivals = OpenBlas.Present
            ? [peak, ours, () => OpenBlas.Multiply(a.Pointer, b.Pointer, c.Pointer, m, k, n)]
            : [peak, ours];
        double[][] times = ThreadTime.Rounds(rounds, seconds, rivals);
        double share = ThreadTime.Median(times[0].Zip(times[1], (p, t) => flops / t / (Peak.Flops(lanes) / p)));
        if (m >= 32)
            shares.Add(share);
        string peer = "                ";
        if (OpenBlas.Present)
        {
            double ratio = ThreadTime.Median(times[1].Zip(times[2], (t, o) => o / t));
            ratios.Add(ratio);
            peer = $"{flops / ThreadTime.Median(times[2]) * 1e-9,9:f1}  {ratio,5:f2}";
        }
        Console.WriteLine($"{$"{m} x {k} x {n}",-20} {flops / ThreadTime.Median(times[1]) * 1e-9,7:f1} {peer} {share,8:p0}");
    }
}

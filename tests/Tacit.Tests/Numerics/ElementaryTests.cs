using Tacit.Numerics;

namespace Tacit.Tests.Numerics;

/// <summary>The elementary functions: the same bits at every width, and near the truth.</summary>
[Collection(AllWidths.Name)]
public class ElementaryTests
{
    private delegate void Function(ReadOnlySpan<float> x, Span<float> y, WorkPool? pool);

    private static readonly float[] Edges =
    [
        0f, -0f, float.Epsilon, -float.Epsilon, 1e-40f, 1.17549435e-38f, 1e-30f, -1e-30f, 1e-8f, 1f, -1f, 0.5f, 2f, 10f, -10f, 88f, 88.7f, 88.8f,
        -87f, -87.4f, -104f, 1e4f, -1e4f, 1e30f, -1e30f, float.MaxValue, float.MinValue, float.PositiveInfinity, float.NegativeInfinity,
    ];

    private static readonly (string Name, Function Run, Func<double, double> Truth, float From, float To, double Ulps)[] Functions =
    [
        ("exp", Elementwise.Exp, Math.Exp, -86.29f, 88.7228f, 2),
        ("log", Elementwise.Log, Math.Log, 1.2e-38f, 1e38f, 2),
        ("log near 1", Elementwise.Log, Math.Log, 0.7f, 1.5f, 2),
        ("tanh", Elementwise.Tanh, Math.Tanh, -12f, 12f, 4),
        ("tanh near 0", Elementwise.Tanh, Math.Tanh, -0.01f, 0.01f, 4),
        ("sigmoid", Elementwise.Sigmoid, x => 1 / (1 + Math.Exp(-x)), -86.29f, 40f, 2),
        ("erf", Elementwise.Erf, Erf, -5f, 5f, 4),
        ("erf near 0", Elementwise.Erf, Erf, -1e-3f, 1e-3f, 4),
        ("gelu", Elementwise.Gelu, x => x / 2 * Erfc(-x / Math.Sqrt(2)), -9.1f, 12f, 4),
        ("gelu, tanh", Elementwise.GeluTanh, GeluTanh, -8f, 12f, 4),
        ("silu", Elementwise.Silu, x => x / (1 + Math.Exp(-x)), -80f, 40f, 4),
        ("sin", Elementwise.Sin, Math.Sin, -65536f, 65536f, 4),
        ("sin, small", Elementwise.Sin, Math.Sin, -7f, 7f, 4),
        ("cos", Elementwise.Cos, Math.Cos, -65536f, 65536f, 4),
        ("cos, small", Elementwise.Cos, Math.Cos, -7f, 7f, 4),
        ("softplus", Elementwise.Softplus, x => Math.Max(x, 0) + Log1P(Math.Exp(-Math.Abs(x))), -80f, 80f, 4),
        ("sqrt", Elementwise.Sqrt, Math.Sqrt, 0f, 1e30f, 0.5),
    ];

    public static TheoryData<int> All => [.. Enumerable.Range(0, Functions.Length)];

    [Theory, MemberData(nameof(All))]
    public void IsAccurate(int index)
    {
        (string name, Function run, Func<double, double> truth, float from, float to, double bound) = Functions[index];
        float[] x = Samples(from, to, AllWidths.Emulated ? 2_000 : 400_000), y = new float[x.Length];
        run(x, y, null);
        double worst = 0;
        int at = 0;
        for (int i = 0; i < x.Length; i++)
        {
            double error = Numbers.Ulps(y[i], truth(x[i]));
            if (error > worst)
                (worst, at) = (error, i);
        }
        Assert.True(worst <= bound, $"{name}({x[at]:R}) = {y[at]:R} is {worst:f3} ulp from {truth(x[at]):R}");
    }

    [Theory, MemberData(nameof(All))]
    public void EveryWidthGivesTheSameBits(int index)
    {
        (string name, Function run, _, float from, float to, _) = Functions[index];
        foreach (int count in (int[])[0, 1, 2, 3, 5, 15, 16, 17, 31, 33, 100, AllWidths.Emulated ? 101 : 5000])
        {
            float[] x = [.. Edges, .. Samples(from, to, count)], expected = new float[x.Length];
            x = x[^count..];
            expected = new float[count];
            AllWidths.With(1, () => run(x, expected, null));
            AllWidths.Run(lanes =>
            {
                float[] y = new float[count];
                run(x, y, null);
                Numbers.AssertSameBits(expected, y, $"{name}, {lanes} lanes");
                float[] over = [.. x];
                run(over, over, null);
                Numbers.AssertSameBits(expected, over, $"{name} in place");
            });
        }
        float[] edges = new float[Edges.Length];
        AllWidths.With(1, () => run(Edges, edges, null));
        AllWidths.Run(lanes =>
        {
            float[] y = new float[Edges.Length];
            run(Edges, y, null);
            for (int i = 0; i < y.Length; i++)
                Assert.True(y[i].Equals(edges[i]), $"{name}({Edges[i]:R}): {y[i]:R} with {lanes} lanes, {edges[i]:R} with one");
        });
    }

    [Fact]
    public void EdgesAreDefined()
    {
        Assert.Equal([0f, 0f, 1f, float.PositiveInfinity, float.PositiveInfinity], Of(Elementwise.Exp, float.NegativeInfinity, -100f, 0f, 100f, float.PositiveInfinity));
        Assert.Equal([float.NegativeInfinity, float.NegativeInfinity, 0f, float.PositiveInfinity, float.NaN],
            Of(Elementwise.Log, 0f, 1e-40f, 1f, float.PositiveInfinity, -1f));
        Assert.Equal([-1f, 1f, -1f, 1f], Of(Elementwise.Tanh, float.NegativeInfinity, float.PositiveInfinity, -30f, 30f));
        Assert.Equal([0f, 0.5f, 1f], Of(Elementwise.Sigmoid, float.NegativeInfinity, 0f, float.PositiveInfinity));
        Assert.Equal([-1f, 0f, 1f], Of(Elementwise.Erf, float.NegativeInfinity, 0f, float.PositiveInfinity));
        Assert.Equal([0f, 0f, 100f], Of(Elementwise.Gelu, -100f, 0f, 100f));
        Assert.Equal([0f, 0f, 0f, 100f], Of(Elementwise.GeluTanh, -1e30f, -100f, 0f, 100f));
        foreach ((string name, Function run, _, _, _, _) in Functions)
            Assert.True(float.IsNaN(Of(run, float.NaN)[0]), $"{name}(NaN)");
    }

    [Fact]
    public void ArithmeticIsThatOfPlainLoops()
    {
        using var pool = new WorkPool(3);
        foreach (int count in (int[])[0, 1, 7, 16, 33, AllWidths.Emulated ? 40 : 100_003])
        {
            float[] x = Numbers.Wild(count, 1, 30), y = [.. Numbers.Ordinary(count, 2).Select(v => v == 0f ? 3f : v)], z = Numbers.Ordinary(count, 3);
            Check(Elementwise.Add, i => x[i] + y[i]);
            Check(Elementwise.Subtract, i => x[i] - y[i]);
            Check(Elementwise.Multiply, i => x[i] * y[i]);
            Check(Elementwise.Divide, i => x[i] / y[i]);
            Check((a, b, t, p) => Elementwise.MultiplyAdd(a, b, z, t, p), i => MathF.FusedMultiplyAdd(x[i], y[i], z[i]));
            Check((a, _, t, p) => Elementwise.Relu(a, t, p), i => x[i] > 0f ? x[i] : 0f);
            Check((a, _, t, p) => Elementwise.Scale(0.3f, a, t, p), i => 0.3f * x[i]);
            Check((a, _, t, p) => Elementwise.AddScaled(0.3f, a, t, p), i => MathF.FusedMultiplyAdd(0.3f, x[i], z[i]));
            Check((a, _, t, p) => Elementwise.Floor(0.5f, a, t, p), i => Math.Abs(x[i]) < 0.5f ? MathF.CopySign(0f, x[i]) : x[i]);
            float[] same = new float[count];
            foreach ((Activation activation, Function function) in ((Activation, Function)[])
            [
                (Activation.None, (a, t, _) => a.CopyTo(t)), (Activation.Relu, Elementwise.Relu), (Activation.Gelu, Elementwise.Gelu),
                (Activation.Silu, Elementwise.Silu), (Activation.Tanh, Elementwise.Tanh), (Activation.Sigmoid, Elementwise.Sigmoid),
                (Activation.GeluTanh, Elementwise.GeluTanh),
            ])
            {
                function(z, same, null);
                Check((_, _, t, p) => Elementwise.Activate(activation, z, t, p), i => same[i]);
            }

            void Check(GradientFunction run, Func<int, float> plain)
            {
                float[] expected = [.. Enumerable.Range(0, count).Select(plain)], actual = [.. z];
                run(x, y, actual, pool);
                Numbers.AssertSameBits(expected, actual, "threads");
                AllWidths.Run(lanes =>
                {
                    if (lanes is 1 or 16 && count > 1000)
                        return;     // emulated here, and slow
                    z.CopyTo(actual, 0);
                    run(x, y, actual, null);
                    Numbers.AssertSameBits(expected, actual, $"{count} values, {lanes} lanes");
                });
            }
        }
    }

    [Fact]
    public void GradientsAreTheSlopes()
    {
        float[] x = Samples(-8f, 8f, 2000), one = new float[x.Length], y = new float[x.Length], slope = new float[x.Length];
        Array.Fill(one, 1f);
        Check(Elementwise.GeluGradient, x, x, v => Erfc(-v / Math.Sqrt(2)) / 2 + v * Math.Exp(-v * v / 2) / Math.Sqrt(2 * Math.PI));
        Check(Elementwise.GeluTanhGradient, x, x, v => (GeluTanh(v + 1e-5) - GeluTanh(v - 1e-5)) / 2e-5);
        Check(Elementwise.SiluGradient, x, x, v => 1 / (1 + Math.Exp(-v)) * (1 + v / (1 + Math.Exp(v))));
        Check(Elementwise.ReluGradient, x, x, v => v > 0 ? 1 : 0);
        Elementwise.Tanh(x, y);
        Check(Elementwise.TanhGradient, y, x, v => 1 - Math.Tanh(v) * Math.Tanh(v));
        Elementwise.Sigmoid(x, y);
        Check(Elementwise.SigmoidGradient, y, x, v => 1 / (1 + Math.Exp(-v)) / (1 + Math.Exp(v)));

        void Check(GradientFunction run, float[] argument, float[] at, Func<double, double> truth)
        {
            run(one, argument, slope, null);
            for (int i = 0; i < at.Length; i++)
                Assert.Equal(truth(at[i]), slope[i], 1e-6);
            float[] plain = [.. slope];
            AllWidths.Run(lanes =>
            {
                run(one, argument, slope, null);
                Numbers.AssertSameBits(plain, slope, $"{run.Method.Name}, {lanes} lanes");
            });
        }
    }

    [Theory, InlineData(1), InlineData(3)]
    public void ThreadsDoNotShow(int threads)
    {
        using var pool = new WorkPool(threads);
        float[] x = Samples(-20f, 20f, AllWidths.Emulated ? 3000 : 100_001), one = new float[x.Length], many = new float[x.Length];
        Elementwise.Gelu(x, one);
        Elementwise.Gelu(x, many, pool);
        Numbers.AssertSameBits(one, many);
    }

    [Fact]
    public void ErrorsNameTheOperation() =>
        Assert.Contains("GeluGradient: an operand of 3 values, a target of 4",
            Assert.Throws<ArgumentException>(() => Elementwise.GeluGradient(new float[4], new float[3], new float[4])).Message);

    private delegate void GradientFunction(ReadOnlySpan<float> gradient, ReadOnlySpan<float> x, Span<float> target, WorkPool? pool);

    private static float[] Of(Function run, params float[] x)
    {
        float[] y = new float[x.Length];
        run(x, y, null);
        return y;
    }

    // Half evenly by value, half evenly by bits: all magnitudes.
    private static float[] Samples(float from, float to, int count)
    {
        float[] x = new float[count];
        for (int i = 0; i < count / 2; i++)
            x[i] = (float)(from + (to - (double)from) * i / Math.Max(1, count / 2 - 1));
        int low = Ordered(from), high = Ordered(to);
        for (int i = count / 2; i < count; i++)
            x[i] = FromOrdered((int)(low + ((long)high - low) * (i - count / 2) / Math.Max(1, count - count / 2 - 1)));
        return [.. x.Where(v => !float.IsSubnormal(v))];

        static int Ordered(float v) => BitConverter.SingleToInt32Bits(v) is int b and < 0 ? int.MinValue - b : BitConverter.SingleToInt32Bits(v);
        static float FromOrdered(int o) => BitConverter.Int32BitsToSingle(o < 0 ? int.MinValue - o : o);
    }

    private static double Log1P(double x)
    {
        double u = 1 + x;
        return u == 1 ? x : Math.Log(u) * x / (u - 1);
    }

    private static double Erf(double x)
    {
        if (Math.Abs(x) > 2)
            return x > 0 ? 1 - Erfc(x) : Erfc(-x) - 1;
        double term = x, sum = x;
        for (int n = 1; Math.Abs(term) > 1e-18 * Math.Abs(sum); n++)
        {
            term *= -x * x / n;
            sum += term / (2 * n + 1);
        }
        return sum * 2 / Math.Sqrt(Math.PI);
    }

    private static double GeluTanh(double x) => x / (1 + Math.Exp(-2 * Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));

    private static double Erfc(double x)
    {
        if (x < 2)
            return 1 - Erf(x);
        // Laplace's continued fraction, from the end.
        double f = 0;
        for (int n = 200; n > 0; n--)
            f = n / 2.0 / (x + f);
        return Math.Exp(-x * x) / Math.Sqrt(Math.PI) / (x + f);
    }
}

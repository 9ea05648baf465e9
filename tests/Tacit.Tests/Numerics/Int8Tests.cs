using Tacit.Numerics;
using Tacit.Tests.Support;

namespace Tacit.Tests.Numerics;

/// <summary>Eight-bit products against the integer loop that defines them, in each layout.</summary>
[Collection(AllWidths.Name)]
public class Int8Tests
{
    [Fact]
    public void EveryLayoutGivesTheBitsOfThePlainLoop()
    {
        var random = new SplitMix64(3);
        for (int i = 0; i < (AllWidths.Emulated ? 4 : 60); i++)
        {
            // One row has tiles of its own, very many go in blocks.
            int m = i % 20 == 7 ? 400 : 1 + random.Below(i % 3 == 0 ? 45 : 15), k = 1 + random.Below(i % 5 == 0 ? 300 : 40);
            int n = 1 + random.Below(i % 20 == 7 ? 40 : 150);
            float[] a = Numbers.Ordinary(m * k, i), bias = Numbers.Ordinary(n, i + 1), scales = Numbers.Ordinary(n, i + 2);
            if (i % 4 == 0)
                a.AsSpan(0, k).Clear();
            sbyte[] w = [.. Enumerable.Range(0, k * n).Select(_ => (sbyte)(random.Below(10) == 0 ? 127 - 254 * random.Below(2) : random.Below(255) - 127))];
            float[] expected = new float[m * n];
            for (int r = 0; r < m; r++)
            {
                float largest = a.AsSpan(r * k, k).ToArray().Max(MathF.Abs), inverse = largest == 0 ? 0 : 127f / largest, scale = largest / 127f;
                int[] q = [.. a.AsSpan(r * k, k).ToArray().Select(v => (int)MathF.Round(v * inverse, MidpointRounding.ToEven))];
                Assert.All(q, v => Assert.InRange(v, -127, 127));
                for (int c = 0; c < n; c++)
                {
                    int sum = 0;
                    for (int j = 0; j < k; j++)
                        sum += q[j] * w[j * n + c];
                    expected[r * n + c] = MathF.FusedMultiplyAdd(sum, scales[c] * scale, bias[c]);
                }
            }
            foreach (int depth in (int[])[2, 4])
            {
                using var weights = new Int8Matrix(w, scales, depth);
                AllWidths.Run(lanes =>
                {
                    float[] c = new float[m * n];
                    Int8Product.Multiply(new Matrix(a, m, k), weights, new MatrixTarget(c, m, n), bias, null, vnni: false);
                    Numbers.AssertSameBits(expected, c, $"{m} x {k} x {n}, steps of {depth}, {lanes} lanes");
                });
            }
            using var natural = new Int8Matrix(w, scales);
            using var pool = new WorkPool(3);
            float[] actual = new float[m * n];
            Int8Product.Multiply(new Matrix(a, m, k), natural, new MatrixTarget(actual, m, n), bias, pool);
            Numbers.AssertSameBits(expected, actual, "this machine's layout, threads");
        }
    }

    [Fact]
    public void ExtremesDoNotSaturate()
    {
        const int K = 1000;
        sbyte[] w = new sbyte[K * 16];
        float[] a = new float[2 * K], ones = new float[16], c = new float[32];
        Array.Fill(ones, 1f);
        Array.Fill(w, (sbyte)127);
        Array.Fill(a, 127f);
        a.AsSpan(K).Fill(-127f);
        foreach (int depth in (int[])[2, 4])
        {
            using var weights = new Int8Matrix(w, ones, depth);
            Int8Product.Multiply(new Matrix(a, 2, K), weights, new MatrixTarget(c, 2, 16), default, null, vnni: false);
            Assert.All(c[..16], v => Assert.Equal(K * 127f * 127f, v));
            Assert.All(c[16..], v => Assert.Equal(-K * 127f * 127f, v));
        }
    }

    /// <summary>As long as allowed, and as large as can be: the sums just fit 32 bits.</summary>
    [Theory, InlineData(2), InlineData(4)]
    public void TheLongestSumsFit(int depth)
    {
        const int K = Int8Product.MaxDepth;
        sbyte[] w = new sbyte[K];
        float[] a = new float[K], c = new float[1];
        w.AsSpan().Fill(-127);
        a.AsSpan().Fill(127f);
        using var weights = new Int8Matrix(w, [1f], depth);
        Int8Product.Multiply(new Matrix(a, 1, K), weights, new MatrixTarget(c, 1, 1), default, null, vnni: false);
        Assert.Equal((float)(-127 * 127 * K), c[0]);
        using var natural = new Int8Matrix(w, [1f]);
        Int8Product.Multiply(new Matrix(a, 1, K), natural, new MatrixTarget(c, 1, 1));
        Assert.Equal((float)(-127 * 127 * K), c[0]);
        using var longer = new Int8Matrix(new sbyte[K + 1], [1f], depth);
        Assert.Throws<ArgumentException>(() => Int8Product.Multiply(new Matrix(new float[K + 1], 1, K + 1), longer, new MatrixTarget(c, 1, 1)));
    }

    [Fact]
    public void QuantisingLosesLittle()
    {
        const int M = 5, K = 64, N = 24;
        float[] a = Numbers.Ordinary(M * K, 1), w = Numbers.Ordinary(K * N, 2), exact = new float[M * N], rough = new float[M * N];
        MatMul.Multiply(new Matrix(a, M, K), new Matrix(w, K, N), new MatrixTarget(exact, M, N));
        using Int8Matrix weights = Int8Matrix.From(new Matrix(w, K, N));
        Int8Product.Multiply(new Matrix(a, M, K), weights, new MatrixTarget(rough, M, N));
        double error = exact.Zip(rough, (x, y) => Math.Pow(x - y, 2)).Sum() / exact.Sum(x => x * (double)x);
        Assert.InRange(Math.Sqrt(error), 1e-4, 0.02);
    }
}

using Tacit.Numerics;
using Tacit.Tests.Support;

namespace Tacit.Tests.Numerics;

/// <summary>Matrix products against the plain loop that defines them, to the bit.</summary>
[Collection(AllWidths.Name)]
public class MatMulTests
{
    [Fact]
    public void EveryShapeAndWidthGivesTheBitsOfThePlainLoop()
    {
        var random = new SplitMix64(11);
        int[] rows = [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 15, 16, 17, 24, 25, 31, 49];
        int[] others = [1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 47, 63, 64, 65, 96, 127, 130, 200];
        int cases = AllWidths.Emulated ? 6 : 140;
        for (int i = 0; i < cases; i++)
        {
            int m = rows[random.Below(rows.Length)], n = others[random.Below(others.Length)];
            int k = i % 10 == 0 ? 250 + random.Below(300) : others[random.Below(others.Length)];
            if (AllWidths.Emulated)
                (m, k, n) = (Math.Min(m, 7), Math.Min(k, 17), Math.Min(n, 33));
            float[] a = i % 3 == 0 ? Numbers.Wild(m * k, i, 62) : Numbers.Ordinary(m * k, i);
            float[] b = i % 3 == 1 ? Numbers.Wild(k * n, i + 1, 62) : Numbers.Ordinary(k * n, i + 1);
            float[] bias = Numbers.Ordinary(n, i + 2), before = Numbers.Ordinary(m * n, i + 3);
            foreach (Start start in (Start[])[Start.Zero, Start.Bias, Start.Target, Start.Target | Start.Bias, Start.Residual, Start.Residual | Start.Bias])
            {
                float[] expected = Plain(a, b, m, k, n, (r, c) => start switch
                {
                    Start.Zero => 0f,
                    Start.Bias => bias[c],
                    Start.Target or Start.Residual => before[r * n + c],
                    _ => before[r * n + c] + bias[c],
                });
                AllWidths.Run(lanes =>
                {
                    if (lanes is 1 or 16 && (long)m * k * n > 100_000)
                        return;     // emulated here, and slow
                    bool accumulate = start.HasFlag(Start.Target);
                    float[] actual = accumulate ? [.. before] : new float[m * n];
                    using PackedMatrix packed = PackedMatrix.From(new Matrix(b, k, n));
                    MatMul.Multiply(new Matrix(a, m, k), packed, new MatrixTarget(actual, m, n),
                        start.HasFlag(Start.Bias) ? bias : default, accumulate, residual: start.HasFlag(Start.Residual) ? new Matrix(before, m, n) : default);
                    Numbers.AssertSameBits(expected, actual, $"{m} x {k} x {n}, {start}, {lanes} lanes");
                });
            }
        }
    }

    [Fact]
    public void OperandsMayBeTransposedApartAndUnpacked()
    {
        int[][] shapes = AllWidths.Emulated ? [[3, 5, 9]] : [[3, 5, 9], [13, 40, 70], [50, 33, 17], [1, 300, 65], [7, 1, 1], [30, 300, 530]];
        foreach (int[] shape in shapes)
        {
            (int m, int k, int n) = (shape[0], shape[1], shape[2]);
            float[] a = Numbers.Wild(m * k, 5, 40), b = Numbers.Wild(k * n, 6, 40);
            float[] expected = Plain(a, b, m, k, n, (_, _) => 0f);
            const int Gap = 3;
            float[] aT = Transpose(a, m, k), bT = Transpose(b, k, n);
            float[] aApart = Apart(a, m, k, Gap), bApart = Apart(b, k, n, Gap);
            foreach (int lanes in AllWidths.Lanes)
            {
                if (lanes is 1 or 16 && m * k * n > 200_000)
                    continue;
                AllWidths.With(lanes, () =>
                {
                    for (int way = 0; way < 9; way++)
                    {
                        Matrix left = (way % 3) switch { 0 => new(a, m, k), 1 => new Matrix(aT, k, m).Transposed, _ => new(aApart, m, k, k + Gap) };
                        Matrix right = (way / 3) switch { 0 => new(b, k, n), 1 => new Matrix(bT, n, k).Transposed, _ => new(bApart, k, n, n + Gap) };
                        float[] apart = new float[m * (n + Gap)];
                        MatMul.Multiply(left, right, new MatrixTarget(apart, m, n, n + Gap));
                        Numbers.AssertSameBits(Apart(expected, m, n, Gap), apart, $"{m} x {k} x {n}, way {way}, {lanes} lanes");
                        using PackedMatrix packed = PackedMatrix.From(right);
                        float[] actual = new float[m * n];
                        MatMul.Multiply(left, packed, new MatrixTarget(actual, m, n));
                        Numbers.AssertSameBits(expected, actual, $"{m} x {k} x {n}, packed, way {way}, {lanes} lanes");
                    }
                });
            }
        }
    }

    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public void ThreadsDoNotShow(int threads)
    {
        using var pool = new WorkPool(threads);
        int[][] shapes = AllWidths.Emulated ? [[5, 9, 40]] : [[700, 60, 96], [5, 700, 600], [90, 130, 517], [301, 129, 65]];
        foreach (int[] shape in shapes)
        {
            (int m, int k, int n) = (shape[0], shape[1], shape[2]);
            float[] a = Numbers.Wild(m * k, 7, 30), b = Numbers.Wild(k * n, 8, 30), one = new float[m * n], many = new float[m * n];
            float[] bias = Numbers.Ordinary(n, 9);
            MatMul.Multiply(new Matrix(a, m, k), new Matrix(b, k, n), new MatrixTarget(one, m, n), bias, activation: Activation.Gelu);
            MatMul.Multiply(new Matrix(a, m, k), new Matrix(b, k, n), new MatrixTarget(many, m, n), bias, activation: Activation.Gelu, pool: pool);
            Numbers.AssertSameBits(one, many, "unpacked");
            using var packed = new PackedMatrix(k, n);
            packed.Pack(new Matrix(b, k, n), pool);
            Array.Clear(many);
            MatMul.Multiply(new Matrix(a, m, k), packed, new MatrixTarget(many, m, n), bias, activation: Activation.Gelu, pool: pool);
            Numbers.AssertSameBits(one, many, "packed");
        }
    }

    [Fact]
    public void PartsCoverTheProductAndSmallOnesHaveOne()
    {
        var random = new SplitMix64(29);
        for (int i = 0; i < 2000; i++)
        {
            var product = new Tacit.Numerics.Products.Product
            {
                EndRow = 1 + random.Below(1 << random.Below(13)),
                Depth = random.Below(1 << random.Below(13)),
                EndColumn = 1 + random.Below(1 << random.Below(13)),
                AColumnStep = 1 + random.Below(2),
                BColumnStep = 1 + random.Below(2),
            };
            int threads = 1 + random.Below(9);
            (int rows, int columns) = MatMul.PartOf(product, threads);
            Assert.InRange(rows, 1, product.EndRow);
            Assert.InRange(columns, 1, product.EndColumn);
            Assert.True(rows == product.EndRow || columns == product.EndColumn, "not in both directions");
            Assert.True(columns == product.EndColumn || columns % 32 == 0, "panels stay whole");
            Assert.InRange((product.EndRow + rows - 1) / rows * ((product.EndColumn + columns - 1) / columns), 1, 2 * threads);
            if (threads == 1 || (long)product.EndRow * product.Depth * product.EndColumn < 1 << 20)
                Assert.Equal((product.EndRow, product.EndColumn), (rows, columns));
        }
    }

    [Fact]
    public void RowsDoNotDependOnThoseComputedWithThem()
    {
        int m = AllWidths.Emulated ? 5 : 61, k = AllWidths.Emulated ? 9 : 300, n = 70;
        float[] a = Numbers.Wild(m * k, 17, 62), b = Numbers.Ordinary(k * n, 18), all = new float[m * n], one = new float[n];
        MatMul.Multiply(new Matrix(a, m, k), new Matrix(b, k, n), new MatrixTarget(all, m, n));
        for (int r = 0; r < m; r++)
        {
            MatMul.Multiply(new Matrix(a.AsSpan(r * k, k), 1, k), new Matrix(b, k, n), new MatrixTarget(one, 1, n));
            Numbers.AssertSameBits(all.AsSpan(r * n, n), one, $"row {r}");
        }
    }

    [Fact]
    public void TheActivationMayGoElsewhere()
    {
        const int M = 9, K = 12, N = 21;
        float[] a = Numbers.Ordinary(M * K, 1), b = Numbers.Ordinary(K * N, 2), plain = new float[M * N], kept = new float[M * N];
        MatMul.Multiply(new Matrix(a, M, K), new Matrix(b, K, N), new MatrixTarget(plain, M, N));
        foreach (Activation activation in Enum.GetValues<Activation>())
        {
            float[] over = new float[M * N], beside = new float[M * N];
            MatMul.Multiply(new Matrix(a, M, K), new Matrix(b, K, N), new MatrixTarget(over, M, N), activation: activation);
            MatMul.Multiply(new Matrix(a, M, K), new Matrix(b, K, N), new MatrixTarget(kept, M, N), activation: activation, activated: beside);
            Numbers.AssertSameBits(plain, kept);
            if (activation != Activation.None)
                Numbers.AssertSameBits(over, beside, activation.ToString());
        }
    }

    [Fact]
    public void BatchesAreProductsOneByOne()
    {
        const int Count = 5, M = 6, K = 11, N = 19;
        float[] a = Numbers.Ordinary(Count * M * K, 1), b = Numbers.Ordinary(Count * K * N, 2), all = new float[Count * M * N], one = new float[M * N];
        MatMul.MultiplyBatch(Count, new Matrix(a, M, K), M * K, new Matrix(b, K, N), K * N, new MatrixTarget(all, M, N), M * N);
        for (int i = 0; i < Count; i++)
        {
            MatMul.Multiply(new Matrix(a.AsSpan(i * M * K), M, K), new Matrix(b.AsSpan(i * K * N), K, N), new MatrixTarget(one, M, N));
            Numbers.AssertSameBits(one, all.AsSpan(i * M * N, M * N), $"product {i}");
        }
    }

    [Fact]
    public void ErrorsNameTheShapes()
    {
        float[] x = new float[100];
        string message = Assert.Throws<ArgumentException>(() => MatMul.Multiply(new Matrix(x, 2, 3), new Matrix(x, 4, 5), new MatrixTarget(x, 2, 5))).Message;
        Assert.Contains("(2, 3) · (4, 5) into (2, 5)", message);
        Assert.Throws<ArgumentException>(() => new Matrix(x, 10, 11));
        Assert.Contains("a residual of (2, 4) for (2, 5)", Assert.Throws<ArgumentException>(() => MatMul.Multiply(new Matrix(x, 2, 3), new Matrix(x, 3, 5), new MatrixTarget(x, 2, 5), residual: new Matrix(x, 2, 4))).Message);
    }

    [Fact]
    public void NothingIsAllocatedOnceWarm()
    {
        int size = AllWidths.Emulated ? 16 : 128;       // 128 is shared among threads
        float[] a = Numbers.Ordinary(size * size, 1), b = Numbers.Ordinary(size * size, 2), c = new float[size * size];
        using var pool = new WorkPool(2);
        using PackedMatrix packed = PackedMatrix.From(new Matrix(b, size, size));
        using Int8Matrix bytes = Int8Matrix.From(new Matrix(b, size, size));
        long allocated = 0;
        for (int i = 0; i < 30; i++)
        {
            if (i == 20)
                allocated = GC.GetAllocatedBytesForCurrentThread();
            MatMul.Multiply(new Matrix(a, size, size), packed, new MatrixTarget(c, size, size), pool: pool);
            MatMul.Multiply(new Matrix(a, size, size).Transposed, new Matrix(b, size, size).Transposed, new MatrixTarget(c, size, size), pool: pool);
            MatMul.MultiplyBatch(4, new Matrix(a, size / 4, size), size * size / 4, new Matrix(b, size, size), 0,
                new MatrixTarget(c, size / 4, size), size * size / 4, pool: pool);
            Int8Product.Multiply(new Matrix(a, size, size), bytes, new MatrixTarget(c, size, size), pool: pool);
            Elementwise.Exp(a, c, pool);
            Softmax.Forward(a, size, c, pool);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - allocated);
    }

    [Flags]
    private enum Start
    {
        Zero = 0,
        Bias = 1,
        Target = 2,
        Residual = 4,
    }

    /// <summary>The definition.</summary>
    private static float[] Plain(float[] a, float[] b, int m, int k, int n, Func<int, int, float> start)
    {
        float[] c = new float[m * n];
        for (int r = 0; r < m; r++)
        {
            for (int o = 0; o < n; o++)
            {
                float sum = start(r, o);
                for (int i = 0; i < k; i++)
                    sum = MathF.FusedMultiplyAdd(Numbers.Floored(a[r * k + i]), Numbers.Floored(b[i * n + o]), sum);
                c[r * n + o] = sum;
            }
        }
        return c;
    }

    private static float[] Transpose(float[] x, int rows, int columns)
    {
        float[] y = new float[x.Length];
        for (int r = 0; r < rows; r++)
        {
            for (int c = 0; c < columns; c++)
                y[c * rows + r] = x[r * columns + c];
        }
        return y;
    }

    private static float[] Apart(float[] x, int rows, int columns, int gap)
    {
        float[] y = new float[rows * (columns + gap)];
        for (int r = 0; r < rows; r++)
            x.AsSpan(r * columns, columns).CopyTo(y.AsSpan(r * (columns + gap)));
        return y;
    }
}

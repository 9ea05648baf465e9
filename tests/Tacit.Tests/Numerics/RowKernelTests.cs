using Tacit.Numerics;
using static System.MathF;

namespace Tacit.Tests.Numerics;

/// <summary>Reductions, softmax, cross-entropy, norms, embedding and LSTM cell against their plain-loop twins.</summary>
[Collection(AllWidths.Name)]
public class RowKernelTests
{
    private static int[] Sizes => AllWidths.Emulated ? [1, 5, 17, 35] : [1, 2, 3, 7, 8, 15, 16, 17, 31, 32, 33, 47, 64, 100, 255, 256, 257];

    [Fact]
    public void ReductionsHaveTheFixedShape()
    {
        foreach (int n in (int[])[0, .. Sizes])
        {
            float[] x = Numbers.Ordinary(n, n), y = Numbers.Ordinary(n, n + 1);
            float[] expected = [Twins.Sum(x), Twins.Dot(x, y), Twins.Dot(x, x), Twins.Max(x), x.Aggregate(0f, (m, v) => Abs(v) > m ? Abs(v) : m)];
            AllWidths.Run(lanes => Numbers.AssertSameBits(expected,
                [Reduce.Sum(x), Reduce.Dot(x, y), Reduce.SumOfSquares(x), Reduce.Max(x), Reduce.MaxMagnitude(x)], $"{n} values, {lanes} lanes"));
            Assert.Equal(x.Sum(v => (double)v), Reduce.Sum(x), 1e-4);
        }
    }

    [Fact]
    public void ColumnSumsGoByRows()
    {
        const int Rows = 13;
        foreach (int n in Sizes)
        {
            float[] x = Numbers.Ordinary(Rows * n, n), before = Numbers.Ordinary(n, n + 1), expected = [.. before];
            for (int r = 0; r < Rows; r++)
            {
                for (int c = 0; c < n; c++)
                    expected[c] += x[r * n + c];
            }
            ForThreadsAndWidths(pool =>
            {
                float[] sums = [.. before];
                Reduce.AddColumns(new Matrix(x, Rows, n), sums, pool);
                Numbers.AssertSameBits(expected, sums, $"{n} columns");
            });
        }
    }

    [Fact]
    public void SoftmaxIsItsDefinition()
    {
        const int Rows = 3;
        foreach (int n in Sizes)
        {
            float[] x = [.. Numbers.Ordinary(Rows * n, n).Select((v, i) => i % 5 == 3 ? v * 30 : v * 3)], dy = Numbers.Ordinary(Rows * n, n + 1);
            float[] y = new float[Rows * n], dx = new float[Rows * n], logs = new float[Rows * n], dlogs = new float[Rows * n];
            for (int r = 0; r < Rows; r++)
            {
                float[] row = x[(r * n)..((r + 1) * n)], drow = dy[(r * n)..((r + 1) * n)];
                float m = Twins.Max(row);
                float[] terms = [.. row.Select(v => Twins.Term(v, m))];
                float sum = Twins.Sum(terms), inverse = 1f / sum, log = Twins.Log(sum);
                float[] p = [.. terms.Select(t => t * inverse)], l = [.. row.Select(v => v - m - log)];
                float along = Twins.Dot(p, drow), total = Twins.Sum(drow);
                for (int c = 0; c < n; c++)
                {
                    y[r * n + c] = p[c];
                    dx[r * n + c] = Twins.Small(p[c] * (drow[c] - along));
                    logs[r * n + c] = l[c];
                    dlogs[r * n + c] = Twins.Small(Twins.Term(l[c], 0f) * -total + drow[c]);
                    Assert.Equal(Math.Exp(row[c] - m) / row.Sum(v => Math.Exp(v - m)), p[c], 1e-6);
                }
            }
            ForThreadsAndWidths(pool =>
            {
                float[] actual = new float[Rows * n];
                Softmax.Forward(x, n, actual, pool);
                Numbers.AssertSameBits(y, actual, $"softmax {n}");
                Softmax.Backward(y, dy, n, actual, pool);
                Numbers.AssertSameBits(dx, actual, $"softmax backward {n}");
                Softmax.LogForward(x, n, actual, pool);
                Numbers.AssertSameBits(logs, actual, $"log-softmax {n}");
                Softmax.LogBackward(logs, dy, n, actual, pool);
                Numbers.AssertSameBits(dlogs, actual, $"log-softmax backward {n}");
            });
        }
    }

    [Fact]
    public void CrossEntropyIsItsDefinition()
    {
        const int Rows = 4;
        const float Scale = 0.25f;
        foreach (int n in Sizes)
        {
            float[] x = [.. Numbers.Ordinary(Rows * n, n).Select((v, i) => i % 7 == 3 ? v * 40 : v * 4)];
            int[] targets = [0, n - 1, CrossEntropy.Ignored, n / 2];
            float[] losses = new float[Rows], gradient = new float[Rows * n];
            for (int r = 0; r < Rows; r++)
            {
                float[] row = x[(r * n)..((r + 1) * n)];
                if (targets[r] < 0)
                    continue;
                float m = Twins.Max(row);
                float[] terms = [.. row.Select(v => Twins.Term(v, m))];
                float sum = Twins.Sum(terms), inverse = 1f / sum;
                losses[r] = Twins.Log(sum) - (row[targets[r]] - m);
                Assert.Equal(Math.Log(row.Sum(v => Math.Exp(v - m))) - (row[targets[r]] - m), losses[r], 1e-5);
                for (int c = 0; c < n; c++)
                    gradient[r * n + c] = Twins.Small(c == targets[r] ? Scale * (terms[c] * inverse - 1f) : terms[c] * (Scale * inverse));
            }
            ForThreadsAndWidths(pool =>
            {
                float[] actual = new float[Rows], actualGradient = new float[Rows * n];
                CrossEntropy.Forward(x, targets, actual, pool);
                Numbers.AssertSameBits(losses, actual, $"{n}");
                CrossEntropy.ForwardBackward(x, targets, actual, actualGradient, Scale, pool);
                Numbers.AssertSameBits(losses, actual, $"{n}");
                Numbers.AssertSameBits(gradient, actualGradient, $"gradient {n}");
                float[] over = [.. x];
                CrossEntropy.ForwardBackward(over, targets, actual, over, Scale, pool);
                Numbers.AssertSameBits(gradient, over, $"gradient over logits {n}");
            });
        }
        Assert.Contains("target 5 of 5", Assert.Throws<ArgumentException>(() => CrossEntropy.Forward(new float[5], [5], new float[1])).Message);
    }

    [Fact]
    public void NormsAreTheirDefinition()
    {
        const int Rows = 5;
        const float Epsilon = 1e-5f;
        foreach (int n in Sizes)
        {
            float[] x = Numbers.Ordinary(Rows * n, n), dy = Numbers.Ordinary(Rows * n, n + 1), gain = Numbers.Ordinary(n, n + 2), bias = Numbers.Ordinary(n, n + 3);
            foreach (bool rms in (bool[])[false, true])
            {
                float[] y = new float[Rows * n], dx = new float[Rows * n], mean = new float[Rows], scale = new float[Rows];
                float[] dgain = Numbers.Ordinary(n, n + 4), dbias = Numbers.Ordinary(n, n + 5), dgainBefore = [.. dgain], dbiasBefore = [.. dbias];
                for (int r = 0; r < Rows; r++)
                {
                    float[] row = x[(r * n)..((r + 1) * n)], drow = dy[(r * n)..((r + 1) * n)];
                    float m = mean[r] = rms ? 0f : Twins.Sum(row) / n;
                    float s = scale[r] = 1f / Sqrt(Twins.Tree(n, (partial, i) => FusedMultiplyAdd(row[i] - m, row[i] - m, partial)) / n + Epsilon);
                    float[] unit = [.. row.Select(v => (v - m) * s)], g = [.. drow.Select((v, c) => v * gain[c])];
                    float along = Twins.Dot(g, unit) / n, average = rms ? 0f : Twins.Sum(g) / n;
                    for (int c = 0; c < n; c++)
                    {
                        y[r * n + c] = rms ? unit[c] * gain[c] : FusedMultiplyAdd(unit[c], gain[c], bias[c]);
                        dx[r * n + c] = Twins.Small(FusedMultiplyAdd(unit[c], -along, g[c] - average) * s);
                        dgain[c] = FusedMultiplyAdd(drow[c], unit[c], dgain[c]);
                        dbias[c] += drow[c];
                    }
                }
                ForThreadsAndWidths(pool =>
                {
                    float[] a = new float[Rows * n], am = new float[Rows], s = new float[Rows], ag = [.. dgainBefore], ab = [.. dbiasBefore], ad = new float[Rows * n];
                    if (rms)
                    {
                        RmsNormalization.Forward(x, gain, Epsilon, a, s, pool);
                        RmsNormalization.Backward(x, gain, s, dy, ad, pool);
                        RmsNormalization.BackwardParameters(x, s, dy, ag, pool);
                    }
                    else
                    {
                        LayerNormalization.Forward(x, gain, bias, Epsilon, a, am, s, pool);
                        LayerNormalization.Backward(x, gain, am, s, dy, ad, pool);
                        LayerNormalization.BackwardParameters(x, am, s, dy, ag, ab, pool);
                        Numbers.AssertSameBits(dbias, ab, $"dbias {n}");
                    }
                    Numbers.AssertSameBits(y, a, $"y {n}, rms {rms}");
                    Numbers.AssertSameBits(mean, am, $"mean {n}");
                    Numbers.AssertSameBits(scale, s, $"scale {n}");
                    Numbers.AssertSameBits(dx, ad, $"dx {n}, rms {rms}");
                    Numbers.AssertSameBits(dgain, ag, $"dgain {n}, rms {rms}");
                });
            }
        }
    }

    [Fact]
    public void NormGradientsAreDifferenceQuotients()
    {
        const int N = 9;
        float[] x = Numbers.Ordinary(N, 1), dy = Numbers.Ordinary(N, 2), gain = Numbers.Ordinary(N, 3), bias = new float[N], dx = new float[N], one = new float[1], two = new float[1];
        LayerNormalization.Forward(x, gain, bias, 1e-5f, new float[N], one, two);
        LayerNormalization.Backward(x, gain, one, two, dy, dx);
        for (int i = 0; i < N; i++)
            Assert.Equal(Quotient(i, false), dx[i], 2e-3);
        RmsNormalization.Forward(x, gain, 1e-5f, new float[N], two);
        RmsNormalization.Backward(x, gain, two, dy, dx);
        for (int i = 0; i < N; i++)
            Assert.Equal(Quotient(i, true), dx[i], 2e-3);

        double Quotient(int at, bool rms)
        {
            const double Step = 1e-5;
            double Loss(double shift)
            {
                double[] v = [.. x.Select((value, i) => value + (i == at ? shift : 0))];
                double mean = rms ? 0 : v.Average(), scale = 1 / Math.Sqrt(v.Average(value => (value - mean) * (value - mean)) + 1e-5);
                return v.Select((value, i) => (value - mean) * scale * gain[i] * dy[i]).Sum();
            }
            return (Loss(Step) - Loss(-Step)) / (2 * Step);
        }
    }

    [Fact]
    public void EmbeddingGathersAndScattersInOrder()
    {
        foreach (int n in Sizes)
        {
            int[] indices = [3, 0, 3, 3, 6, 0];
            float[] table = Numbers.Ordinary(7 * n, n), dy = Numbers.Ordinary(indices.Length * n, n + 1), y = new float[indices.Length * n], expected = [.. table];
            EmbeddingLookup.Gather(table, n, indices, y);
            for (int t = 0; t < indices.Length; t++)
            {
                for (int c = 0; c < n; c++)
                {
                    Assert.Equal(table[indices[t] * n + c], y[t * n + c]);
                    expected[indices[t] * n + c] += dy[t * n + c];
                }
            }
            ForThreadsAndWidths(pool =>
            {
                float[] actual = [.. table];
                EmbeddingLookup.ScatterAdd(actual, n, indices, dy, pool);
                Numbers.AssertSameBits(expected, actual, $"{n}");
            });
        }
    }

    [Fact]
    public void LstmCellIsItsDefinition()
    {
        const int Rows = 3;
        foreach (int n in Sizes)
        {
            float[] z = [.. Numbers.Ordinary(Rows * 4 * n, n).Select(v => v * 2)], previous = Numbers.Ordinary(Rows * n, n + 1);
            float[] dh = Numbers.Ordinary(Rows * n, n + 2), dcell = Numbers.Ordinary(Rows * n, n + 3);
            float[] gates = new float[z.Length], cell = new float[Rows * n], hidden = new float[Rows * n], dz = new float[z.Length], dprevious = new float[Rows * n];
            for (int r = 0; r < Rows; r++)
            {
                for (int k = 0; k < n; k++)
                {
                    int at = r * n + k, to = 4 * r * n + k;
                    float i = Twins.Sigmoid(z[to]), f = Twins.Sigmoid(z[to + n]), g = Twins.Tanh(z[to + 2 * n]), o = Twins.Sigmoid(z[to + 3 * n]);
                    float c = FusedMultiplyAdd(f, previous[at], i * g), t = Twins.Tanh(c);
                    (gates[to], gates[to + n], gates[to + 2 * n], gates[to + 3 * n], cell[at], hidden[at]) = (i, f, g, o, c, o * t);
                    float dc = dcell[at] + dh[at] * o * FusedMultiplyAdd(-t, t, 1f);
                    dz[to] = Twins.Small(dc * g * FusedMultiplyAdd(-i, i, i));
                    dz[to + n] = Twins.Small(dc * previous[at] * FusedMultiplyAdd(-f, f, f));
                    dz[to + 2 * n] = Twins.Small(dc * i * FusedMultiplyAdd(-g, g, 1f));
                    dz[to + 3 * n] = Twins.Small(dh[at] * t * FusedMultiplyAdd(-o, o, o));
                    dprevious[at] = Twins.Small(dc * f);
                }
            }
            ForThreadsAndWidths(pool =>
            {
                float[] a = [.. z], c = new float[Rows * n], h = new float[Rows * n], d = [.. dcell], dgates = new float[z.Length];
                LstmCell.Forward(a, previous, c, h, n, pool);
                Numbers.AssertSameBits(gates, a, $"gates {n}");
                Numbers.AssertSameBits(cell, c, $"cell {n}");
                Numbers.AssertSameBits(hidden, h, $"hidden {n}");
                LstmCell.Backward(a, previous, c, dh, d, dgates, n, pool);
                Numbers.AssertSameBits(dz, dgates, $"dgates {n}");
                Numbers.AssertSameBits(dprevious, d, $"dcell {n}");
            });
        }
    }

    [Fact]
    public void NanIsFound()
    {
        foreach (int n in Sizes)
        {
            float[] x = Numbers.Ordinary(n, n);
            AllWidths.Run(_ =>
            {
                Assert.Equal(-1, NanGuard.FindNonFinite(x));
                for (int i = 0; i < n; i += 5)
                {
                    float[] bad = [.. x];
                    bad[i] = i % 2 == 0 ? float.NaN : float.NegativeInfinity;
                    Assert.Equal(i, NanGuard.FindNonFinite(bad));
                }
            });
        }
        Assert.Equal("weights of layer 3: value 1 of 2 is not a number.", Assert.Throws<ArithmeticException>(() => NanGuard.Check([0f, float.NaN], "weights of layer 3")).Message);
    }

    [Fact]
    public void FloorsKeepTheSign()
    {
        float[] x = Numbers.Wild(300, 1, 70), y = new float[300];
        AllWidths.Run(_ =>
        {
            Elementwise.Floor(Floors.Gradient, x, y);
            Numbers.AssertSameBits([.. x.Select(Twins.Small)], y);
        });
    }

    private static void ForThreadsAndWidths(Action<WorkPool?> test)
    {
        AllWidths.Run(_ => test(null));
        test(ThreePool);
    }

    private static readonly WorkPool ThreePool = new(3);
}

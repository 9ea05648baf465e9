using Tacit.Learning;
using Tacit.Numerics;
using Tacit.Tests.Numerics;

namespace Tacit.Tests.Learning;

/// <summary>Every operation against a plain version in double: values, gradients, and that nothing else shows in them.</summary>
[Collection(AllWidths.Name)]
public class OperationTests
{
    [Fact]
    public void FunctionsOfEachValue()
    {
        (Func<Tape, Variable, Variable> Operation, Func<double, double> Truth, bool Positive)[] all =
        [
            ((t, x) => t.Exp(x), Math.Exp, false),
            ((t, x) => t.Log(x), Math.Log, true),
            ((t, x) => t.Sqrt(x), Math.Sqrt, true),
            ((t, x) => t.Square(x), x => x * x, false),
            ((t, x) => t.Softplus(x), x => Math.Log(1 + Math.Exp(x)), false),
            ((t, x) => t.Scale(x, -1.5f), x => -1.5 * x, false),
            ((t, x) => t.AddConstant(x, 2.5f), x => x + 2.5, false),
            ((t, x) => t.Activate(x, Activation.None), x => x, false),
            ((t, x) => t.Activate(x, Activation.Relu), x => Math.Max(0, x), false),
            ((t, x) => t.Activate(x, Activation.Tanh), Math.Tanh, false),
            ((t, x) => t.Activate(x, Activation.Sigmoid), x => 1 / (1 + Math.Exp(-x)), false),
            ((t, x) => t.Activate(x, Activation.Silu), x => x / (1 + Math.Exp(-x)), false),
            ((t, x) => t.Activate(x, Activation.Gelu), Plain.Gelu, false),
        ];
        foreach ((Func<Tape, Variable, Variable> operation, Func<double, double> truth, bool positive) in all)
        {
            OperationCheck.Run((t, x) => operation(t, x[0]), x => Array.ConvertAll(x[0], v => truth(v)),
                [positive ? Given.Positive(1, 3, 7) : Given.Random(1, 3, 7)]);
        }
    }

    [Fact]
    public void FunctionsOfTwoValues()
    {
        (Func<Tape, Variable, Variable, Variable> Operation, Func<double, double, double> Truth)[] all =
        [
            ((t, x, y) => t.Add(x, y), (x, y) => x + y),
            ((t, x, y) => t.Subtract(x, y), (x, y) => x - y),
            ((t, x, y) => t.Multiply(x, y), (x, y) => x * y),
            ((t, x, y) => t.Divide(x, y), (x, y) => x / y),
        ];
        foreach ((Func<Tape, Variable, Variable, Variable> operation, Func<double, double, double> truth) in all)
        {
            OperationCheck.Run((t, x) => operation(t, x[0], x[1]), x => [.. x[0].Zip(x[1], truth)], [Given.Random(1, 3, 7), Given.Positive(2, 3, 7)]);
            OperationCheck.Run((t, x) => operation(t, x[0], x[0]), x => Array.ConvertAll(x[0], v => truth(v, v)), [Given.Random(1, 3, 7)]);
        }
    }

    [Fact]
    public void SumsAndMeans()
    {
        const int R = 6, C = 7;
        Given[] x = [Given.Random(1, 2, 3, C)];
        OperationCheck.Run((t, v) => t.Sum(v[0]), v => [v[0].Sum()], x);
        OperationCheck.Run((t, v) => t.Mean(v[0]), v => [v[0].Average()], x);
        OperationCheck.Run((t, v) => t.SumLast(v[0]), v => Rows(v[0], row => row.Sum()), x);
        OperationCheck.Run((t, v) => t.MeanLast(v[0]), v => Rows(v[0], row => row.Average()), x);
        OperationCheck.Run((t, v) => t.SumRows(v[0]), v => Columns(v[0], column => column.Sum()), x);
        OperationCheck.Run((t, v) => t.MeanRows(v[0]), v => Columns(v[0], column => column.Average()), x);

        static double[] Rows(double[] v, Func<IEnumerable<double>, double> f) => [.. v.Chunk(C).Select(f)];
        static double[] Columns(double[] v, Func<IEnumerable<double>, double> f) => [.. Enumerable.Range(0, C).Select(c => f(Enumerable.Range(0, R).Select(r => v[r * C + c])))];
    }

    [Fact]
    public void RowsAlike()
    {
        Given[] x = [Given.Random(1, 2, 3, 19), Given.Random(2, 19)];
        OperationCheck.Run((t, v) => t.AddRow(v[0], v[1]), v => [.. v[0].Select((a, i) => a + v[1][i % 19])], x);
        OperationCheck.Run((t, v) => t.MultiplyRow(v[0], v[1]), v => [.. v[0].Select((a, i) => a * v[1][i % 19])], x);
    }

    [Fact]
    public void Softmaxes()
    {
        Given[] x = [new([.. Given.Random(1, 4, 9).Values.Select(v => v * 3)], 4, 9)];
        OperationCheck.Run((t, v) => t.Softmax(v[0]), v => [.. v[0].Chunk(9).SelectMany(Plain.Softmax)], x);
        OperationCheck.Run((t, v) => t.LogSoftmax(v[0]), v => [.. v[0].Chunk(9).SelectMany(row => Plain.Softmax(row).Select(p => Math.Log(p)))], x);
    }

    [Fact]
    public void PartsAndWholes()
    {
        Given[] x = [Given.Random(1, 3, 4, 5)];
        foreach ((int axis, int first, int count) in ((int, int, int)[])[(0, 1, 2), (1, 1, 3), (2, 2, 3), (-1, 0, 1), (-3, 0, 3)])
        {
            int at = (axis + 3) % 3;
            OperationCheck.Run((t, v) => t.Slice(v[0], axis, first, count), v => [.. Where(v[0], (i, j, k) =>
            {
                int along = at == 0 ? i : at == 1 ? j : k;
                return along >= first && along < first + count;
            })], x);
        }
        Given other = Given.Random(2, 3, 2, 5), third = Given.Random(3, 3, 1, 5);
        OperationCheck.Run((t, v) => t.Concatenate(1, v[0], v[1], v[2]), v => [.. Enumerable.Range(0, 3).SelectMany(i =>
            v[0].Skip(i * 20).Take(20).Concat(v[1].Skip(i * 10).Take(10)).Concat(v[2].Skip(i * 5).Take(5)))], [x[0], other, third]);
        OperationCheck.Run((t, v) => t.Concatenate(0, v[0], v[0]), v => [.. v[0], .. v[0]], x);
        OperationCheck.Run((t, v) => t.Concatenate(-1, v[0], v[1]), v => [.. v[0].Chunk(2).Zip(v[1].Chunk(3)).SelectMany(p => p.First.Concat(p.Second))],
            [Given.Random(4, 3, 2), Given.Random(5, 3, 3)]);

        static IEnumerable<double> Where(double[] v, Func<int, int, int, bool> wanted) => v.Where((_, n) => wanted(n / 20, n / 5 % 4, n % 5));
    }

    [Fact]
    public void Transpositions()
    {
        int[] sizes = [2, 3, 4, 5];
        foreach ((int p, int q) in ((int, int)[])[(0, 1), (1, 2), (2, 3), (0, 3), (1, 3), (-1, 0), (2, 2)])
        {
            int a = (p + 4) % 4, b = (q + 4) % 4;
            OperationCheck.Run((t, v) => t.Transpose(v[0], p, q), v =>
            {
                int[] swapped = [.. sizes];
                (swapped[a], swapped[b]) = (sizes[b], sizes[a]);
                double[] y = new double[v[0].Length];
                for (int n = 0; n < y.Length; n++)
                {
                    int[] at = [n / (swapped[1] * swapped[2] * swapped[3]), n / (swapped[2] * swapped[3]) % swapped[1], n / swapped[3] % swapped[2], n % swapped[3]];
                    (at[a], at[b]) = (at[b], at[a]);
                    y[n] = v[0][((at[0] * 3 + at[1]) * 4 + at[2]) * 5 + at[3]];
                }
                return y;
            }, [Given.Random(1, sizes)]);
        }
        OperationCheck.Run((t, v) => t.Reshape(v[0], 6, -1), v => v[0], [Given.Random(1, sizes)]);
    }

    [Fact]
    public void Choices()
    {
        byte[] mask = [.. Enumerable.Range(0, 15).Select(i => (byte)(i * 7 % 3))];
        OperationCheck.Run((t, v) => t.Fill(v[0], mask, -2f), v => [.. v[0].Select((a, i) => mask[i] != 0 ? -2 : a)], [Given.Random(1, 3, 5)]);
        OperationCheck.Run((t, v) => t.Choose(mask, v[0], v[1]), v => [.. v[0].Select((a, i) => mask[i] != 0 ? a : v[1][i])],
            [Given.Random(1, 3, 5), Given.Random(2, 3, 5)]);
    }

    [Fact]
    public void LinearMaps()
    {
        Given[] x = [Given.Random(1, 2, 3, 5), Given.Random(2, 7, 5), Given.Random(3, 7)];
        foreach ((Activation activation, Func<double, double> f) in ((Activation, Func<double, double>)[])[(Activation.None, v => v), (Activation.Tanh, Math.Tanh), (Activation.Gelu, Plain.Gelu)])
        {
            OperationCheck.Run((t, v) => t.Linear(v[0], v[1], v[2], activation),
                v => [.. Plain.Linear(v[0], v[1], 5, v[2]).Select(f)], x);
        }
        OperationCheck.Run((t, v) => t.Linear(v[0], v[1]), v => Plain.Linear(v[0], v[1], 5, new double[7]), x[..2]);
        OperationCheck.Run((t, v) => t.BatchProduct(v[0], v[1]), v =>
        {
            double[] y = new double[2 * 3 * 4];
            for (int n = 0; n < y.Length; n++)
            {
                for (int k = 0; k < 5; k++)
                    y[n] += v[0][n / 4 * 5 + k] * v[1][(n / 12 * 5 + k) * 4 + n % 4];
            }
            return y;
        }, [Given.Random(1, 2, 3, 5), Given.Random(2, 2, 5, 4)]);
    }

    [Fact]
    public void Norms()
    {
        Given[] x = [Given.Random(1, 3, 7), Given.Random(2, 7), Given.Random(3, 7)];
        OperationCheck.Run((t, v) => t.LayerNorm(v[0], v[1], v[2], 1e-5f), v => [.. v[0].Chunk(7).SelectMany(row =>
        {
            double mean = row.Average(), s = 1 / Math.Sqrt(row.Average(a => (a - mean) * (a - mean)) + 1e-5);
            return row.Select((a, c) => (a - mean) * s * v[1][c] + v[2][c]);
        })], x);
        OperationCheck.Run((t, v) => t.RmsNorm(v[0], v[1], 1e-5f), v => [.. v[0].Chunk(7).SelectMany(row =>
        {
            double s = 1 / Math.Sqrt(row.Average(a => a * a) + 1e-5);
            return row.Select((a, c) => a * s * v[1][c]);
        })], x[..2]);
    }

    [Fact]
    public void EmbeddingsAndDropout()
    {
        int[] indices = [3, 0, 3, 1, 2, 3];
        OperationCheck.Run((t, v) => t.Embed(v[0], indices, 2, 3), v => [.. indices.SelectMany(i => v[0].Skip(i * 5).Take(5))], [Given.Random(1, 4, 5)]);
        float[] mask = new float[21];
        RandomFill.DropoutMask(5, 9, mask, 0.4f);
        Assert.Contains(0f, mask);
        OperationCheck.Run((t, v) =>
        {
            (t.IsTraining, t.Seed, t.NextStream) = (true, 5, 9);
            return t.Dropout(v[0], 0.4f);
        }, v => [.. v[0].Select((a, i) => a * mask[i])], [Given.Random(1, 3, 7)]);
    }

    [Theory]
    [InlineData(1, 0, false)]
    [InlineData(2, 1, true)]
    [InlineData(3, 2, true)]
    public void Convolutions(int stride, int padding, bool bias)
    {
        Given[] x = [Given.Random(1, 2, 3, 6, 5), Given.Random(2, 4, 3, 3, 3), Given.Random(3, 4)];
        OperationCheck.Run((t, v) => t.Convolve(v[0], v[1], bias ? v[2] : null, stride, padding),
            v => Plain.Convolve(v[0], [2, 3, 6, 5], v[1], [4, 3, 3, 3], bias ? v[2] : new double[4], stride, padding), bias ? x : x[..2]);
        // The other way: weights (I, O, R, R).
        Given[] z = [Given.Random(4, 2, 3, 4, 3), Given.Random(5, 3, 4, 3, 3), Given.Random(6, 4)];
        int more = stride - 1;
        OperationCheck.Run((t, v) => t.ConvolveTransposed(v[0], v[1], bias ? v[2] : null, stride, padding, more),
            v => Plain.ConvolveTransposed(v[0], [2, 3, 4, 3], v[1], [3, 4, 3, 3], bias ? v[2] : new double[4], stride, padding, more), bias ? z : z[..2]);
    }

    [Theory]
    [InlineData(1, 1, 0)]
    [InlineData(3, 2, 1)]
    public void ConvolutionsAlongRows(int height, int stride, int padding)
    {
        OperationCheck.Run((t, v) => t.Convolve(v[0], v[1], v[2], stride, padding), v => Plain.Convolve(v[0], [2, 3, height, 7], v[1], [4, 3, 1, 4], v[2], stride, padding),
            [Given.Random(1, 2, 3, height, 7), Given.Random(2, 4, 3, 1, 4), Given.Random(3, 4)]);
        OperationCheck.Run((t, v) => t.ConvolveTransposed(v[0], v[1], v[2], stride, padding, stride - 1),
            v => Plain.ConvolveTransposed(v[0], [2, 3, height, 4], v[1], [3, 4, 1, 4], v[2], stride, padding, stride - 1),
            [Given.Random(4, 2, 3, height, 4), Given.Random(5, 3, 4, 1, 4), Given.Random(6, 4)]);
    }

    [Theory]
    [InlineData(2, 2, true, 0)]
    [InlineData(4, 2, false, 0)]
    [InlineData(2, 1, true, 3)]
    public void Attention(int heads, int keyHeads, bool causal, int window)
    {
        const int B = 2, T = 5, S = 5, D = 3, E = 2;
        byte[] visible = new byte[B * T * S];
        for (int i = 0; i < visible.Length; i++)
            visible[i] = (byte)(i % S == i / S % T || i * 5 % 7 != 0 ? 1 : 0);
        Given[] x = [Given.Random(1, B, T, heads * D), Given.Random(2, B, S, keyHeads * D), Given.Random(3, B, S, keyHeads * E)];
        foreach (bool masked in (bool[])[false, true])
        {
            var mask = new AttentionMask { Causal = causal, Window = window, Visible = masked ? visible : default };
            OperationCheck.Run((t, v) => t.Attend(v[0], v[1], v[2], heads, keyHeads, mask), v => Plain.Attend(v[0], v[1], v[2], B, T, S, heads, keyHeads, D, E,
                (b, q, k) => (!causal || k <= q) && (window == 0 || k > q - window) && (!masked || visible[(b * T + q) * S + k] != 0)), x);
        }
    }

    [Fact]
    public void AdditiveAttentionScores()
    {
        byte[] visible = [1, 1, 1, 0, 1, 0, 1, 1];
        Given[] x = [Given.Random(1, 2, 3, 5), Given.Random(2, 2, 4, 5), Given.Random(3, 5)];
        foreach (bool masked in (bool[])[false, true])
        {
            // The weights, because a hidden key's score is no number to difference.
            OperationCheck.Run((t, v) => t.Softmax(t.AdditiveScores(v[0], v[1], v[2], masked ? visible : default)),
                v => Plain.AdditiveWeights(v[0], v[1], v[2], 2, 3, 4, (b, k) => !masked || visible[b * 4 + k] != 0), x);
        }
    }

    [Fact]
    public void WhatDoesNotFitIsNamed()
    {
        var tape = new Tape();
        Variable x = Tape.Input(Tensor.Zeros(2, 3)), y = Tape.Input(Tensor.Zeros(3, 2)), image = Tape.Input(Tensor.Zeros(1, 2, 4, 4));
        Refuses(() => tape.Divide(x, y), "(2, 3) and (3, 2)");
        Refuses(() => tape.AddRow(x, y), "AddRow: (2, 3) with a row of (3, 2)");
        Refuses(() => tape.Slice(x, 1, 2, 2), "parts 2 to 4 of axis 1 of (2, 3)");
        Refuses(() => tape.Slice(x, 2, 0, 1), "Axis 2 of a shape (2, 3)");
        Refuses(() => tape.Concatenate(0, x, y), "(2, 3) and (3, 2) along axis 0");
        Refuses(() => tape.Concatenate(0), "nothing");
        Refuses(() => tape.Transpose(x, 0, 2), "axes 0 and 2 of (2, 3)");
        Refuses(() => tape.Fill(x, new byte[5], 0f), "5 marks for (2, 3)");
        Refuses(() => tape.BatchProduct(x, y), "(2, 3) · (3, 2)");
        Refuses(() => tape.Convolve(image, Tape.Input(Tensor.Zeros(1, 2, 5, 5))), "(1, 2, 4, 4) with (1, 2, 5, 5)");
        Refuses(() => tape.ConvolveTransposed(image, Tape.Input(Tensor.Zeros(2, 1, 3, 3)), stride: 2, outputPadding: 2), "stride 2, padding 0 and 2");

        static void Refuses(Action action, string saying) => Assert.Contains(saying, Assert.Throws<ArgumentException>(action).Message);
    }
}

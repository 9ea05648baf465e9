using Tacit.Learning;
using Tacit.Numerics;
using Tacit.Tests.Numerics;

namespace Tacit.Tests.Learning;

/// <summary>The layers of Transformers and of variational autoencoders against plain versions in double: values and gradients.</summary>
[Collection(AllWidths.Name)]
public class TransformerLayerTests
{
    [Theory, InlineData(0), InlineData(3)]
    public void Ropes(int first)
    {
        const int B = 2, T = 4, D = 6;
        var rope = new Rope(first + T, D);
        OperationCheck.Run((t, v) => rope.Forward(t, v[0], first), v => Turned(v[0], T, D, first), [Given.Random(1, B, T, 2 * D)]);
        Assert.Throws<ArgumentException>(() => rope.Forward(new Tape(), Tape.Input(Tensor.Zeros(B, T, D)), first + 1));
    }

    [Fact]
    public void SamplesOfGaussians()
    {
        float[] noise = new float[21];
        RandomFill.Normal(5, 9, noise);
        OperationCheck.Run((t, v) =>
        {
            (t.Seed, t.NextStream) = (5, 9);
            return t.SampleGaussian(v[0], v[1]);
        }, v => [.. v[0].Select((mean, i) => mean + Math.Exp(v[1][i] / 2) * noise[i])], [Given.Random(1, 3, 7), Given.Random(2, 3, 7)], constants: 64 * sizeof(float));       // the noise, in the pool's least block
    }

    [Theory]
    [InlineData(2, 2, false, 0, false)]
    [InlineData(4, 2, true, 0, false)]
    [InlineData(4, 1, false, 0, true)]
    [InlineData(2, 1, true, 2, true)]
    [InlineData(2, 2, false, 3, false)]
    public void MultiHeadAttentions(int heads, int keyHeads, bool rope, int first, bool memory)
    {
        // With a first position, the queries are the last of a memory's steps.
        const int B = 2, T = 3, C = 8;
        int keys = memory ? 5 : T, source = memory ? 6 : C, size = C / heads;
        var layer = new MultiHeadAttention(C, heads, keyHeads, memory ? source : 0);
        layer.Initialize(3);
        float[] biases = Numbers.Ordinary(C, 4);
        foreach (Parameter bias in layer.Parameters.Where(p => p.Shape.Rank == 1))
        {
            biases.AsSpan(0, bias.Shape.Count).CopyTo(bias.Value.Span);
            bias.Touch();
        }
        double[][] p = [.. layer.Parameters.Select(Doubles)];
        Rope? turn = rope ? new Rope(8, size) : null;
        var mask = new AttentionMask { Causal = true, FirstPosition = first };
        Given[] inputs = memory ? [Given.Random(1, B, T, C), Given.Random(2, B, keys, source)] : [Given.Random(1, B, T, C)];
        OperationCheck.Run((t, v) => layer.Forward(t, v[0], mask, turn, memory ? v[1] : null), v =>
        {
            double[] from = memory ? v[1] : v[0];
            double[] q = Plain.Linear(v[0], p[0], C, p[1]), k = Plain.Linear(from, p[2], source, p[3]), u = Plain.Linear(from, p[4], source, p[5]);
            if (rope)
                (q, k) = (Turned(q, T, size, first), Turned(k, keys, size, 0));
            return Plain.Linear(Plain.Attend(q, k, u, B, T, keys, heads, keyHeads, size, size, (_, t, s) => s <= t + first), p[6], C, p[7]);
        }, inputs, 1e-5);
    }

    /// <summary>Gradients of the weights too.</summary>
    [Theory, InlineData(false), InlineData(true)]
    public void FeedForwards(bool gated)
    {
        const int C = 5, H = 7;
        var layer = new FeedForward(C, H, gated ? Activation.Silu : Activation.Tanh, gated);
        layer.Initialize(3);
        double[][] p = [.. layer.Parameters.Select(Doubles)];
        OperationCheck.Run((t, v) => layer.Forward(t, v[0]), v => Forward(v[0], p), [Given.Random(1, 2, 3, C)], 1e-5);

        float[] x = Given.Random(1, 2, 3, C).Values, along = Numbers.Ordinary(x.Length, 9);
        double[] exact = Array.ConvertAll(x, value => (double)value);
        var tape = new Tape();
        layer.ZeroGradients();
        tape.Backward(tape.Sum(tape.Multiply(layer.Forward(tape, Tape.Input(Tensor.From(x, 2, 3, C))), Tape.Input(Tensor.From(along, 2, 3, C)))));
        for (int n = 0; n < p.Length; n++)
        {
            double[] quotients = new double[p[n].Length];
            for (int i = 0; i < quotients.Length; i++)
            {
                double at = p[n][i];
                p[n][i] = at + 1e-6;
                double up = Along();
                p[n][i] = at - 1e-6;
                quotients[i] = (up - Along()) / 2e-6;
                p[n][i] = at;
            }
            OperationCheck.Close(quotients, layer.Parameters[n].Gradient.Span, 1e-5, layer.Parameters[n].Name);
        }

        double Along() => Forward(exact, p).Zip(along, (a, b) => a * b).Sum();

        double[] Forward(double[] v, double[][] w)
        {
            double[] hidden = Plain.Linear(v, w[0], C, w[1]);
            hidden = gated ? [.. hidden.Zip(Plain.Linear(v, w[2], C, w[3]), (a, b) => a * Plain.Sigmoid(a) * b)] : Array.ConvertAll(hidden, Math.Tanh);
            return Plain.Linear(hidden, w[^2], H, w[^1]);
        }
    }

    [Fact]
    public void StepsWithAWindowHaveTheBitsOfTheWholeSequence()
    {
        const int T = 9, C = 8, Window = 3;
        var layer = new MultiHeadAttention(C, 4, 2);
        layer.Initialize(3);
        var rope = new Rope(T, 2);
        var tape = new Tape { IsRecording = false };
        Variable x = Tape.Input(Tensor.From(Numbers.Ordinary(T * C, 1), 1, T, C));
        Variable whole = layer.Forward(tape, x, new AttentionMask { Causal = true, Window = Window }, rope);
        using var cache = new AttentionCache(1, 2, 2, 2, T);
        for (int t = 0; t < T; t++)
            Numbers.AssertSameBits(whole.Value[0][t].Span, layer.Step(tape, tape.Slice(x, 1, t, 1), cache, rope, Window).Value.Span, $"step {t}");
        // Several at once, from any place on, all or the last alone.
        for (int first = 0; first < T; first++)
        {
            cache.Truncate(0, first);
            Variable rest = tape.Slice(x, 1, first, T - first);
            Numbers.AssertSameBits(whole.Value[0].Slice(first, T - first).Span, layer.Step(tape, rest, cache, rope, Window).Value.Span, $"steps from {first}");
            cache.Truncate(0, first);
            Variable last = layer.Step(tape, rest, cache, rope, Window, lastOnly: true);
            Assert.Equal((1, 1, C), (last.Shape[0], last.Shape[1], last.Shape[2]));
            Numbers.AssertSameBits(whole.Value[0][T - 1].Span, last.Value.Span, $"the last step, from {first}");
            Assert.Equal(T, cache.Length(0));
        }
    }

    // Heads of each row turned by position: the pair (i, i + D / 2) by t · 10000^(-2i / D).
    private static double[] Turned(double[] x, int rows, int size, int first)
    {
        double[] y = new double[x.Length];
        int width = x.Length / (2 * rows), half = size / 2;         // two sequences
        for (int n = 0; n < x.Length; n++)
        {
            int i = n % width % size, t = first + n / width % rows;
            double angle = t * Math.Pow(10000, -2.0 * (i % half) / size);
            y[n] = i < half ? x[n] * Math.Cos(angle) - x[n + half] * Math.Sin(angle) : x[n] * Math.Cos(angle) + x[n - half] * Math.Sin(angle);
        }
        return y;
    }

    private static double[] Doubles(Parameter p) => [.. p.Value.Span.ToArray().Select(v => (double)v)];
}

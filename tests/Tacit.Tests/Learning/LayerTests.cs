using Tacit.Learning;
using Tacit.Numerics;
using Tacit.Tests.Numerics;

namespace Tacit.Tests.Learning;

/// <summary>Layers are their operations with parameters of the right shapes and names.</summary>
[Collection(AllWidths.Name)]
public class LayerTests
{
    [Fact]
    public void NamesAndShapesOfParameters()
    {
        Assert.Equal(["weight (4, 3)", "bias (4)"], Names(new Linear(3, 4)));
        Assert.Equal(["weight (4, 3, 5, 5)", "bias (4)"], Names(new Conv2d(3, 4, 5)));
        Assert.Equal(["weight (3, 4, 5, 5)"], Names(new ConvTranspose2d(3, 4, 5, bias: false)));
        Assert.Equal(["query.weight (6, 3)", "query.bias (6)", "key.weight (6, 4)", "vector (6)"], Names(new AdditiveAttention(3, 4, 6)));
        Assert.Equal(["layers.0.input_weight (8, 3)", "layers.0.recurrent_weight (8, 2)", "layers.0.bias (8)",
            "backwards.0.input_weight (8, 3)", "backwards.0.recurrent_weight (8, 2)", "backwards.0.bias (8)",
            "layers.1.input_weight (8, 4)", "layers.1.recurrent_weight (8, 2)", "layers.1.bias (8)",
            "backwards.1.input_weight (8, 4)", "backwards.1.recurrent_weight (8, 2)", "backwards.1.bias (8)"], Names(new Lstm(3, 2, 2, bidirectional: true)));

        static IEnumerable<string> Names(Module module) => module.Parameters.Select(p => $"{p.Name} {p.Shape}");
    }

    /// <summary>A context is the mean of the memory under the weights, and hidden places have none; gradients through the whole layer.</summary>
    [Fact]
    public void AdditiveAttentions()
    {
        const int B = 2, T = 3, S = 4, Q = 5, K = 3, A = 6;
        byte[] visible = [1, 1, 0, 1, 1, 0, 0, 0];
        var layer = new AdditiveAttention(Q, K, A);
        layer.Initialize(3);
        double[][] p = [.. layer.Parameters.Select(x => x.Value.Span.ToArray().Select(v => (double)v).ToArray())];
        OperationCheck.Run((t, v) => layer.Forward(t, v[0], v[1], visible).Context, v =>
        {
            double[] weights = Plain.AdditiveWeights(Plain.Linear(v[0], p[0], Q, p[1]), Plain.Linear(v[1], p[2], K, new double[A]), p[3], B, T, S,
                (b, k) => visible[b * S + k] != 0);
            double[] y = new double[B * T * K];
            for (int n = 0; n < y.Length; n++)
            {
                for (int s = 0; s < S; s++)
                    y[n] += weights[n / K * S + s] * v[1][(n / K / T * S + s) * K + n % K];
            }
            return y;
        }, [Given.Random(1, B, T, Q), Given.Random(2, B, S, K)]);
        var tape = new Tape { IsRecording = false };
        Variable queries = Tape.Input(Tensor.From(Given.Random(1, B, T, Q).Values, B, T, Q)), memory = Tape.Input(Tensor.From(Given.Random(2, B, S, K).Values, B, S, K));
        (Variable context, Variable weights) = layer.Forward(tape, queries, memory, visible);
        for (int i = 0; i < weights.Shape.Count; i++)
            Assert.True(visible[i / S / T * S + i % S] != 0 || weights.Value.Span[i] == 0f);
        // A decoder asks one query at a time, with keys made once.
        Variable keys = layer.Keys(tape, memory);
        for (int t = 0; t < T; t++)
        {
            (Variable one, _) = layer.Forward(tape, tape.Slice(queries, 1, t, 1), memory, visible, keys);
            Numbers.AssertSameBits(tape.Slice(context, 1, t, 1).Value.Span, one.Value.Span, $"query {t}");
        }
    }

    [Fact]
    public void APartHasOnePlace()
    {
        var layer = new Linear(2, 3);
        var first = new Pair(layer, "a", new Linear(2, 3), "b");
        Assert.Equal(["a.weight", "a.bias", "b.weight", "b.bias"], first.Parameters.Select(p => p.Name));
        Refuses(() => _ = new Pair(new Linear(2, 3), "a", layer, "b"), "already belongs");      // to another
        layer = new Linear(2, 3);
        Refuses(() => _ = new Pair(layer, "a", layer, "b"), "already belongs");                 // to this
        Refuses(() => _ = new Pair(new Linear(2, 3), "a", new Linear(2, 3), "a"), "already is a parameter 'a.weight'");
        Refuses(() => _ = new Pair(new Linear(2, 3), "training", layer, "b"), "training run");

        static void Refuses(Action action, string saying) => Assert.Contains(saying, Assert.Throws<ArgumentException>(action).Message);
    }

    private sealed class Pair : Module
    {
        public Pair(Module first, string firstName, Module second, string secondName)
        {
            Add(firstName, first);
            Add(secondName, second);
        }
    }

    [Fact]
    public void ConvolutionLayersKnowTheirWay()
    {
        var down = new Conv2d(3, 5, 3, stride: 2, padding: 1);
        var up = new ConvTranspose2d(5, 3, 3, stride: 2, padding: 1, outputPadding: 1);
        down.Initialize(1);
        up.Initialize(2);
        var tape = new Tape();
        Variable x = Tape.Input(Tensor.From(Numbers.Ordinary(2 * 3 * 8 * 6, 1), 2, 3, 8, 6)), small = down.Forward(tape, x), back = up.Forward(tape, small);
        Assert.Equal("(2, 5, 4, 3)", small.Shape.ToString());
        Assert.True(back.Shape.Is(x.Shape));
        tape.Backward(tape.SquaredError(back, x));
        foreach (Parameter parameter in down.Parameters.Concat(up.Parameters))
            Assert.Contains(parameter.Gradient.Span.ToArray(), g => g != 0f);
    }

    /// <summary>Encoder, last states of both directions, attention and decoder together.</summary>
    [Fact]
    public void AWholeModelLearnsDownhill()
    {
        var model = new Whole();
        model.Initialize(5);
        var optimiser = new AdamW(model.Parameters);
        var tape = new Tape { IsTraining = true, Seed = 1 };
        float first = 0f, last = 0f;
        for (int step = 0; step < 40; step++)
        {
            model.ZeroGradients();
            tape.Backward(model.Loss(tape));
            last = tape.LastLoss;
            first = step == 0 ? last : first;
            optimiser.Step(0.01f);
            tape.Reset();
        }
        Assert.True(last < 0.5 * first, $"from {first} to {last}");
    }

    /// <summary>A tiny sequence-to-sequence model: what comes in is to come out backwards.</summary>
    private sealed class Whole : Module
    {
        private static readonly int[] Source = [1, 2, 3, 4, 3, 1, 0, 0], Lengths = [4, 2], Target = [4, 3, 2, 1, 1, 3, CrossEntropy.Ignored, CrossEntropy.Ignored];
        private static readonly byte[] Visible = [1, 1, 1, 1, 1, 1, 0, 0];
        private readonly Embedding _embedding;
        private readonly Lstm _encoder, _decoder;
        private readonly AdditiveAttention _attention;
        private readonly Linear _output;

        public Whole()
        {
            _embedding = Add("embedding", new Embedding(5, 6));
            _encoder = Add("encoder", new Lstm(6, 4, layers: 2, bidirectional: true, dropout: 0.1f));
            _decoder = Add("decoder", new Lstm(6, 8));
            _attention = Add("attention", new AdditiveAttention(8, 8, 7));
            _output = Add("output", new Linear(16, 5));
        }

        public Variable Loss(Tape tape)
        {
            Variable x = _embedding.Forward(tape, Source, 2, 4);
            (Variable memory, LstmState state) = _encoder.Forward(tape, x, lengths: Lengths);
            Variable hidden = tape.Concatenate(-1, state[2].Hidden, state[3].Hidden), cell = tape.Concatenate(-1, state[2].Cell, state[3].Cell);
            (Variable decoded, _) = _decoder.Forward(tape, x, new LstmState((hidden, cell)));
            (Variable context, _) = _attention.Forward(tape, decoded, memory, Visible);
            return tape.CrossEntropy(_output.Forward(tape, tape.Concatenate(-1, decoded, context)), Target);
        }
    }
}

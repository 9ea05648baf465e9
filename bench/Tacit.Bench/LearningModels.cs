using Tacit.Learning;
using Tacit.Numerics;

namespace Tacit.Bench;

/// <summary>Models of the learning measurements that are no model kinds.</summary>
internal static class LearningModels
{
    /// <summary>A byte-level LSTM of 256 on sequences of 128, 32 at a time.</summary>
    public static double Lstm(int threads, int steps)
    {
        const int Batch = 32, Length = 128;
        var model = new ByteLstm(256);
        model.Initialize(1);
        (int[] symbols, int[] targets) = Bytes(Batch * Length);
        return LearningBars.Measure("LSTM 256", model, threads, steps, symbols.Length, LearningBars.WeightProducts(model, "embedding.weight"),
            tape => tape.CrossEntropy(model.Forward(tape, symbols, Batch, Length), targets));
    }

    /// <summary>
    /// Bar: a step whose activations, gradients or moments tend to zero takes at most 1.10 times an ordinary one. One thread,
    /// paired rounds of ordinary and small steps in turn.
    /// </summary>
    public static void Shrinking(int rounds)
    {
        const int Batch = 8, Length = 64;
        (int[] symbols, int[] targets) = Bytes(Batch * Length);
        var rivals = new List<(string Name, Action Step)>();
        foreach ((string name, float weights, float loss) in (ReadOnlySpan<(string, float, float)>)
        [
            ("ordinary", 1f, 1f), ("weights x 1e-20", 1e-20f, 1f), ("weights x 1e-3", 1e-3f, 1f),
            ("loss x 1e-9", 1f, 1e-9f), ("loss x 1e-15", 1f, 1e-15f), ("loss x 1e-30", 1f, 1e-30f),
        ])
        {
            var lstm = new ByteLstm(128);
            rivals.Add(($"LSTM, {name}", Step(lstm, tape => tape.CrossEntropy(lstm.Forward(tape, symbols, Batch, Length), targets), weights, loss)));
            var images = new LearningDigests.ImageModel(64);
            rivals.Add(($"VAE, {name}", Step(images, images.Loss, weights, loss)));
            var perceptron = new Perceptron();
            rivals.Add(($"MLP, {name}", Step(perceptron, perceptron.Loss, weights, loss)));
        }
        // The rate is zero: the values stay as small as they are.
        double[][] times = ThreadTime.Rounds(rounds, 0.05, [.. rivals.Select(r => r.Step)]);
        for (int i = 0; i < times.Length; i++)
        {
            double[] ordinary = times[i % 3];
            Console.WriteLine($"{(i >= 3 ? "BAR " : "")}{rivals[i].Name}: {1e3 * ThreadTime.Median(times[i]):f2} ms, "
                + $"{ThreadTime.Median(times[i].Zip(ordinary, (t, o) => t / o)):f2} of an ordinary step (at most 1.10)");
        }
    }

    private static Action Step(Module model, Func<Tape, Variable> loss, float weights, float scale)
    {
        model.Initialize(1);
        foreach (Parameter parameter in model.Parameters)
        {
            Elementwise.Scale(weights, parameter.Value.Span, parameter.Value.Span);
            parameter.Touch();
        }
        var tape = new Tape { IsTraining = true };
        var optimiser = new AdamW(model.Parameters);
        return () =>
        {
            model.ZeroGradients();
            tape.Backward(tape.Scale(loss(tape), scale));
            optimiser.Step(0f);
            tape.Reset();
        };
    }

    private static (int[] Symbols, int[] Targets) Bytes(int count)
    {
        int[] symbols = new int[count], targets = new int[count];
        for (int i = 0; i < count; i++)
        {
            symbols[i] = (int)(Philox.Block(1, 0, (ulong)i).X & 255);
            targets[i] = (int)(Philox.Block(1, 1, (ulong)i).X & 255);
        }
        return (symbols, targets);
    }

    private sealed class ByteLstm : Module
    {
        private readonly Learning.Embedding _embedding;
        private readonly Lstm _lstm;
        private readonly Linear _output;

        public ByteLstm(int hidden)
        {
            _embedding = Add("embedding", new Learning.Embedding(256, hidden));
            _lstm = Add("lstm", new Lstm(hidden, hidden));
            _output = Add("output", new Linear(hidden, 256));
        }

        public Variable Forward(Tape tape, ReadOnlyMemory<int> symbols, int batch, int length) =>
            _output.Forward(tape, _lstm.Forward(tape, _embedding.Forward(tape, symbols, batch, length)).Output);
    }

    /// <summary>Six layers of every activation, gates, norms and a softmax, to see what shrinks on the way.</summary>
    private sealed class Perceptron : Module
    {
        private const int Rows = 64, Columns = 128;
        private readonly Linear[] _layers = new Linear[6];
        private readonly Tensor _x = Tensor.Zeros(Rows, Columns);

        public Perceptron()
        {
            RandomFill.Normal(1, 0, _x.Span);
            for (int i = 0; i < _layers.Length; i++)
                _layers[i] = Add($"{i}", new Linear(Columns, Columns));
        }

        public Variable Loss(Tape tape)
        {
            Variable x = Tape.Input(_x);
            for (int i = 0; i < _layers.Length; i++)
            {
                Variable y = _layers[i].Forward(tape, x, (Activation)(1 + i % 5));
                x = i % 2 == 0 ? tape.Multiply(y, x) : tape.Add(tape.Square(y), tape.Softmax(x));
            }
            return tape.SquaredError(x, Tape.Input(_x));
        }
    }
}

using Tacit.Learning;
using Tacit.Numerics;
using Tacit.Tests.Numerics;
using static Tacit.Learning.LearningDigests;

namespace Tacit.Tests.Learning;

/// <summary>The same training gives the same weights, to the bit, at every vector width and number of threads.</summary>
[Collection(AllWidths.Name)]
public class SameBitsTests
{
    public static TheoryData<string> Models => ["perceptron", "lstm", "autoencoder"];

    [Theory, MemberData(nameof(Models))]
    public void OfTraining(string name)
    {
        int steps = AllWidths.Emulated ? 1 : 5;
        byte[] expected = Train(Make(name), steps);
        AllWidths.Run(lanes => Assert.True(expected.AsSpan().SequenceEqual(Train(Make(name), steps)), $"with {lanes} lanes"));
        foreach (int threads in (int[])[1, 2, 3])
        {
            using var pool = new WorkPool(threads);
            Assert.True(expected.AsSpan().SequenceEqual(Train(Make(name), steps, pool)), $"with {threads} threads");
        }
    }

    [Theory, MemberData(nameof(Models))]
    public void AndTheLossFalls(string name)
    {
        if (AllWidths.Emulated)
            return;
        var run = new ExampleRun(Make(name), null);
        float first = run.Step(), last = 0f;
        for (int i = 0; i < 60; i++)
            last = run.Step();
        Assert.True(last < 0.95f * first, $"{name}: from {first} to {last}");
    }

    /// <summary>After the first steps of a shape, none allocates tensors, and little else.</summary>
    [Theory, MemberData(nameof(Models))]
    public void WithoutAllocatingMuch(string name)
    {
        var run = new ExampleRun(Make(name), null);
        for (int i = 0; i < 3; i++)
            run.Step();
        long held = run.Tape.Memory.BytesHeld, before = GC.GetAllocatedBytesForCurrentThread();
        const int Steps = 5;
        for (int i = 0; i < Steps; i++)
            run.Step();
        Assert.Equal(held, run.Tape.Memory.BytesHeld);
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / Steps, 0, 64 << 10);
    }

    // Enough sequences and images that threads have work.
    private static ExampleModel Make(string name) => name switch
    {
        "perceptron" => new Perceptron(),
        "lstm" => new SequenceModel(batch: 17, steps: 9, hidden: 19),
        _ => new ImageModel(batch: 9),
    };

    private sealed class Perceptron : ExampleModel
    {
        private readonly Tensor _x = Tensor.From(Numbers.Ordinary(33 * 20, 1), 33, 20), _y = Tensor.From(Numbers.Ordinary(33 * 3, 2), 33, 3);
        private readonly Linear _in, _out;
        private readonly Tacit.Learning.LayerNorm _norm;

        public Perceptron()
        {
            _in = Add("in", new Linear(20, 37));
            _norm = Add("norm", new Tacit.Learning.LayerNorm(37));
            _out = Add("out", new Linear(37, 3));
        }

        public override Variable Loss(Tape tape)
        {
            Variable hidden = _norm.Forward(tape, _in.Forward(tape, Tape.Input(_x), Activation.Gelu));
            return tape.SquaredError(_out.Forward(tape, tape.Dropout(hidden, 0.1f)), Tape.Input(_y));
        }
    }
}

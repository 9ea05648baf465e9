using Tacit.Learning;
using Tacit.Numerics;
using Tacit.Tests.Numerics;

namespace Tacit.Tests.Learning;

/// <summary>The tape itself: shared parameters, recomputation with random numbers, memory, what it says of mistakes.</summary>
[Collection(AllWidths.Name)]
public class TapeTests
{
    /// <summary>A weight used as embedding and as output, and a layer used twice, have the sums of their gradients.</summary>
    [Fact]
    public void SharedParametersAddUp()
    {
        int[] indices = [2, 0, 1];
        OperationCheck.Run((t, v) =>
        {
            Variable x = t.Embed(v[0], indices, 3);
            x = t.Linear(t.Linear(x, v[1], null, Activation.Tanh), v[1]);
            return t.Linear(x, v[0]);
        }, v =>
        {
            double[] x = [.. indices.SelectMany(i => v[0].Skip(i * 4).Take(4))], none = new double[4];
            x = Plain.Linear(Array.ConvertAll(Plain.Linear(x, v[1], 4, none), Math.Tanh), v[1], 4, none);
            return Plain.Linear(x, v[0], 4, none);
        }, [Given.Random(1, 4, 4), Given.Random(2, 4, 4)], 1e-5);
    }

    [Fact]
    public void RecomputationDrawsTheSameNumbers()
    {
        float[][] gradients = new float[2][];
        foreach (bool recompute in (bool[])[false, true])
        {
            var tape = new Tape { IsTraining = true, Seed = 3 };
            Variable x = Tape.Input(Tensor.From(Numbers.Ordinary(40, 1), 40), needsGradient: true);
            Variable y = recompute ? tape.Recompute(x, Part) : Part(x);
            tape.Backward(tape.Sum(tape.Square(tape.Dropout(y, 0.5f))));
            gradients[recompute ? 1 : 0] = x.Gradient.Span.ToArray();

            Variable Part(Variable v) => tape.Dropout(tape.SampleGaussian(tape.Dropout(v, 0.5f), v), 0.3f);
        }
        Assert.Contains(0f, gradients[0]);
        Numbers.AssertSameBits(gradients[0], gradients[1]);
    }

    [Fact]
    public void RecomputationKeepsLess()
    {
        long[] peaks = new long[2];
        foreach (bool recompute in (bool[])[false, true])
        {
            var tape = new Tape();
            Variable x = Tape.Input(Tensor.From(Numbers.Ordinary(4096, 1), 4096), needsGradient: true);
            for (int layer = 0; layer < 8; layer++)
                x = recompute ? tape.Recompute(x, Deep) : Deep(x);
            tape.Backward(tape.Sum(x));
            peaks[recompute ? 1 : 0] = tape.Memory.PeakBytesRented;

            Variable Deep(Variable v)
            {
                for (int i = 0; i < 8; i++)
                    v = tape.Activate(v, Activation.Tanh);
                return v;
            }
        }
        Assert.True(peaks[1] < peaks[0] / 2, $"{peaks[1]} of {peaks[0]} bytes");
    }

    [Fact]
    public void RecomputationGivesBackItsConstants()
    {
        Assert.Equal(Left((t, v) => t.Scale(v, 2f)), Left((t, v) => t.Multiply(v, t.Exp(t.NormalNoise(v.Shape)))));

        static long Left(Func<Tape, Variable, Variable> part)
        {
            var tape = new Tape();
            Variable x = Tape.Input(Tensor.From(Numbers.Ordinary(100, 1), 100), needsGradient: true);
            tape.Backward(tape.Sum(tape.Recompute(x, v => part(tape, v))));
            Assert.Equal(100, x.Gradient.Span.Length);
            return tape.Memory.BytesRented;
        }
    }

    [Fact]
    public void MistakesAreNamed()
    {
        var tape = new Tape();
        Variable x = Tape.Input(Tensor.Zeros(2), needsGradient: true);
        Assert.Contains("shape (2)", Assert.Throws<ArgumentException>(() => tape.Backward(tape.Square(x))).Message);
        Assert.Contains("needs a gradient", Assert.Throws<ArgumentException>(() => tape.Backward(Tape.Input(Tensor.Zeros(1)))).Message);
        tape.ChecksValues = true;
        Assert.Throws<ArithmeticException>(() => tape.Log(x));
    }
}

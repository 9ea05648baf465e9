using Tacit.Numerics;

namespace Tacit.Learning;

public static partial class Operations
{
    /// <summary>Standard normal noise: a function of the tape's seed and stream number and of the value's place.</summary>
    public static Variable NormalNoise(this Tape tape, Shape shape)
    {
        Tensor noise = tape.Memory.Rent(shape);
        RandomFill.Normal(tape.Seed, tape.NextStream++, noise.Span, pool: tape.Workers);
        return tape.Constant(noise);
    }

    /// <summary>A sample of diagonal Gaussians, mean + e^(log variance / 2) · noise, through which gradients flow.</summary>
    /// <remarks>Kingma and Welling, "Auto-encoding variational Bayes", 2014, section 2.4.</remarks>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Variable SampleGaussian(this Tape tape, Variable mean, Variable logVariance)
    {
        Variable deviation = tape.Exp(tape.Scale(logVariance, 0.5f));
        return tape.Add(mean, tape.Multiply(deviation, tape.NormalNoise(mean.Shape)));
    }
}

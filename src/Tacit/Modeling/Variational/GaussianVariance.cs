using Tacit.Learning;
using Tacit.Numerics;
using Tacit.Numerics.Elementary;

namespace Tacit.Modeling.Variational;

/// <summary>The log variance of a normal likelihood, from what a decoder says: softplus(a + 6) − 10.</summary>
/// <remarks>It is no less than −10, so that a value that never changes costs no less than that.</remarks>
internal static class GaussianVariance
{
    private const float Begin = 6f, Least = -10f, LeastError = 4.54e-5f;     // e^−10

    /// <summary>The log variances of raw numbers (…).</summary>
    public static Variable Log(Tape tape, Variable raw) => tape.AddConstant(tape.Softplus(tape.AddConstant(raw, Begin)), Least);

    /// <summary>The same without gradients.</summary>
    public static void Log(ReadOnlySpan<float> raw, Span<float> logVariances)
    {
        for (int i = 0; i < raw.Length; i++)
            logVariances[i] = raw[i] + Begin;
        Elementwise.Softplus(logVariances, logVariances);
        for (int i = 0; i < raw.Length; i++)
            logVariances[i] += Least;
    }

    /// <summary>
    /// What a value costs if all have one variance, the mean squared error: (ln 2π + ln σ² + 1) / 2. A decoder that may call noise what it does not know yet stops
    /// learning it. Rybkin et al., "Simple and effective VAE training with calibrated decoders", 2021.
    /// </summary>
    public static Variable CostOfOne(Tape tape, Variable error) =>
        tape.Scale(tape.AddConstant(tape.Log(tape.AddConstant(error, LeastError)), GaussianCost.LogTwoPi + 1f), 0.5f);
}

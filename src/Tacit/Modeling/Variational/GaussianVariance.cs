using Tacit.Learning;
using Tacit.Numerics;

namespace Tacit.Modeling.Variational;

/// <summary>The log variance of a normal likelihood, from what a decoder says: softplus(a + 6) − 10.</summary>
/// <remarks>It is no less than −10, so that a value that never changes costs no less than that.</remarks>
internal static class GaussianVariance
{
    private const float Begin = 6f, Least = -10f;

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
}

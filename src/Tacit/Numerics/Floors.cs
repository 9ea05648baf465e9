namespace Tacit.Numerics;

/// <summary>Where small numbers become zero (determinism contract, rule 4).</summary>
/// <remarks>
/// A denormal operand or result costs up to 250 times an ordinary one, and .NET cannot flush them. So the arithmetic
/// itself keeps clear: a value nearer to zero than its floor counts as zero, as part of the definition of the kernel.
/// </remarks>
public static class Floors
{
    /// <summary>Operands of matrix products: two values at the floor still have a normal product, 2^-120.</summary>
    public const float Product = 1f / (1L << 60);

    /// <summary>Probabilities and weights of a softmax, relative to the largest; e^-41.6.</summary>
    public const float Softmax = 1f / (1L << 60);

    /// <summary>Gradients, in backward kernels.</summary>
    public const float Gradient = 1f / (1L << 50);

    /// <summary>Optimiser moments, after each update; a squared gradient at its floor is 2^-100.</summary>
    public const float Moment = Gradient * Gradient;
}

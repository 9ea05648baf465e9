using Tacit.Numerics.Elementary;
using Tacit.Numerics.Threads;
using Tacit.Numerics.Updates;

namespace Tacit.Numerics;

/// <summary>Steps of optimisers: new weights and moments from a gradient, in one pass.</summary>
/// <remarks>
/// All spans have the weights' length. The gradient enters as g = scale · gradient, zero where below
/// <see cref="Floors.Gradient"/>: the scale is for clipping (<see cref="Reduce.SquaredNorm"/>) and for means. Moments
/// below <see cref="Floors.Moment"/> are zero after the step.
/// </remarks>
public static unsafe class UpdateRule
{
    /// <summary>Adam with decoupled weight decay. Kingma and Ba 2015; Loshchilov and Hutter 2019.</summary>
    /// <remarks>
    /// <code>
    /// m' = β1 · m + (1 − β1) · g      v' = β2 · v + (1 − β2) · g²
    /// w' = (1 − rate · decay) · w − rate / (1 − β1^t) · m' / (√v' / √(1 − β2^t) + ε)
    /// </code>
    /// The powers are taken by squaring, in double.
    /// </remarks>
    /// <param name="weights">w.</param>
    /// <param name="gradient">Their gradient.</param>
    /// <param name="first">m, zeros before the first step.</param>
    /// <param name="second">v, zeros before the first step.</param>
    /// <param name="settings">β1, β2, ε, the rate and the decay.</param>
    /// <param name="step">t, from 1.</param>
    /// <param name="scale">What the gradient is multiplied by.</param>
    /// <param name="pool">Threads to share the weights among; the caller alone if null.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The step is below 1, or a β is not from 0 to below 1.</exception>
    public static void AdamW(Span<float> weights, ReadOnlySpan<float> gradient, Span<float> first, Span<float> second,
        in AdamWSettings settings, long step, float scale = 1f, WorkPool? pool = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(step, 1);
        int count = weights.Length;
        if (gradient.Length != count || first.Length != count || second.Length != count)
            throw new ArgumentException($"AdamW: {count} weights, gradients {gradient.Length}, moments {first.Length} and {second.Length}.");
        if (!(settings.Beta1 is >= 0f and < 1f && settings.Beta2 is >= 0f and < 1f))
            throw new ArgumentOutOfRangeException(nameof(settings), $"AdamW: β {settings.Beta1} and {settings.Beta2} are not from 0 to below 1.");
        fixed (float* pw = weights, pg = gradient, pm = first, pv = second)
        {
            var kernel = new AdamWStep
            {
                Weights = pw,
                Gradient = pg,
                First = pm,
                Second = pv,
                Count = count,
                Scale = scale,
                Beta1 = settings.Beta1,
                Beta2 = settings.Beta2,
                Epsilon = settings.Epsilon,
                Keep = (float)(1.0 - (double)settings.Rate * settings.Decay),
                Rate = (float)(settings.Rate / (1.0 - Power(settings.Beta1, step))),
                InverseRoot = (float)(1.0 / Math.Sqrt(1.0 - Power(settings.Beta2, step))),
            };
            Ranges.Run(kernel, Stretch.CountFor(count), 8 * Stretch.Length, pool);
        }
    }

    /// <summary>Stochastic gradient descent with momentum. Polyak 1964; Nesterov 1983 in the form of Sutskever 2013.</summary>
    /// <remarks>
    /// <code>
    /// h = g + decay · w      m' = momentum · m + h      w' = w − rate · (nesterov ? h + momentum · m' : m')
    /// </code>
    /// </remarks>
    /// <param name="weights">w.</param>
    /// <param name="gradient">Their gradient.</param>
    /// <param name="velocity">m, zeros before the first step.</param>
    /// <param name="rate">The learning rate.</param>
    /// <param name="momentum">From 0 to below 1.</param>
    /// <param name="decay">Weight decay, as part of the gradient.</param>
    /// <param name="nesterov">Whether to look ahead.</param>
    /// <param name="scale">What the gradient is multiplied by.</param>
    /// <param name="pool">Threads to share the weights among; the caller alone if null.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The momentum is not from 0 to below 1.</exception>
    public static void Momentum(Span<float> weights, ReadOnlySpan<float> gradient, Span<float> velocity, float rate, float momentum,
        float decay = 0f, bool nesterov = false, float scale = 1f, WorkPool? pool = null)
    {
        int count = weights.Length;
        if (gradient.Length != count || velocity.Length != count)
            throw new ArgumentException($"Momentum: {count} weights, gradients {gradient.Length}, velocities {velocity.Length}.");
        if (!(momentum is >= 0f and < 1f))
            throw new ArgumentOutOfRangeException(nameof(momentum), momentum, "From 0 to below 1.");
        fixed (float* pw = weights, pg = gradient, pm = velocity)
        {
            var kernel = new MomentumStep
            {
                Weights = pw,
                Gradient = pg,
                Velocity = pm,
                Count = count,
                Scale = scale,
                Rate = rate,
                Keep = momentum,
                Decay = decay,
                Nesterov = nesterov,
            };
            Ranges.Run(kernel, Stretch.CountFor(count), 4 * Stretch.Length, pool);
        }
    }

    // Products only, so the same everywhere; a platform's Pow is not.
    private static double Power(double x, long exponent)
    {
        double power = 1.0;
        for (; exponent > 0; exponent >>= 1, x *= x)
        {
            if ((exponent & 1) != 0)
                power *= x;
        }
        return power;
    }
}

/// <summary>The constants of <see cref="UpdateRule.AdamW"/>.</summary>
public readonly record struct AdamWSettings()
{
    /// <summary>The learning rate.</summary>
    public required float Rate { get; init; }

    /// <summary>How much of the first moment stays, from 0 to below 1.</summary>
    public float Beta1 { get; init; } = 0.9f;

    /// <summary>How much of the second moment stays, from 0 to below 1.</summary>
    public float Beta2 { get; init; } = 0.999f;

    /// <summary>Added to the root of the second moment.</summary>
    public float Epsilon { get; init; } = 1e-8f;

    /// <summary>Weight decay; a step takes rate · decay of each weight.</summary>
    public float Decay { get; init; }
}

using Tacit.Numerics;

namespace Tacit.Learning;

/// <summary>The learning rate over the steps of a run.</summary>
public enum ScheduleShape
{
    /// <summary>The same throughout.</summary>
    Constant,

    /// <summary>Down to the least rate along half a cosine. Loshchilov and Hutter 2017.</summary>
    Cosine,

    /// <summary>Down to the least rate along a line.</summary>
    Linear,
}

/// <summary>A learning rate that rises over the first steps and then falls.</summary>
public sealed record Schedule
{
    /// <summary>The highest rate.</summary>
    public required float Rate { get; init; }

    /// <summary>How it falls.</summary>
    public ScheduleShape Shape { get; init; } = ScheduleShape.Cosine;

    /// <summary>Steps over which it rises from near zero; 0 for none.</summary>
    public long WarmUp { get; init; }

    /// <summary>The rate at the end, as a fraction of the highest.</summary>
    public float LeastFraction { get; init; } = 0.1f;

    /// <summary>The rate of a step.</summary>
    /// <param name="step">From 0.</param>
    /// <param name="steps">Steps of the run; from there on the rate is the least.</param>
    public float At(long step, long steps)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        if (step < WarmUp)
            return Rate * ((step + 1f) / (WarmUp + 1f));
        if (Shape == ScheduleShape.Constant)
            return Rate;
        float done = step >= steps ? 1f : (float)(step - WarmUp) / Math.Max(1, steps - WarmUp);
        float falls = 1f - done;
        if (Shape == ScheduleShape.Cosine)
        {
            // (1 + cos πx) / 2, with the library's own cosine: rule 1 of the determinism contract.
            Span<float> cosine = [done * 3.14159274f];
            Elementwise.Cos(cosine, cosine);
            falls = 0.5f + 0.5f * cosine[0];
        }
        return Rate * (LeastFraction + (1f - LeastFraction) * falls);
    }
}

using Tacit.Numerics;

namespace Tacit.Learning;

/// <summary>What a loss is, of the costs of all values.</summary>
public enum Reduction
{
    /// <summary>The mean over all values.</summary>
    Mean,

    /// <summary>The sum over all values divided by the size of the first axis: the mean over examples of their whole cost.</summary>
    MeanPerExample,

    /// <summary>The sum over all values.</summary>
    Sum,
}

internal static class Reductions
{
    /// <summary>What each value's cost is multiplied by.</summary>
    public static float Factor(this Reduction reduction, Shape shape) => reduction switch
    {
        Reduction.Mean => 1f / Math.Max(1, shape.Count),
        Reduction.MeanPerExample => 1f / Math.Max(1, shape.Rank == 0 ? 1 : shape[0]),
        Reduction.Sum => 1f,
        _ => throw new ArgumentOutOfRangeException(nameof(reduction), reduction, "Not a reduction."),
    };
}

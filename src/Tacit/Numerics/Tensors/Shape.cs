using System.Globalization;
using System.Runtime.CompilerServices;

namespace Tacit.Numerics;

/// <summary>The sizes of a tensor's axes, the last one contiguous in memory.</summary>
public readonly struct Shape
{
    /// <summary>Axes a shape can have.</summary>
    public const int MaxRank = 6;

    private readonly Sizes _sizes;
    private readonly int _count;

    /// <summary>A shape with these sizes, each at least 0; none for a single value.</summary>
    /// <exception cref="ArgumentException">More than six axes, a negative size, or 2^31 values or more.</exception>
    public Shape(params ReadOnlySpan<int> sizes)
    {
        if (sizes.Length > MaxRank)
            throw new ArgumentException($"A shape of {sizes.Length} axes: at most {MaxRank}.");
        long count = 1;
        for (int axis = 0; axis < sizes.Length; axis++)
        {
            if (sizes[axis] < 0)
                throw new ArgumentException($"A shape with {sizes[axis]} as the size of axis {axis}.");
            _sizes[axis] = sizes[axis];
            count *= sizes[axis];
            if (count > int.MaxValue)
                throw new ArgumentException("A shape of 2^31 values or more.");
        }
        Rank = sizes.Length;
        _count = (int)count;
    }

    /// <summary>Axes.</summary>
    public int Rank { get; }

    /// <summary>Values: the product of the sizes.</summary>
    public int Count => Rank == 0 ? 1 : _count;

    /// <summary>The size of an axis; negative numbers count from the last, −1.</summary>
    public int this[int axis]
    {
        get
        {
            int at = axis < 0 ? axis + Rank : axis;
            return (uint)at < (uint)Rank ? _sizes[at] : throw new ArgumentOutOfRangeException(nameof(axis), axis, $"A shape of {Rank} axes.");
        }
    }

    /// <summary>The size of the last axis; 1 of a single value.</summary>
    public int Columns => Rank == 0 ? 1 : _sizes[Rank - 1];

    /// <summary>The product of all sizes but the last.</summary>
    public int Rows
    {
        get
        {
            int rows = 1;
            for (int axis = 0; axis < Rank - 1; axis++)
                rows *= _sizes[axis];
            return rows;
        }
    }

    /// <summary>Whether all sizes are the same.</summary>
    public bool Is(Shape other)
    {
        if (Rank != other.Rank)
            return false;
        for (int axis = 0; axis < Rank; axis++)
        {
            if (_sizes[axis] != other._sizes[axis])
                return false;
        }
        return true;
    }

    /// <summary>Passes if the shapes are the same.</summary>
    /// <exception cref="ArgumentException">They differ; the message names the operation and both.</exception>
    public void Require(Shape other, string operation)
    {
        if (!Is(other))
            throw new ArgumentException($"{operation}: the shapes {this} and {other} differ.");
    }

    /// <summary>The shape with other sizes for the same values; −1 stands for the size that fits.</summary>
    /// <exception cref="ArgumentException">The number of values differs; the message has both shapes.</exception>
    public Shape Reshape(params ReadOnlySpan<int> sizes)
    {
        Span<int> full = stackalloc int[MaxRank];
        int open = -1;
        long known = 1;
        for (int axis = 0; axis < sizes.Length && axis < MaxRank; axis++)
        {
            full[axis] = sizes[axis];
            if (sizes[axis] == -1 && open < 0)
                open = axis;
            else
                known *= sizes[axis];
        }
        if (open >= 0 && known > 0 && Count % known == 0)
            full[open] = (int)(Count / known);
        if (sizes.Length > MaxRank || known < 0 || full.IndexOf(-1) >= 0 || (open < 0 ? known : known * full[open]) != Count)
            throw new ArgumentException($"Reshape: {this} of {Count} values cannot become ({string.Join(", ", sizes.ToArray())}).");
        return new Shape(full[..sizes.Length]);
    }

    /// <summary>The shape with another size of the last axis.</summary>
    /// <exception cref="ArgumentException">There is no axis, or too many values.</exception>
    public Shape WithColumns(int columns)
    {
        if (Rank == 0)
            throw new ArgumentException("WithColumns: the shape () has no axes.");
        Span<int> sizes = stackalloc int[MaxRank];
        for (int axis = 0; axis < Rank; axis++)
            sizes[axis] = _sizes[axis];
        sizes[Rank - 1] = columns;
        return new Shape(sizes[..Rank]);
    }

    /// <summary>The sizes in parentheses: (2, 3).</summary>
    public override string ToString()
    {
        string text = "(";
        for (int axis = 0; axis < Rank; axis++)
            text += (axis == 0 ? "" : ", ") + _sizes[axis].ToString(NumberFormatInfo.InvariantInfo);
        return text + ")";
    }

    [InlineArray(MaxRank)]
    private struct Sizes
    {
        private int _first;
    }
}

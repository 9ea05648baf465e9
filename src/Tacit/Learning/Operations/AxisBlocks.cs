using Tacit.Numerics;

namespace Tacit.Learning;

/// <summary>A tensor seen along one axis: (outer, size, inner).</summary>
internal readonly struct AxisBlocks
{
    private readonly Shape _shape;
    private readonly int _axis;

    private AxisBlocks(Shape shape, int axis)
    {
        _shape = shape;
        _axis = axis;
        Outer = Inner = 1;
        for (int i = 0; i < axis; i++)
            Outer *= shape[i];
        for (int i = axis + 1; i < shape.Rank; i++)
            Inner *= shape[i];
    }

    public int Outer { get; }

    public int Size => _shape[_axis];

    public int Inner { get; }

    /// <exception cref="ArgumentException">There is no such axis.</exception>
    public static AxisBlocks Of(Shape shape, int axis)
    {
        int at = axis < 0 ? axis + shape.Rank : axis;
        return (uint)at < (uint)shape.Rank ? new AxisBlocks(shape, at) : throw new ArgumentException($"Axis {axis} of a shape {shape}.");
    }

    /// <summary>The shape with another size of the axis.</summary>
    public Shape With(int size)
    {
        Span<int> sizes = stackalloc int[Shape.MaxRank];
        for (int i = 0; i < _shape.Rank; i++)
            sizes[i] = i == _axis ? size : _shape[i];
        return new Shape(sizes[.._shape.Rank]);
    }

    /// <summary>Copies parts from one on out of a whole of these sizes.</summary>
    public void CopyPart(Tensor whole, int first, Tensor part, int count, WorkPool? workers) =>
        Strided.Copy(whole.Span[(first * Inner)..], Size * Inner, part.Span, count * Inner, Outer, count * Inner, pool: workers);

    /// <summary>Copies parts to their place in a whole of these sizes.</summary>
    public void CopyInto(Tensor part, int count, Tensor whole, int first, WorkPool? workers) =>
        Strided.Copy(part.Span, count * Inner, whole.Span[(first * Inner)..], Size * Inner, Outer, count * Inner, pool: workers);

    /// <summary>Adds parts to their place in a whole of these sizes.</summary>
    public void AddPart(Tensor part, int count, Tensor whole, int first, WorkPool? workers) =>
        Strided.Copy(part.Span, count * Inner, whole.Span[(first * Inner)..], Size * Inner, Outer, count * Inner, add: true, workers);
}

namespace Tacit.Numerics;

/// <summary>A shape over contiguous floats in aligned, pinned memory. A value: copying it copies no data.</summary>
/// <remarks>
/// <para>
/// Memory comes from a <see cref="TensorPool"/>, for what lives a step, or from <see cref="Zeros"/>, for what stays.
/// Views (<see cref="Reshape"/>, <see cref="this[int]"/>, <see cref="Slice"/>) are the same memory and cost nothing. It
/// begins on a cache line; views begin where they fall.
/// </para>
/// <para>
/// Use after the memory went back to its pool throws <see cref="ObjectDisposedException"/>; a span taken before is not
/// watched.
/// </para>
/// </remarks>
public readonly struct Tensor
{
    private readonly TensorBlock? _block;
    private readonly int _offset;
    private readonly int _generation;

    internal Tensor(TensorBlock block, int offset, Shape shape)
    {
        _block = block;
        _offset = offset;
        _generation = block.Generation;
        Shape = shape;
    }

    /// <summary>The sizes.</summary>
    public Shape Shape { get; }

    /// <summary>Values.</summary>
    public int Count => _block is null ? 0 : Shape.Count;

    /// <summary>True for a tensor that has no memory: the default of the type.</summary>
    public bool IsEmpty => _block is null;

    /// <summary>The values, row-major.</summary>
    /// <exception cref="ObjectDisposedException">The memory went back to its pool.</exception>
    public Span<float> Span => _block is null ? default : _block.Generation == _generation ? _block.Slice(_offset, Count)
        : throw new ObjectDisposedException(nameof(Tensor), $"A tensor of shape {Shape} is used after its memory went back to the pool.");

    internal TensorBlock? Block => _block;

    /// <summary>A matrix of the last axis' rows, to read.</summary>
    public Matrix AsMatrix => new(Span, Shape.Rows, Shape.Columns);

    /// <summary>A matrix of the last axis' rows, to write to.</summary>
    public MatrixTarget AsTarget => new(Span, Shape.Rows, Shape.Columns);

    /// <summary>Part <paramref name="index"/> of the first axis: the shape without it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such part.</exception>
    public Tensor this[int index]
    {
        get
        {
            if (Shape.Rank == 0 || (uint)index >= (uint)Shape[0])
                throw new ArgumentOutOfRangeException(nameof(index), index, $"Of a tensor of shape {Shape}.");
            Span<int> sizes = stackalloc int[Shape.MaxRank];
            for (int axis = 1; axis < Shape.Rank; axis++)
                sizes[axis - 1] = Shape[axis];
            var part = new Shape(sizes[..(Shape.Rank - 1)]);
            return View(index * part.Count, part);
        }
    }

    /// <summary>New memory of its own, zeroed; freed with its last tensor.</summary>
    public static Tensor Zeros(params ReadOnlySpan<int> sizes)
    {
        var tensor = new Tensor(new TensorBlock(new Shape(sizes).Count), 0, new Shape(sizes));
        tensor.Span.Clear();
        return tensor;
    }

    /// <summary>A copy of values, in memory of its own.</summary>
    /// <exception cref="ArgumentException">Their number is not the shape's.</exception>
    public static Tensor From(ReadOnlySpan<float> values, params ReadOnlySpan<int> sizes)
    {
        Tensor tensor = Zeros(sizes);
        if (values.Length != tensor.Count)
            throw new ArgumentException($"Tensor.From: {values.Length} values for the shape {tensor.Shape}.");
        values.CopyTo(tensor.Span);
        return tensor;
    }

    /// <summary>The same values in another shape; −1 stands for the size that fits.</summary>
    /// <exception cref="ArgumentException">The number of values differs; the message has both shapes.</exception>
    public Tensor Reshape(params ReadOnlySpan<int> sizes) => View(0, Shape.Reshape(sizes));

    /// <summary>The same values in another shape of as many.</summary>
    /// <exception cref="ArgumentException">The number of values differs; the message has both shapes.</exception>
    public Tensor As(Shape shape) => shape.Count == Count ? View(0, shape)
        : throw new ArgumentException($"As: {Shape} of {Count} values cannot become {shape}.");

    /// <summary>Parts [first, first + count) of the first axis.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are not so many.</exception>
    public Tensor Slice(int first, int count)
    {
        if (Shape.Rank == 0 || first < 0 || count < 0 || (long)first + count > Shape[0])
            throw new ArgumentOutOfRangeException(nameof(first), $"Slice: parts {first} to {(long)first + count} of a tensor of shape {Shape}.");
        Span<int> sizes = stackalloc int[Shape.MaxRank];
        for (int axis = 0; axis < Shape.Rank; axis++)
            sizes[axis] = Shape[axis];
        sizes[0] = count;
        int step = Shape[0] == 0 ? 0 : Count / Shape[0];
        return View(first * step, new Shape(sizes[..Shape.Rank]));
    }

    /// <summary>Copies the values of a tensor of the same shape.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public void CopyFrom(Tensor source)
    {
        Shape.Require(source.Shape, nameof(CopyFrom));
        source.Span.CopyTo(Span);
    }

    /// <summary>Passes if all values are finite.</summary>
    /// <exception cref="ArithmeticException">One is not; the message says which and of what.</exception>
    public void CheckFinite(string what)
    {
        if (NanGuard.FindNonFinite(Span) >= 0)
            NanGuard.Check(Span, $"{what} {Shape}");
    }

    /// <summary>The type's name and the shape.</summary>
    public override string ToString() => $"Tensor {Shape}";

    private Tensor View(int at, Shape shape)
    {
        if (_block is null)
            return default;
        _ = Span;       // throws if the memory is gone
        return new Tensor(_block, _offset + at, shape);
    }
}

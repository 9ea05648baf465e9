using System.Numerics;

namespace Tacit.Numerics;

/// <summary>Memory for tensors that live a step, used again in the next.</summary>
/// <remarks>
/// Once a step has run, the next one of the same shapes allocates nothing. Not thread-safe: a pool belongs to one
/// thread at a time. What is rented and never returned is freed with its last tensor.
/// </remarks>
public sealed class TensorPool
{
    // Capacities are 2^n, 1.25 · 2^n, 1.5 · 2^n and 1.75 · 2^n: at most a fifth of a block is unused.
    private const int SmallestBits = 6;
    private readonly Stack<TensorBlock>?[] _free = new Stack<TensorBlock>?[4 * 32];
    private readonly List<TensorBlock?> _rented = [];

    /// <summary>Bytes of all blocks the pool has made and still knows.</summary>
    public long BytesHeld { get; private set; }

    /// <summary>Bytes of the blocks that are rented.</summary>
    public long BytesRented { get; private set; }

    /// <summary>The largest <see cref="BytesRented"/> there has been.</summary>
    public long PeakBytesRented { get; private set; }

    /// <summary>A tensor whose values are undefined (NaN in debug builds).</summary>
    public Tensor Rent(params ReadOnlySpan<int> sizes) => Rent(new Shape(sizes));

    /// <summary>A tensor whose values are undefined (NaN in debug builds).</summary>
    public Tensor Rent(Shape shape)
    {
        int bucket = BucketFor(shape.Count);
        Stack<TensorBlock> free = _free[bucket] ??= new Stack<TensorBlock>();
        if (!free.TryPop(out TensorBlock? block))
        {
            block = new TensorBlock((int)Math.Min(Capacity(bucket), Array.MaxLength - 64));
            BytesHeld += (long)block.Length * sizeof(float);
        }
        block.RentedAt = _rented.Count;
        _rented.Add(block);
        BytesRented += (long)block.Length * sizeof(float);
        PeakBytesRented = Math.Max(PeakBytesRented, BytesRented);
        var tensor = new Tensor(block, 0, shape);
#if DEBUG
        tensor.Span.Fill(float.NaN);
#endif
        return tensor;
    }

    /// <summary>A tensor of zeros.</summary>
    public Tensor RentZeros(params ReadOnlySpan<int> sizes)
    {
        Tensor tensor = Rent(new Shape(sizes));
        tensor.Span.Clear();
        return tensor;
    }

    /// <summary>Gives the memory of a tensor and all its views back; they cannot be used after.</summary>
    /// <exception cref="ArgumentException">It is not rented from this pool.</exception>
    public void Return(Tensor tensor)
    {
        if (tensor.Block is not { RentedAt: >= 0 } block || block.RentedAt >= _rented.Count || _rented[block.RentedAt] != block)
            throw new ArgumentException($"TensorPool.Return: the {tensor} is not rented from this pool.");
        _ = tensor.Span;        // throws if it was returned before and rented by another
        Free(block);
        while (_rented.Count > 0 && _rented[^1] is null)
            _rented.RemoveAt(_rented.Count - 1);
    }

    /// <summary>Marks a time: what is rented from now on goes back when the scope is disposed.</summary>
    public TensorScope Scope() => new(this, _rented.Count);

    /// <summary>Gives back all that is rented.</summary>
    public void ReturnAll() => ReturnSince(0);

    internal void ReturnSince(int count)
    {
        for (int i = _rented.Count - 1; i >= count; i--)
        {
            if (_rented[i] is { } block)
                Free(block);
        }
        if (_rented.Count > count)
            _rented.RemoveRange(count, _rented.Count - count);
    }

    private void Free(TensorBlock block)
    {
        _rented[block.RentedAt] = null;
        block.RentedAt = -1;
        block.Generation++;
        BytesRented -= (long)block.Length * sizeof(float);
        _free[BucketFor(block.Length)]!.Push(block);
    }

    private static int BucketFor(int length)
    {
        int bits = Math.Max(SmallestBits, BitOperations.Log2((uint)Math.Max(1, length)));
        int bucket = 4 * bits;
        while (Capacity(bucket) < length)
            bucket++;
        return bucket;
    }

    private static long Capacity(int bucket) => (4L + bucket % 4) << (bucket / 4 - 2);
}

/// <summary>A stretch of time whose rented tensors go back together; for a using statement.</summary>
public readonly ref struct TensorScope
{
    private readonly TensorPool _pool;
    private readonly int _count;

    internal TensorScope(TensorPool pool, int count)
    {
        _pool = pool;
        _count = count;
    }

    /// <summary>Gives back all that was rented since and has not been returned.</summary>
    public void Dispose() => _pool.ReturnSince(_count);
}

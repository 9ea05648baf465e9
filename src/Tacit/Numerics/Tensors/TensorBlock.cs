using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Tacit.Numerics.Memory;

namespace Tacit.Numerics;

/// <summary>Memory that tensors lie in, and whether they may still.</summary>
/// <remarks>
/// An array on the pinned heap rather than native memory: as fast, never moved, and a span into it keeps it alive, so
/// that a kernel cannot outlive the memory of a tensor nobody holds any more.
/// </remarks>
internal sealed class TensorBlock
{
    private const int Slack = NativeBuffer.Alignment / sizeof(float);

    private readonly float[] _array;
    private readonly int _start;

    public TensorBlock(int length)
    {
        _array = GC.AllocateUninitializedArray<float>(checked(length + Slack), pinned: true);
        Length = length;
        nint address = Address(_array);
        _start = (int)((NativeBuffer.Alignment - address % NativeBuffer.Alignment) % NativeBuffer.Alignment / sizeof(float));
    }

    /// <summary>Values that fit.</summary>
    public int Length { get; }

    /// <summary>Counts the returns to the pool: a tensor of an earlier generation has lost its memory.</summary>
    public int Generation { get; set; }

    /// <summary>Place in the pool's list of rented blocks; −1 while free or outside a pool.</summary>
    public int RentedAt { get; set; } = -1;

    /// <summary>Values from one on; the block begins on a cache line.</summary>
    public Span<float> Slice(int first, int count) => _array.AsSpan(_start + first, count);

    private static unsafe nint Address(float[] array) =>
        (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(array));     // pinned for good
}

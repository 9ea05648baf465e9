using Tacit.Numerics.Memory;

namespace Tacit.Numerics;

/// <summary>Memory that tensors lie in, and whether they may still.</summary>
internal sealed class TensorBlock(nint length)
{
    public NativeBuffer Buffer { get; } = new(length);

    /// <summary>Counts the returns to the pool: a tensor of an earlier generation has lost its memory.</summary>
    public int Generation { get; set; }

    /// <summary>Place in the pool's list of rented blocks; −1 while free or outside a pool.</summary>
    public int RentedAt { get; set; } = -1;
}

using Tacit.Numerics.Threads;

namespace Tacit.Compression.Codecs;

/// <summary>One worker's coder of blocks: a model, a coder and the tables both need, used for one block at a time.</summary>
/// <remarks>Not thread-safe: each worker owns one. A block is coded from a fresh state, whatever came before.</remarks>
internal abstract class BlockCodec : IDisposable
{
    /// <summary>Where to ask for a second thread for a block, or null: then there is none.</summary>
    public virtual SpareThreads? Spare
    {
        set { }
    }

    /// <summary>Codes one block.</summary>
    /// <param name="raw">The block's bytes, at least one.</param>
    /// <param name="coded">Receives the coded bytes.</param>
    /// <param name="kind">The kind of data the codec took the block for; handed back to <see cref="Decode"/>.</param>
    /// <param name="monitor">Told of progress at least every <see cref="WorkMonitor.Interval"/> raw bytes.</param>
    /// <returns>The coded length, or −1 if it would exceed <paramref name="coded"/>: the block is then stored.</returns>
    /// <exception cref="OperationCanceledException">The monitor's token was cancelled.</exception>
    public abstract int Encode(ReadOnlySpan<byte> raw, Span<byte> coded, out byte kind, WorkMonitor monitor);

    /// <summary>Codes one block of data of which more is known.</summary>
    public virtual int Encode(ReadOnlySpan<byte> raw, Span<byte> coded, BlockPlace place, out byte kind, WorkMonitor monitor) =>
        Encode(raw, coded, out kind, monitor);

    /// <summary>Of a lossy codec: replaces a block by what decoding it will give, before it is coded.</summary>
    public virtual void Simplify(Span<byte> raw, BlockPlace place)
    {
    }

    /// <summary>Decodes one block into <paramref name="raw"/>, which has the block's exact length.</summary>
    /// <exception cref="InvalidDataException">The coded bytes are not a block of this codec and length.</exception>
    /// <exception cref="OperationCanceledException">The monitor's token was cancelled.</exception>
    public abstract void Decode(ReadOnlySpan<byte> coded, byte kind, Span<byte> raw, WorkMonitor monitor);

    /// <summary>Frees tables held outside the managed heap.</summary>
    public virtual void Dispose()
    {
    }
}

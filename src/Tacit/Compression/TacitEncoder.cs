using System.Buffers;
using Tacit.Compression.Container;

namespace Tacit.Compression;

/// <summary>Compresses from span to span: one frame, which concatenates with others.</summary>
/// <remarks>
/// Coding a block happens inside the call that completes it and takes as long as it takes (a second or more per
/// megabyte for the learned codecs). Not thread-safe.
/// </remarks>
public sealed class TacitEncoder : IDisposable
{
    private readonly FrameEncoder _frame;
    private bool _done;

    /// <summary>Makes an encoder.</summary>
    /// <param name="options">How to compress, or null for the defaults.</param>
    /// <exception cref="ArgumentException">The metadata exceeds its limits.</exception>
    /// <exception cref="InsufficientMemoryException">One block of a source of known length exceeds the memory limit.</exception>
    public TacitEncoder(TacitCompressionOptions? options = null) => _frame = new FrameEncoder(options ?? new(), inline: true);

    /// <summary>Takes raw bytes and gives compressed ones.</summary>
    /// <param name="source">Raw bytes.</param>
    /// <param name="destination">Receives compressed bytes.</param>
    /// <param name="bytesConsumed">Bytes taken from <paramref name="source"/>.</param>
    /// <param name="bytesWritten">Bytes put into <paramref name="destination"/>.</param>
    /// <param name="isFinalBlock">True if nothing comes after <paramref name="source"/>: the frame is ended.</param>
    /// <returns>
    /// <see cref="OperationStatus.Done"/> when all of the source was taken (and, if final, the frame is complete);
    /// <see cref="OperationStatus.DestinationTooSmall"/> when the call must be repeated with the rest.
    /// </returns>
    /// <exception cref="InvalidOperationException">The frame has already been ended.</exception>
    public OperationStatus Compress(ReadOnlySpan<byte> source, Span<byte> destination, out int bytesConsumed,
        out int bytesWritten, bool isFinalBlock)
    {
        if (_done && !source.IsEmpty)
            throw new InvalidOperationException("The frame has been ended; make another encoder.");
        bytesConsumed = 0;
        bytesWritten = 0;
        while (true)
        {
            if (!Drain(ref destination, ref bytesWritten))
                return OperationStatus.DestinationTooSmall;
            int taken = _frame.Write(source);
            source = source[taken..];
            bytesConsumed += taken;
            if (source.IsEmpty && isFinalBlock && !_frame.MustCollect)
            {
                _frame.EndFrame();
                _done = true;
            }
            if (_frame.MustCollect)
                _frame.Collect();
            else if (source.IsEmpty && _frame.Output.IsEmpty)
                return OperationStatus.Done;
        }
    }

    /// <summary>Ends the current block, so that everything taken so far can be decompressed; not with <see cref="TacitCodec.Records"/>, whose blocks have a fixed number of records.</summary>
    /// <returns><see cref="OperationStatus.Done"/>, or <see cref="OperationStatus.DestinationTooSmall"/> to be called again.</returns>
    public OperationStatus Flush(Span<byte> destination, out int bytesWritten)
    {
        bytesWritten = 0;
        while (true)
        {
            if (!Drain(ref destination, ref bytesWritten))
                return OperationStatus.DestinationTooSmall;
            _frame.EndBlock();
            if (!_frame.HasWork)
                return OperationStatus.Done;
            _frame.Collect();
        }
    }

    /// <summary>Compresses all of <paramref name="source"/>; false if the destination is too small.</summary>
    /// <exception cref="InsufficientMemoryException">One block of a source of known length exceeds the memory limit.</exception>
    public static bool TryCompress(ReadOnlySpan<byte> source, Span<byte> destination, out int bytesWritten,
        TacitCompressionOptions? options = null)
    {
        using var encoder = new TacitEncoder(new FrameEncoder(options ?? new(), progress: null, source.Length, inline: true));
        bool fits = encoder.Compress(source, destination, out _, out bytesWritten, isFinalBlock: true) == OperationStatus.Done;
        if (!fits)
            bytesWritten = 0;
        return fits;
    }

    /// <summary>The longest a frame of <paramref name="inputLength"/> raw bytes can be.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, or the result would exceed 63 bits.</exception>
    /// <exception cref="ArgumentException">The metadata exceeds its limits.</exception>
    public static long GetMaxCompressedLength(long inputLength, TacitCompressionOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(inputLength);
        options ??= new();
        long blocks = inputLength == 0 ? 0 : (inputLength - 1) / options.LeastBlockSize + 1;
        long extra = FormatConstants.MaxFrameOverhead + (options.IncludeSha256 ? FormatConstants.HashLength : 0)
            + (options.Metadata is { Count: > 0 } metadata ? FrameMetadata.Write(metadata).Length : 0)
            + options.Models.Sum(model => 2L * FormatConstants.HashLength + (options.EmbedModels ? FormatConstants.ModelHeadLength + (long)model.FileLength : 0));
        Int128 length = inputLength + (Int128)blocks * FormatConstants.MaxBlockOverhead + extra;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, long.MaxValue, nameof(inputLength));
        return (long)length;
    }

    /// <summary>Stops any work and frees its memory.</summary>
    public void Dispose() => _frame.Dispose();

    private TacitEncoder(FrameEncoder frame) => _frame = frame;

    private bool Drain(ref Span<byte> destination, ref int written)
    {
        while (_frame.Output is { IsEmpty: false } output)
        {
            int length = Math.Min(output.Length, destination.Length);
            if (length == 0)
                return false;
            output.Span[..length].CopyTo(destination);
            destination = destination[length..];
            written += length;
            _frame.Advance(length);
        }
        return true;
    }
}

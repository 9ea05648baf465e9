using System.Buffers;

namespace Tacit.Compression;

/// <summary>Decompresses from span to span: any number of concatenated frames.</summary>
/// <remarks>Decoding a block happens inside the call that completes it. Not thread-safe.</remarks>
public sealed class TacitDecoder : IDisposable
{
    private readonly FrameDecoder _frames;

    /// <summary>Makes a decoder.</summary>
    public TacitDecoder(TacitDecompressionOptions? options = null) => _frames = new FrameDecoder(options ?? new(), inline: true);

    /// <summary>Why the last call returned <see cref="OperationStatus.InvalidData"/>, in words.</summary>
    public string? Error { get; private set; }

    /// <summary>Takes compressed bytes and gives raw ones.</summary>
    /// <param name="source">Compressed bytes.</param>
    /// <param name="destination">Receives raw bytes.</param>
    /// <param name="bytesConsumed">Bytes taken from <paramref name="source"/>.</param>
    /// <param name="bytesWritten">Bytes put into <paramref name="destination"/>.</param>
    /// <returns>
    /// <see cref="OperationStatus.Done"/> at the end of a frame with nothing left in the source (another frame may
    /// follow) or with bytes left that are not a frame's; <see cref="OperationStatus.NeedMoreData"/> inside a frame;
    /// <see cref="OperationStatus.DestinationTooSmall"/>; <see cref="OperationStatus.InvalidData"/>, for good, if the
    /// data is damaged.
    /// </returns>
    /// <exception cref="InsufficientMemoryException">A block needs more than the memory limit.</exception>
    public OperationStatus Decompress(ReadOnlySpan<byte> source, Span<byte> destination, out int bytesConsumed, out int bytesWritten)
    {
        bytesConsumed = 0;
        bytesWritten = 0;
        if (Error is not null)
            return OperationStatus.InvalidData;
        try
        {
            while (true)
            {
                while (_frames.Output is { IsEmpty: false } output)
                {
                    int length = Math.Min(output.Length, destination.Length);
                    if (length == 0)
                        return OperationStatus.DestinationTooSmall;
                    output.Span[..length].CopyTo(destination);
                    destination = destination[length..];
                    bytesWritten += length;
                    _frames.Advance(length);
                }
                int taken = _frames.Feed(source);
                source = source[taken..];
                bytesConsumed += taken;
                if (_frames.HasWork && (source.IsEmpty || !_frames.WantsInput))
                    _frames.Collect();
                else if (_frames.AtBoundary)
                {
                    bytesConsumed -= Math.Min(_frames.Unused, bytesConsumed);
                    return OperationStatus.Done;
                }
                else if (source.IsEmpty)
                    return OperationStatus.NeedMoreData;
            }
        }
        catch (InvalidDataException e)
        {
            Error = e.Message;
            return OperationStatus.InvalidData;
        }
    }

    /// <summary>Decompresses all of <paramref name="source"/>, which must be whole frames and nothing else.</summary>
    /// <returns>False if the destination is too small.</returns>
    /// <exception cref="InvalidDataException">The data is damaged or cut short, or other bytes follow it.</exception>
    /// <exception cref="InsufficientMemoryException">A block needs more than the memory limit.</exception>
    public static bool TryDecompress(ReadOnlySpan<byte> source, Span<byte> destination, out int bytesWritten,
        TacitDecompressionOptions? options = null)
    {
        using var decoder = new TacitDecoder(options);
        switch (decoder.Decompress(source, destination, out int consumed, out bytesWritten))
        {
            case OperationStatus.DestinationTooSmall:
                bytesWritten = 0;
                return false;
            case OperationStatus.InvalidData:
                throw new InvalidDataException(decoder.Error);
        }
        decoder._frames.EndOfInput();
        // One to three bytes were consumed as what might begin a frame.
        int trailing = consumed < source.Length ? source.Length - consumed : decoder._frames.Unused;
        if (trailing > 0)
            throw new InvalidDataException($"{trailing} bytes follow the data that are not Tacit's.");
        return true;
    }

    /// <summary>Stops any work and frees its memory.</summary>
    public void Dispose() => _frames.Dispose();
}

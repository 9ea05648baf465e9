using System.Buffers.Binary;
using Tacit.Compression.Container;
using Tacit.Compression.Records;
using Tacit.Modeling.Records;

namespace Tacit.Compression;

/// <summary>What stands around each coded record.</summary>
public sealed class RecordCodecOptions
{
    /// <summary>
    /// Bytes that name the model before each coded record: 0 (default), 1 or 4. They are the first of the model's SHA-256, so
    /// that records of several models can stand side by side; see <see cref="RecordCodecSet"/>.
    /// </summary>
    public int TagLength { get; set; }

    /// <summary>True for a CRC-32C of each record, 4 bytes: damage is then found. Without it a damaged record may give wrong bytes.</summary>
    public bool Check { get; set; }
}

/// <summary>Compresses small records, each alone, with a model trained on records like them.</summary>
/// <remarks>
/// A coded record is never longer than the record and one byte, besides tag and check. Nothing is allocated for a record. A codec
/// is used by one thread at a time, which it sees to; the model is shared. A codec takes about 0.2 MB.
/// </remarks>
public sealed class RecordCodec : IDisposable
{
    private const int CheckLength = 4;

    private readonly RecordPredictor _predictor;
    private readonly byte[] _tag;
    private readonly bool _check;
    private int _state = Free;

    private const int Free = 0, AtWork = 1, Disposed = 2;

    /// <summary>Makes a codec.</summary>
    /// <param name="model">The model, which others may use at the same time.</param>
    /// <param name="options">What stands around a record; the same for coding and decoding.</param>
    /// <exception cref="ArgumentException">There is no such length of a tag.</exception>
    public RecordCodec(RecordModel model, RecordCodecOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        options ??= new();
        if (options.TagLength is not (0 or 1 or 4))
            throw new ArgumentException($"A tag has 0, 1 or 4 bytes, not {options.TagLength}.", nameof(options));
        Model = model;
        _tag = Convert.FromHexString(model.Sha256)[..options.TagLength];
        _check = options.Check;
        _predictor = new RecordPredictor(model.Parameters);
    }

    /// <summary>The model.</summary>
    public RecordModel Model { get; }

    /// <summary>The bytes that name the model before each coded record; none if it has no tag.</summary>
    public ReadOnlySpan<byte> Tag => _tag;

    private int Overhead => _tag.Length + (_check ? CheckLength : 0);

    /// <summary>The most bytes a record of that length is coded in.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative, or the result exceeds 31 bits.</exception>
    public int GetMaxCompressedLength(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, int.MaxValue - 1 - Overhead);
        return length + 1 + Overhead;
    }

    /// <summary>Compresses a record.</summary>
    /// <param name="record">The record; it may be empty.</param>
    /// <param name="destination">Receives the coded record; it must not overlap the record.</param>
    /// <param name="bytesWritten">Bytes written.</param>
    /// <returns>False if the destination is too small, which one of <see cref="GetMaxCompressedLength"/> never is.</returns>
    /// <exception cref="InvalidOperationException">Another thread is using the codec.</exception>
    public bool TryCompress(ReadOnlySpan<byte> record, Span<byte> destination, out int bytesWritten)
    {
        bytesWritten = 0;
        if (destination.Length < Overhead)
            return false;
        Begin();
        int length;
        try
        {
            length = RecordCoding.Compress(_predictor, record, destination[_tag.Length..^(_check ? CheckLength : 0)]);
        }
        finally
        {
            Volatile.Write(ref _state, Free);
        }
        if (length < 0)
            return false;
        _tag.CopyTo(destination);
        if (_check)
            BinaryPrimitives.WriteUInt32LittleEndian(destination[(_tag.Length + length)..], Crc32C.Of(record));
        bytesWritten = length + Overhead;
        return true;
    }

    /// <summary>Decompresses a record.</summary>
    /// <param name="coded">A whole coded record.</param>
    /// <param name="destination">Receives the record.</param>
    /// <param name="bytesWritten">Bytes written.</param>
    /// <returns>
    /// False if the destination is too small, the tag is another model's, or the coded record is damaged in a way that shows; with a
    /// check, damage shows or did no harm, but for one case in 2^32. The time is bounded by the destination's length.
    /// </returns>
    /// <exception cref="InvalidOperationException">Another thread is using the codec.</exception>
    public bool TryDecompress(ReadOnlySpan<byte> coded, Span<byte> destination, out int bytesWritten)
    {
        bytesWritten = 0;
        if (coded.Length < Overhead || !coded.StartsWith(_tag))
            return false;
        Begin();
        int length;
        try
        {
            length = RecordCoding.Expand(_predictor, coded[_tag.Length..^(_check ? CheckLength : 0)], destination);
        }
        finally
        {
            Volatile.Write(ref _state, Free);
        }
        if (length < 0)
            return false;
        if (_check && BinaryPrimitives.ReadUInt32LittleEndian(coded[^CheckLength..]) != Crc32C.Of(destination[..length]))
            return false;
        bytesWritten = length;
        return true;
    }

    /// <summary>Frees the codec's memory; the model stays.</summary>
    /// <exception cref="InvalidOperationException">Another thread is using it.</exception>
    public void Dispose()
    {
        if (Interlocked.CompareExchange(ref _state, Disposed, Free) == AtWork)
            throw InUse();
        _predictor.Dispose();
    }

    // Two threads in one codec would write past its memory, which is not the runtime's: far cheaper to see than to search for.
    private void Begin()
    {
        int state = Interlocked.CompareExchange(ref _state, AtWork, Free);
        ObjectDisposedException.ThrowIf(state == Disposed, this);
        if (state == AtWork)
            throw InUse();
    }

    private static InvalidOperationException InUse() => new("Another thread is using this codec; make one for each thread, which may share the model.");
}

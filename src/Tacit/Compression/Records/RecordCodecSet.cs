using Tacit.Modeling.Records;

namespace Tacit.Compression;

/// <summary>Codecs of several models, told apart by the tag before each coded record: a service retrains and rewrites nothing.</summary>
/// <remarks>The newest model, the last one given, codes; each record is decoded by the model it was coded with. One thread at a time.</remarks>
public sealed class RecordCodecSet : IDisposable
{
    private readonly RecordCodec[] _codecs;

    /// <summary>Makes codecs.</summary>
    /// <param name="models">The models, the newest last.</param>
    /// <param name="options">What stands around a record; with a tag of 1 or 4 bytes.</param>
    /// <exception cref="ArgumentException">There is no model, no tag, or two models have the same tag.</exception>
    public RecordCodecSet(IReadOnlyList<RecordModel> models, RecordCodecOptions options)
    {
        ArgumentNullException.ThrowIfNull(models);
        ArgumentNullException.ThrowIfNull(options);
        if (models.Count == 0 || options.TagLength == 0)
            throw new ArgumentException("A set of codecs takes a model at least, and a tag that says which one coded a record.");
        // Before anything is made that would have to be freed.
        string[] tags = [.. models.Select(model => model.Sha256[..Math.Min(2 * options.TagLength, model.Sha256.Length)])];
        if (tags.Distinct(StringComparer.Ordinal).Count() < tags.Length)
            throw new ArgumentException($"Two models have the same tag of {options.TagLength} bytes; {(options.TagLength == 1 ? "4 bytes tell them apart, unless they are the same" : "they are the same")}.");
        _codecs = [.. models.Select(m => new RecordCodec(m, options))];
    }

    /// <summary>The most bytes a record of that length is coded in.</summary>
    public int GetMaxCompressedLength(int length) => _codecs[^1].GetMaxCompressedLength(length);

    /// <inheritdoc cref="RecordCodec.TryCompress"/>
    public bool TryCompress(ReadOnlySpan<byte> record, Span<byte> destination, out int bytesWritten) =>
        _codecs[^1].TryCompress(record, destination, out bytesWritten);

    /// <inheritdoc cref="RecordCodec.TryDecompress"/>
    public bool TryDecompress(ReadOnlySpan<byte> coded, Span<byte> destination, out int bytesWritten)
    {
        foreach (RecordCodec codec in _codecs)
        {
            if (coded.StartsWith(codec.Tag))
                return codec.TryDecompress(coded, destination, out bytesWritten);
        }
        bytesWritten = 0;
        return false;
    }

    /// <summary>Frees the codecs' memory.</summary>
    public void Dispose()
    {
        foreach (RecordCodec codec in _codecs)
            codec.Dispose();
    }
}

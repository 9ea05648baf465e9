using Tacit.Compression.Blocks;
using Tacit.Compression.Codecs;
using Tacit.Compression.Container;

namespace Tacit.Compression;

/// <summary>What an archive says of one of its frames.</summary>
public sealed class TacitFrame
{
    internal TacitFrame(FrameFooter footer, long offset, IReadOnlyList<TacitBlock> blocks, FrameSections sections)
    {
        Header = footer.Header;
        Codec = CodecRegistry.Find(Header.Codec);
        Offset = offset;
        CompressedLength = footer.FrameLength;
        Length = footer.RawLength;
        Chain = footer.Chain;
        Sha256 = footer.Sha256 is { } hash ? Convert.ToHexStringLower(hash) : null;
        Blocks = blocks;
        Metadata = sections.Metadata;
        EmbeddedModels = sections.Models;
        ModelHashes = [.. Header.ModelHashes.Select(Convert.ToHexStringLower)];
    }

    /// <summary>First byte of the frame in the archive.</summary>
    public long Offset { get; }

    /// <summary>Bytes of the frame in the archive.</summary>
    public long CompressedLength { get; }

    /// <summary>Raw bytes.</summary>
    public long Length { get; }

    /// <summary>The codec's name, or its number if this version does not know it.</summary>
    public string CodecName => Codec?.Name ?? $"codec {Header.Codec}";

    /// <summary>The codec with what it was told, its level mostly, in words.</summary>
    public string CodecSummary => Codec?.Describe(Header.Parameters) ?? CodecName;

    /// <summary>The codec's parameters as stored.</summary>
    public ReadOnlyMemory<byte> Parameters => Header.Parameters;

    /// <summary>No block holds more raw bytes.</summary>
    public int BlockSize => Header.BlockLength;

    /// <summary>SHA-256 of the raw bytes in lower-case hex, or null.</summary>
    public string? Sha256 { get; }

    /// <summary>SHA-256 of each model needed to decode, in lower-case hex.</summary>
    public IReadOnlyList<string> ModelHashes { get; }

    /// <summary>Whether these models are in the frame.</summary>
    public bool EmbedsModels => EmbeddedModels.Count > 0;

    /// <summary>Bytes of an embedded model's file.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such model in the frame.</exception>
    public int EmbeddedModelLength(int number) => EmbeddedModels[number].Length;

    /// <summary>The blocks in order.</summary>
    public IReadOnlyList<TacitBlock> Blocks { get; }

    /// <summary>Text kept with the data.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Memory one thread needs to decode the largest block, in bytes, models and what goes by their size not counted; 0 if the codec is not known.</summary>
    public long DecodingMemory => Codec is null || Blocks.Count == 0
        ? 0
        : BlockWorker.Memory(Codec, Header.Parameters, Blocks.Max(block => block.RawLength));

    internal FrameHeader Header { get; }

    internal IReadOnlyList<(long Offset, int Length)> EmbeddedModels { get; }

    internal uint Chain { get; }

    internal CodecDescription? Codec { get; }
}

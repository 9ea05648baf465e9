namespace Tacit.Compression.Container;

/// <summary>Fixed numbers of the container: the rows of table 1 in docs/FORMAT.md, which a test compares.</summary>
internal static class FormatConstants
{
    /// <summary>First four bytes of a frame, read as little-endian: neither ASCII nor UTF-8.</summary>
    public const uint FrameMagic = 0x7463549E;

    /// <summary><see cref="FrameMagic"/> as it stands in the file.</summary>
    public static ReadOnlySpan<byte> FrameMagicBytes => [0x9E, 0x54, 0x63, 0x74];

    /// <summary>First four bytes of a block.</summary>
    public const uint BlockMarker = 0x61B3D5C9;

    /// <summary>First four bytes of the index.</summary>
    public const uint IndexMarker = 0x3F8A16E4;

    /// <summary>Last four bytes of a frame.</summary>
    public const uint EndMagic = 0xD26E9A87;

    /// <summary>Last four bytes of a single frame.</summary>
    public const uint SingleEndMagic = 0xB8457DF3;

    /// <summary>The version this code writes; a reader refuses any other.</summary>
    public const int Version = 1;

    /// <summary>Bytes of a frame header without codec parameters, model hash and CRC.</summary>
    public const int HeaderFixedLength = 16;

    /// <summary>Most bytes of codec parameters.</summary>
    public const int MaxParameterLength = 6;

    /// <summary>Most models a frame may name.</summary>
    public const int MaxModels = 4;

    /// <summary>Bytes before an embedded model: its length, and the CRC of that.</summary>
    public const int ModelHeadLength = 12;

    /// <summary>Longest embedded model there may be.</summary>
    public const int MaxModelLength = 0x7FFFFFC7;

    /// <summary>Bytes of a block header.</summary>
    public const int BlockHeaderLength = 27;

    /// <summary>Bytes of the index besides its body: marker, body length, CRC.</summary>
    public const int IndexOverhead = 12;

    /// <summary>Bytes of the footer after the header copy and the optional SHA-256.</summary>
    public const int FooterFixedLength = 34;

    /// <summary>Bytes of a single frame's footer.</summary>
    public const int SingleFooterLength = 12;

    /// <summary>Smallest block length a frame may announce.</summary>
    public const int MinBlockLength = 1;

    /// <summary>Largest block length a frame may announce.</summary>
    public const int MaxBlockLength = 1 << 28;

    /// <summary>Most bytes of the metadata section's body.</summary>
    public const int MaxMetadataLength = 1 << 16;

    /// <summary>A frame never exceeds its raw bytes by more than this, plus <see cref="MaxBlockOverhead"/> a block.</summary>
    /// <remarks>Holds without metadata (counted by its own length), SHA-256 (32 bytes) and models (64 bytes each, 12 more and themselves if embedded).</remarks>
    public const int MaxFrameOverhead = 96;

    /// <summary>A block never exceeds its raw bytes by more than this, its index entry included.</summary>
    public const int MaxBlockOverhead = 32;

    /// <summary>Bytes of a SHA-256.</summary>
    public const int HashLength = 32;

    /// <summary>Flag: a metadata section follows the header.</summary>
    public const int FlagMetadata = 1;

    /// <summary>Flag: the footer holds the SHA-256 of the frame's raw bytes.</summary>
    public const int FlagSha256 = 2;

    /// <summary>Flag: the header holds the SHA-256 of each model the codec needs.</summary>
    public const int FlagModel = 4;

    /// <summary>Flag: the models follow the header and metadata. Only with <see cref="FlagModel"/>.</summary>
    public const int FlagEmbeddedModel = 8;

    /// <summary>Flag: the frame is one block, without index and with a short footer. Neither with <see cref="FlagSha256"/> nor an embedded model.</summary>
    public const int FlagSingle = 16;

    /// <summary>All flags of this version; a reader refuses others.</summary>
    public const int KnownFlags = 31;

    /// <summary>Block method: the raw bytes themselves.</summary>
    public const int MethodStored = 0x80;
}

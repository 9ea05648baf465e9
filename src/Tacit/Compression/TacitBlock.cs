namespace Tacit.Compression;

/// <summary>Where a block of an archive is, in bytes.</summary>
/// <param name="RawOffset">First raw byte, counted from the start of the frame's data.</param>
/// <param name="RawLength">Raw bytes.</param>
/// <param name="Offset">The block's header, counted from the start of the archive.</param>
/// <param name="CodedLength">Bytes after the header.</param>
public readonly record struct TacitBlock(long RawOffset, int RawLength, long Offset, int CodedLength);

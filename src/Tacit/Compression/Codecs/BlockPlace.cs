using Tacit.Media.Audio;

namespace Tacit.Compression.Codecs;

/// <summary>What an encoder knows of a block beyond its bytes.</summary>
/// <param name="Offset">Raw bytes of the frame before it.</param>
/// <param name="Audio">Where in the frame samples lie, or null.</param>
/// <param name="IsOnly">True if the frame has no other block.</param>
internal readonly record struct BlockPlace(long Offset, AudioLayout? Audio, bool IsOnly = false);

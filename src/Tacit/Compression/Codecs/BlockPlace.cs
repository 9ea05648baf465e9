using Tacit.Media.Audio;

namespace Tacit.Compression.Codecs;

/// <summary>What an encoder knows of a block beyond its bytes.</summary>
/// <param name="Offset">Raw bytes of the frame before it.</param>
/// <param name="Audio">Where in the frame samples lie, or null.</param>
/// <param name="IsOnly">True if the frame has no other block.</param>
/// <param name="Items">Where in the frame items of a data set begin, one after another to its end; −1 if there are none.</param>
internal readonly record struct BlockPlace(long Offset, AudioLayout? Audio, bool IsOnly = false, long Items = -1);

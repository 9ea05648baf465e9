using Tacit.Media.Audio;

namespace Tacit.Compression.Codecs;

/// <summary>What an encoder knows of a block beyond its bytes.</summary>
/// <param name="Offset">Raw bytes of the frame before it.</param>
/// <param name="Audio">Where in the frame samples lie, or null.</param>
/// <param name="Items">Where in the frame items of a data set begin, one after another to its end; −1 if there are none.</param>
internal readonly record struct BlockPlace(long Offset, AudioLayout? Audio, long Items = -1);

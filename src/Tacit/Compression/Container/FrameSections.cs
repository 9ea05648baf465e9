namespace Tacit.Compression.Container;

/// <summary>What stands between a frame's header and its first block.</summary>
/// <param name="Metadata">Text kept with the data.</param>
/// <param name="Models">Where the files of embedded models lie in the archive, in the header's order.</param>
/// <param name="End">Where the first block or the index begins.</param>
internal sealed record FrameSections(
    IReadOnlyDictionary<string, string> Metadata, IReadOnlyList<(long Offset, int Length)> Models, long End);

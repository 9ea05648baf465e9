namespace Tacit.Media;

/// <summary>The bytes of a file, and what it is called: what readers of data sets take.</summary>
/// <param name="Name">Its path or name, for messages and for the names of its items.</param>
/// <param name="Folder">The name of the folder it was found in, which may be its label; null if it was named by itself.</param>
/// <param name="Bytes">Its content.</param>
public sealed record DataFile(string Name, string? Folder, ReadOnlyMemory<byte> Bytes);

namespace Tacit.Cli.Terminal;

/// <summary>A row per archive in columns of fixed width, for people and programs.</summary>
internal sealed class PlainTable : IArchiveTable
{
    private long _raw, _compressed;
    private int _count;

    public void Add(ListedArchive archive)
    {
        if (_count++ == 0)
            Write([.. ListedArchive.Headings]);
        Write(archive.Cells);
        _raw += archive.Archive.Length;
        _compressed += archive.CompressedLength;
    }

    public void End()
    {
        if (_count > 1)
            Write([ListedArchive.Number(_raw), ListedArchive.Number(_compressed), ByteSize.Ratio(_compressed, _raw), "", $"({_count} files)"]);
    }

    private static void Write(string[] cells) =>
        Console.WriteLine($"{cells[0],14} {cells[1],14} {cells[2],8}  {cells[3],-10}  {cells[4]}");
}

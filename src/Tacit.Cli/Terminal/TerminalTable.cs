using Spectre.Console;

namespace Tacit.Cli.Terminal;

/// <summary>The list as a table on a terminal. Loads Spectre.Console.</summary>
internal sealed class TerminalTable : IArchiveTable
{
    private readonly Table _table = new() { Border = TableBorder.Simple };

    public TerminalTable()
    {
        foreach (string heading in ListedArchive.Headings)
            _table.AddColumn(heading, column => column.Alignment = heading is "codec" or "name" ? Justify.Left : Justify.Right);
    }

    public void Add(ListedArchive archive) => _table.AddRow([.. archive.Cells.Select(cell => new Text(cell))]);

    public void End()
    {
        if (_table.Rows.Count > 0)
            AnsiConsole.Write(_table);
    }
}

using Tacit.Cli.Tests.Support;

namespace Tacit.Cli.Tests;

/// <summary>tacit inspect: totals in a pipe, colours on a terminal, a page in a file.</summary>
public sealed class InspectTests : IDisposable
{
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    [UnixFact]
    public void TotalsGoToAPipeAndThePageToAFile()
    {
        _box.WriteText("a");
        string text = _box.Tacit("inspect -3 a").IsQuiet().Text;
        Assert.StartsWith("a: 5000 bytes cost ", text, StringComparison.Ordinal);
        Assert.Contains("best foreseen by", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\e", text, StringComparison.Ordinal);
        _box.Tacit("inspect a -o page.html").IsQuiet();
        Assert.StartsWith("<!DOCTYPE html>", File.ReadAllText(_box.PathOf("page.html")), StringComparison.Ordinal);
        _box.Tacit("inspect a -o page.html").Says(1, "exists");
        _box.Run("\"$TACIT\" inspect -f -o page.html - < a").IsQuiet();
        Assert.Equal("a page.html", _box.Names);
        _box.Tacit("inspect a a").Says(1, "one FILE");
        _box.Tacit("inspect missing").Says(1, "missing");
    }

    [TerminalFact]
    public void ATerminalGetsColoursUnlessItWantsNone()
    {
        _box.WriteText("a", 300);
        string coloured = _box.Run("script -qec '\"$TACIT\" inspect -1 a' /dev/null < /dev/null").Text;
        Assert.Contains("\e[48;5;", coloured, StringComparison.Ordinal);
        string plain = _box.Run("export NO_COLOR=1; script -qec '\"$TACIT\" inspect -1 a' /dev/null < /dev/null").Text;
        Assert.DoesNotContain("\e[48;5;", plain, StringComparison.Ordinal);
        Assert.Contains("best foreseen by", plain, StringComparison.Ordinal);
    }
}

using Tacit.Cli.Tests.Support;

namespace Tacit.Cli.Tests;

/// <summary>Commands on series: train ar, forecast, generate, evaluate; and tables that compress chooses a codec for.</summary>
public sealed class SeriesTests : IDisposable
{
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    [UnixFact]
    public void ASeriesIsFittedForecastDrawnAndEvaluated()
    {
        WriteSeries();
        string fit = _box.Tacit("train ar a.csv --column y -p 2 -o a.tacitmodel").IsQuiet().Text;
        Assert.Contains("stationary", fit, StringComparison.Ordinal);
        Assert.Contains("Ljung-Box", fit, StringComparison.Ordinal);
        string table = _box.Tacit("forecast --model a.tacitmodel --steps 5 --level 80,95 --svg a.svg").IsQuiet().Text;
        Assert.Equal(6, table.Trim().Split('\n').Length);
        Assert.StartsWith("<svg", File.ReadAllText(_box.PathOf("a.svg")), StringComparison.Ordinal);
        string csv = _box.Tacit("forecast --model a.tacitmodel --steps 2 --paths 100 --seed 3 -o -").IsQuiet().Text;
        Assert.StartsWith("step,forecast,standard_error,low_80,high_80,low_95,high_95\n1,", csv, StringComparison.Ordinal);
        string drawn = _box.Tacit("generate --model a.tacitmodel -n 3 --paths 2 --seed 9").IsQuiet().Text;
        Assert.Equal(4, drawn.Trim().Split('\n').Length);
        Assert.Equal(drawn, _box.Tacit("generate --model=a.tacitmodel -n 3 --paths 2 --seed 9").Text);
        Assert.Contains("naive", _box.Tacit("evaluate --model a.tacitmodel --season 6").IsQuiet().Text, StringComparison.Ordinal);
        Assert.Contains("naive", _box.Tacit("evaluate --model a.tacitmodel a.csv --horizon 2 --first 100").IsQuiet().Text, StringComparison.Ordinal);
        Assert.Contains("kind ar", _box.Tacit("list a.tacitmodel").IsQuiet().Text, StringComparison.Ordinal);
        Assert.Equal("a.csv a.svg a.tacitmodel", _box.Names);
    }

    // A parabola that the last value hides from linear models.
    [UnixFact]
    public void ANonlinearModelHasTheSameCommands()
    {
        var lines = new List<string> { "x" };
        double x = 0.3;
        for (int t = 0; t < 200; t++, x = 3.9 * x * (1 - x))
            lines.Add(FormattableString.Invariant($"{x:0.0000}"));
        File.WriteAllText(_box.PathOf("map.csv"), string.Join('\n', lines) + "\n");
        string fit = _box.Tacit("train ar map.csv --nonlinear -p 1 --hidden 8 --steps 250 --seed 3 -o n.tacitmodel").IsQuiet().Text;
        Assert.Contains("the linear part", fit, StringComparison.Ordinal);
        Assert.Contains("the error (RMS) over the last fifth falls", fit, StringComparison.Ordinal);
        _box.Tacit("train ar map.csv --nonlinear -p 1 --hidden 8 --steps 250 --seed 3 -o again.tacitmodel -q").IsQuiet();
        Assert.Equal(File.ReadAllBytes(_box.PathOf("n.tacitmodel")), File.ReadAllBytes(_box.PathOf("again.tacitmodel")));
        string csv = _box.Tacit("forecast --model n.tacitmodel --steps 2 -o - --svg n.svg").IsQuiet().Text;
        string[] first = csv.Split('\n')[1].Split(',');
        Assert.InRange(double.Parse(first[1], System.Globalization.CultureInfo.InvariantCulture), x - 0.05, x + 0.05);
        string drawn = _box.Tacit("generate --model n.tacitmodel -n 3 --paths 2").IsQuiet().Text;
        Assert.Equal(4, drawn.Trim().Split('\n').Length);
        string[] rows = _box.Tacit("evaluate --model n.tacitmodel --first 170 --refit 15").IsQuiet().Text.Trim().Split('\n');
        Assert.Equal(["30", "nonlinear", "autoregression", "naive"], [rows[0].Split(' ')[0], .. rows[2..].Select(r => r.Split(' ')[0])]);
        Assert.Contains("kind nar", _box.Tacit("list n.tacitmodel").IsQuiet().Text, StringComparison.Ordinal);
        _box.Tacit("train ar map.csv --hidden 8 -o m").Says(1, "--nonlinear");
        _box.Tacit("train ar map.csv --nonlinear -p 0 -o m").Says(1, "nothing of the past");
        _box.Run("printf 'y\\n1\\n3\\n2\\n4\\n1\\n' | \"$TACIT\" train ar - --nonlinear -o m").Says(1, "too short");
    }

    [UnixFact]
    public void TroubleIsOneLine()
    {
        WriteSeries();
        _box.Tacit("train ar a.csv -o m").Says(1, "several columns");
        _box.Tacit("train ar a.csv --column z -o m").Says(1, "no column 'z'");
        _box.Tacit("train ar a.csv --column y").Says(1, "-o MODEL");
        _box.Tacit("train ar a.csv --column y -o m --method x").Says(1, "--method");
        _box.Tacit("train ar a.csv --column y -o m -p 3000").Says(1, "--order");
        _box.Run("printf 'y\\n1\\n1\\n1\\n1\\n1\\n' | \"$TACIT\" train ar - -o m").Says(1, "constant");
        _box.Run("printf 'y\\n1\\n\\n2\\n' | \"$TACIT\" train ar - -o m").Says(1, "gap");
        _box.Tacit("forecast").Says(1, "--model");
        _box.Tacit("forecast --model a.csv").Says(1, "safetensors");
        _box.Tacit("train ar a.csv --column y -o m -q").IsQuiet();
        _box.Tacit("train ar a.csv --column y -o m").Says(1, "exists");
        _box.Tacit("forecast --model m --level 120").Says(1, "--level");
        _box.Tacit("evaluate --model m --first 199 --horizon 5").Says(1, "too little");
        Assert.Equal("a.csv m", _box.Names);
    }

    [UnixFact]
    public void CompressChoosesNumericForTablesOnly()
    {
        WriteSeries();
        _box.WriteText("b", 5000);
        _box.Tacit("c a.csv b").IsQuiet();
        Assert.Contains("numeric", _box.Tacit("list a.csv.tacit").IsQuiet().Text, StringComparison.Ordinal);
        Assert.DoesNotContain("numeric", _box.Tacit("list b.tacit").IsQuiet().Text, StringComparison.Ordinal);
        _box.Run("\"$TACIT\" d -c a.csv.tacit | cmp - a.csv").IsQuiet();
        _box.Run("\"$TACIT\" c --elements uint8*4 -c b | \"$TACIT\" d -c | cmp - b").IsQuiet();
        _box.Tacit("c --elements int24 -c b").Says(1, "--elements");
        _box.Tacit("c --elements int16 --codec cm -c b").Says(1, "codec numeric");
        _box.Run("\"$TACIT\" c --codec numeric -c b | \"$TACIT\" d -c | cmp - b").IsQuiet();
    }

    // A noisy wave of period 6 in whole and tenth parts.
    private void WriteSeries()
    {
        var lines = new List<string> { "x,y" };
        ulong state = 1;
        for (int t = 0; t < 200; t++)
        {
            state = state * 6364136223846793005 + 1442695040888963407;
            lines.Add(FormattableString.Invariant($"{t},{10 * Math.Sin(t * Math.PI / 3) + (state >> 33) % 40 / 10.0:0.0}"));
        }
        File.WriteAllText(_box.PathOf("a.csv"), string.Join('\n', lines) + "\n");
    }
}

using System.Text.Json;
using System.Xml.Linq;
using Tacit.Learning;
using Tacit.Reports;

namespace Tacit.Tests.Learning.Training;

/// <summary>What a run writes besides models.</summary>
public sealed class TrainingFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AFileThatFailsLeavesWhatWasThere()
    {
        AtomicFile.Write(_folder["a"], s => s.Write([1, 2, 3]));
        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(_folder["a"], s =>
        {
            s.Write([4]);
            Assert.Equal(2, _folder.Names.Length);
            Assert.Equal([1, 2, 3], File.ReadAllBytes(_folder["a"]));
            throw new InvalidOperationException();
        }));
        Assert.Equal(["a"], _folder.Names);
        Assert.Equal([1, 2, 3], File.ReadAllBytes(_folder["a"]));
        AtomicFile.Write(_folder["a"], s => s.Write([5]));
        Assert.Equal([5], File.ReadAllBytes(_folder["a"]));
        Assert.ThrowsAny<IOException>(() => AtomicFile.Write(_folder["none/a"], s => s.Write([5])));
    }

    [Fact]
    public void LinksAndModesAreKept()
    {
        if (OperatingSystem.IsWindows())
            return;
        AtomicFile.Write(_folder["target"], s => s.Write([1]));
        File.SetUnixFileMode(_folder["target"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.CreateSymbolicLink(_folder["link"], "target");
        AtomicFile.Write(_folder["link"], s => s.Write([2]));
        Assert.Equal("target", new FileInfo(_folder["link"]).LinkTarget);
        Assert.Equal([2], File.ReadAllBytes(_folder["target"]));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder["target"]));
        Assert.Equal(["link", "target"], _folder.Names);
    }

    [Fact]
    public void TheLogIsALineOfJsonForEachReport()
    {
        using var text = new StringWriter();
        var log = new TrainingLog(text);
        new Trainer(Tiny.Task()) { ReportEvery = 2, Progress = log }.Run(Tiny.Options);
        string[] lines = text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        JsonElement[] objects = [.. lines.Select(l => JsonDocument.Parse(l).RootElement)];
        Assert.Equal([2, 4, 5, 6, 8, 10, 12, 14, 15, 16, 18, 20, 22, 24], objects.Select(o => o.GetProperty("step").GetInt32()));
        Assert.Equal([5, 10, 15, 20, 24], objects.Where(o => o.TryGetProperty("validation_loss", out _)).Select(o => o.GetProperty("step").GetInt32()));
        Assert.All(objects, o => Assert.InRange(o.GetProperty("loss").GetDouble(), 0.1, 6));
        Assert.All(objects, o => Assert.InRange(o.GetProperty("gradient_norm").GetDouble(), 1e-3, 100));
        Assert.Equal(lines[..3], TrainingLog.LinesUpTo(5, [.. lines, "{\"step\":", "", "5"]));
    }

    [Fact]
    public void TheCurveIsWellFormedAndInItsFrame()
    {
        LossPoint[] training = [.. Enumerable.Range(1, 300).Select(i => new LossPoint(i, 2 + 6.0 / i))];
        LossPoint[] validation = [new(100, 3.1), new(200, 2.6), new(300, 2.7)];
        foreach ((LossPoint[] some, LossPoint[] other) in ((LossPoint[], LossPoint[])[])[(training, validation), (training, []), ([], []), ([new(1, 1)], [new(1, 1)])])
        {
            using var text = new StringWriter();
            LossCurve.Write(text, "<a & b>", "bits", some, other);
            XElement svg = XElement.Parse(text.ToString());
            Assert.Contains("<a & b>", svg.Value, StringComparison.Ordinal);
            Assert.DoesNotContain("NaN", text.ToString(), StringComparison.Ordinal);
            Assert.Equal(other.Length == 3, svg.Value.Contains("2.6000 at step 200", StringComparison.Ordinal));
            foreach (XElement circle in svg.Elements(XName.Get("circle", "http://www.w3.org/2000/svg")))
            {
                Assert.InRange(double.Parse(circle.Attribute("cx")!.Value, null), 70, 836);
                Assert.InRange(double.Parse(circle.Attribute("cy")!.Value, null), 56, 408);
            }
        }
    }
}

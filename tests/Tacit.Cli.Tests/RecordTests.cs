using System.Buffers.Binary;
using System.Text;
using Tacit.Cli.Tests.Support;

namespace Tacit.Cli.Tests;

/// <summary>tacit train records: samples of every form, and clear errors.</summary>
public sealed class RecordTests : IDisposable
{
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    [UnixFact]
    public void SamplesOfEveryFormGiveTheSameModel()
    {
        string[] records = [.. Enumerable.Range(0, 60).Select(i => $"{{\"id\":{i * 7919 % 1000},\"state\":\"{(i % 3 == 0 ? "open" : "closed")}\"}}")];
        _box.Write("a.jsonl", Encoding.UTF8.GetBytes(string.Join('\n', records) + "\n"));
        _box.Write("crlf.txt", Encoding.UTF8.GetBytes(string.Join("\r\n", records)));
        var prefixed = new List<byte>();
        Directory.CreateDirectory(_box.PathOf("folder"));
        for (int i = 0; i < records.Length; i++)
        {
            byte[] record = Encoding.UTF8.GetBytes(records[i]), length = new byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(length, record.Length);
            prefixed.AddRange([.. length, .. record]);
            File.WriteAllBytes(_box.PathOf($"folder/{i:00}"), record);
        }
        _box.Write("a.bin", [.. prefixed]);

        Outcome shown = _box.Tacit("train records a.jsonl -o a.tacitmodel --profile fast");
        Assert.Equal(0, shown.ExitCode);
        Assert.Contains("60 samples", shown.Error, StringComparison.Ordinal);
        Assert.Contains("held out: 6 records", shown.Error, StringComparison.Ordinal);
        Assert.Contains("more samples would", shown.Error, StringComparison.Ordinal);
        byte[] model = _box.Read("a.tacitmodel");
        Assert.Contains("kind records", _box.Tacit("list a.tacitmodel").IsQuiet().Text, StringComparison.Ordinal);
        foreach (string samples in (string[])["crlf.txt", "folder", "--format prefixed a.bin", "- < a.jsonl"])
        {
            _box.Tacit($"train records -q -f --profile fast -o b.tacitmodel {samples}").IsQuiet();
            Assert.Equal(model, _box.Read("b.tacitmodel"));
        }
    }

    [UnixFact]
    public void WhatCannotBeIsAnError()
    {
        _box.Write("one", "alone\n"u8.ToArray());
        _box.Write("none", []);
        _box.Write("cut", [5, 0, 0, 0, 1, 2]);
        _box.Write("huge", [255, 255, 255, 127, 1]);
        _box.Tacit("train records none -o m").Says(1, "no samples");
        _box.Tacit("train records one -o m").Says(1, "one sample");
        _box.Tacit("train records one").Says(1, "-o MODEL");
        _box.Tacit("train records --format prefixed cut -o m").Says(1, "cut: ends inside of a record");
        _box.Tacit("train records --format prefixed huge -o m").Says(1, "huge: a record would have");
        _box.Tacit("train records one --profile small -o m").Says(1, "--profile");
        _box.Tacit("train records one --max-model 1K -o m").Says(1, "--max-model");
        _box.Tacit("train records one --format x -o m").Says(1, "--format");
        _box.Tacit("train records one -o none").Says(1, "exists already");
        _box.Tacit("train records one one -f -o one").Says(1, "same file");
        Assert.Equal("cut huge none one", _box.Names);
    }
}

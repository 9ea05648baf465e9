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
    public void RecordsOfAnArchiveAreReadAlone()
    {
        string[] records = [.. Enumerable.Range(0, 600).Select(i => $"{{\"id\":{i * 7919 % 1000},\"state\":\"{(i % 3 == 0 ? "open" : "closed")}\"}}\n")];
        byte[] data = _box.Write("a.jsonl", Encoding.UTF8.GetBytes(string.Concat(records)));
        _box.Tacit("train records -q a.jsonl --profile fast -o a.tacitmodel").IsQuiet();
        _box.Tacit("compress --records --model a.tacitmodel a.jsonl --verify").IsQuiet();
        Assert.InRange(_box.Read("a.jsonl.tacit").Length, 1, data.Length / 6);
        // The model lies beside the archive.
        Assert.Equal(records[417], _box.Tacit("d -c --record 417 a.jsonl.tacit").IsQuiet().Text);
        Assert.Equal(string.Concat(records[250..520]), _box.Tacit("d -c --records 250:520 a.jsonl.tacit").IsQuiet().Text);
        Assert.Equal(string.Concat(records[..3]), _box.Tacit("d -c --records :3 < a.jsonl.tacit --model a.tacitmodel").IsQuiet().Text);
        _box.Tacit("d --records 590: a.jsonl.tacit -o last").IsQuiet();
        Assert.Equal(string.Concat(records[590..]), Encoding.UTF8.GetString(_box.Read("last")));
        Assert.Equal(data, _box.Tacit("d -c a.jsonl.tacit").IsQuiet().Output);
        _box.Tacit("t a.jsonl.tacit").IsQuiet();
        Assert.Contains("records lines", _box.Tacit("l a.jsonl.tacit").IsQuiet().Text, StringComparison.Ordinal);
        Assert.Contains("a.tacitmodel", _box.Tacit("l -v a.jsonl.tacit").IsQuiet().Text, StringComparison.Ordinal);
        _box.Tacit("d -c --record 600 a.jsonl.tacit").Says(1, "no record 600; the archive has 600");
        _box.Tacit("d -c --records 5:601 a.jsonl.tacit").Says(1, "no record 600");
        _box.Tacit("d -c --record x a.jsonl.tacit").Says(1, "--record is");
        _box.Tacit("d -c --record 1 --range 0:1 a.jsonl.tacit").Says(1, "exclude each other");
        // A model of records makes the codec; embedded it is all there is to it.
        _box.Tacit("c --model a.tacitmodel --embed-model < a.jsonl > b.tacit").IsQuiet();
        _box.Run("rm a.tacitmodel").IsQuiet();
        Assert.Equal(records[599], _box.Tacit("d -c --record 599 b.tacit").IsQuiet().Text);
        _box.Tacit("d -c --record 1 a.jsonl.tacit").Says(1, "the model with SHA-256");
        // What is damaged costs its block.
        byte[] packed = _box.Read("b.tacit");
        packed[^300] ^= 4;
        _box.Write("b.tacit", packed);
        _box.Tacit("t b.tacit").Says(1, "damaged");
        Outcome salvaged = _box.Tacit("d --salvage b.tacit -o rescued");
        Assert.Equal(2, salvaged.ExitCode);
        Assert.StartsWith(string.Concat(records[..256]), Encoding.UTF8.GetString(_box.Read("rescued")), StringComparison.Ordinal);
    }

    [UnixFact]
    public void RowsAndPrefixedRecordsToo()
    {
        string[] rows = ["id,text\n", .. Enumerable.Range(0, 60).Select(i => $"{i},\"two\nlines {i * i}\",x\n")];
        _box.Write("a.csv", Encoding.UTF8.GetBytes(string.Concat(rows)));
        byte[][] prefixed = [.. rows.Select(r => (byte[])[(byte)r.Length, 0, 0, 0, .. Encoding.UTF8.GetBytes(r)])];
        _box.Write("a.bin", [.. prefixed.SelectMany(p => p)]);
        _box.Tacit("train records -q a.csv --profile fast -o a.tacitmodel").IsQuiet();
        _box.Tacit("c --records --model a.tacitmodel a.csv").IsQuiet();
        _box.Tacit("c --records --format prefixed --model a.tacitmodel a.bin").IsQuiet();
        Assert.Equal(rows[33], _box.Tacit("d -c --record 33 a.csv.tacit").IsQuiet().Text);
        Assert.Equal(prefixed[33], _box.Tacit("d -c --record 33 a.bin.tacit").IsQuiet().Output);
        Assert.Equal(_box.Read("a.bin"), _box.Tacit("d -c a.bin.tacit").IsQuiet().Output);
        _box.Tacit("c --records a.csv").Says(1, "train records");
        _box.Tacit("c --format csv a.csv").Says(1, "--format is for --records");
        _box.Tacit("c --records --codec cm --model a.tacitmodel a.csv").Says(1, "--records is a codec");
        _box.Tacit("c --records --format xml --model a.tacitmodel a.csv").Says(1, "--format is one of");
        _box.Tacit("c --records --model a.tacitmodel --format prefixed a.csv -o b").Says(1, "length-prefixed");
        Assert.Equal("a.bin a.bin.tacit a.csv a.csv.tacit a.tacitmodel", _box.Names);
    }

    // A mark that opens nothing, or is never closed, does not make one record of all that follows.
    [UnixFact]
    public void StrayQuotationMarksAreNoHarm()
    {
        string rows = string.Concat(Enumerable.Range(0, 3000).Select(i => $"{i},5\" x {i % 7}\",plain text of a cell,{i * 31 % 100}\n"));
        _box.Write("a.csv", Encoding.UTF8.GetBytes(rows));
        Assert.Contains("3000 samples", _box.Tacit("train records a.csv --profile fast -o m").Error, StringComparison.Ordinal);
        _box.Write("b.csv", Encoding.UTF8.GetBytes("a,\"never closed\n" + rows.Replace("\"", "", StringComparison.Ordinal)));
        Assert.Contains(" samples", _box.Tacit("train records b.csv --profile fast -f -o m").Error, StringComparison.Ordinal);
        _box.Write("long", Encoding.UTF8.GetBytes(new string('x', 600_000) + "\n" + rows));
        Outcome outcome = _box.Tacit("train records long --profile fast -f -o m");
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("1 of 3001 samples have more than 524288 bytes", outcome.Error, StringComparison.Ordinal);
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

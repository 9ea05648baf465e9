using System.Text.RegularExpressions;
using Tacit.Compression;
using Tacit.Modeling.ContextMixing;
using Tacit.Reports;
using Tacit.Tests.Support;

namespace Tacit.Tests.Inspection;

/// <summary>What inspection says of a file: costs that add up to what the codec writes, and a page that carries them.</summary>
public class ByteCostTests
{
    [Theory, InlineData(1), InlineData(5), InlineData(9)]
    public void CostsAddUpToTheCodedSize(int level)
    {
        byte[] data = Samples.Text(20_000);
        ByteCosts costs = CostMeasurement.Measure("text", data, level);
        var options = new TacitCompressionOptions { Level = level };
        byte[] packed = new byte[TacitEncoder.GetMaxCompressedLength(data.Length, options)];
        Assert.True(TacitEncoder.TryCompress(data, packed, out int length, options));
        int coded = TacitArchive.Open(new MemoryStream(packed, 0, length)).Frames[0].Blocks[0].CodedLength;
        Assert.InRange(costs.TotalBits / 8, coded - 10, coded + 10);
        foreach (IReadOnlyList<CostTotal> totals in new[] { costs.ByKind(), costs.ByClass() })
        {
            Assert.Equal(data.Length, totals.Sum(t => t.Bytes));
            Assert.Equal(costs.TotalBits, totals.Sum(t => t.Bits), tolerance: 0.01);
        }
    }

    [Fact]
    public void WithModelsTooAndEachTellsWhatItSaves()
    {
        byte[] data = Samples.Text(3000, 6);
        foreach (TacitModel[] models in new TacitModel[][] { [TinyModels.Text], [TinyModels.Prior], [TinyModels.Text, TinyModels.Prior] })
        {
            ByteCosts costs = CostMeasurement.Measure("text", data, 5, models);
            var options = new TacitCompressionOptions { Codec = TacitCodecChoice.For(models), Models = models };
            int coded = TacitArchive.Open(new MemoryStream(Pack.CompressParts([data, [1]], options))).Frames[0].Blocks[0].CodedLength;
            Assert.InRange(costs.TotalBits / 8, coded - 10, coded + 10);
            Assert.All(models, model => Assert.Contains($"a {model.Kind} {model.Sha256[..8]}", costs.Model, StringComparison.Ordinal));
            int part = costs.Kinds.ToList().IndexOf("language model");
            Assert.Equal(models[0] == TinyModels.Text, part >= 0 && costs.Saved[part] > 0);
        }
        Assert.Throws<ArgumentException>(() => CostMeasurement.Measure("text", data, 6, [TinyModels.Prior]));
    }

    [Fact]
    public void WhatRepeatsIsForeseenByAMatchOrAHighOrder()
    {
        byte[] part = Samples.Noise(3000, 5);
        ByteCosts costs = CostMeasurement.Measure("twice", (byte[])[.. part, .. part], 5);
        float[] bits = costs.Bits.ToArray();
        Assert.InRange(bits[..3000].Average(), 7.5f, 9f);
        Assert.InRange(bits[3100..].Average(), 0f, 0.5f);
    }

    [Fact]
    public void EveryContextHasAName()
    {
        foreach (BlockKind kind in Enum.GetValues<BlockKind>())
        {
            Assert.Equal(ContextSet.Names(kind).Count, ContextSet.Available(kind));
            Assert.InRange(ContextSet.Available(kind), 8, ContextSet.Max);
            Assert.All(ContextSet.Names(kind), name => Assert.Matches("^[0-9a-z -]+$", name));
        }
        Assert.Equal("order 3", ContextSet.Names(BlockKind.Text)[0]);
    }

    [Fact]
    public void ThePageCarriesTheDataAndNeedsNothingElse()
    {
        byte[] data = "<b>&amp; \"{{data}}\" 文</b>"u8.ToArray();
        var writer = new StringWriter();
        CostPage.Write(writer, CostMeasurement.Measure("<script>{{costs}}", data, 1));
        string page = writer.ToString();
        Assert.Contains(Convert.ToBase64String(data), page, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotMatch(new Regex("(src|href)=|https?://(?!www\\.w3\\.org)"), page);
        Assert.DoesNotContain("{{kinds}}", page, StringComparison.Ordinal);
    }

    [Fact]
    public void EmptyDataHasNoCost()
    {
        ByteCosts costs = CostMeasurement.Measure("empty", ReadOnlyMemory<byte>.Empty, 5);
        Assert.Equal(0, costs.TotalBits);
        CostText.WriteTotals(new StringWriter(), costs);
        CostPage.Write(new StringWriter(), costs);
    }

    [Fact]
    public void TheTerminalTextKeepsTheCharacters()
    {
        byte[] data = "Grüße, 世界\n\u0001\xff"u8.ToArray();
        var writer = new StringWriter();
        CostText.WriteColoured(writer, CostMeasurement.Measure("text", data, 1));
        string plain = Regex.Replace(writer.ToString(), "\e\\[[0-9;]*m", "");
        Assert.StartsWith("Grüße, 世界\n·", plain, StringComparison.Ordinal);
    }
}

using System.Text;
using Tacit.Compression;
using Tacit.Modeling;
using Tacit.Modeling.Records;

namespace Tacit.Tests.Records;

/// <summary>Models of records: the same bytes for the same samples, within their size, from any samples, and safe to load.</summary>
public class RecordTrainingTests
{
    [Fact]
    public void TheSameSamplesGiveTheSameFile() =>
        Assert.Equal(RecordSamples.ModelFile(RecordProfile.Fast),
            RecordTraining.Train(RecordSamples.Users(1, 200), new RecordTrainingOptions { Profile = RecordProfile.Fast }));

    [Theory, InlineData(RecordProfile.Fast), InlineData(RecordProfile.Best)]
    public void AModelKeepsToItsSize(RecordProfile profile)
    {
        // Noise in text, whose contexts take far more than may be.
        byte[][] samples = [.. Enumerable.Range(0, 200).Select(i => Encoding.ASCII.GetBytes(
            Convert.ToBase64String(RecordSamples.Noise((ulong)i, 300))))];
        byte[] file = RecordTraining.Train(samples, new RecordTrainingOptions { MaxModelSize = 1 << 16, Profile = profile });
        Assert.True(file.Length <= 1 << 16, $"{file.Length} bytes");
        RoundTrip(file, samples[0]);
    }

    [Fact]
    public void TooFewSamplesAreAnError()
    {
        Assert.Contains("no samples", Assert.Throws<ArgumentException>(() => RecordTraining.Train([])).Message, StringComparison.Ordinal);
        Assert.Contains("One sample", Assert.Throws<ArgumentException>(() => RecordTraining.Train([[1, 2, 3]])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnySamplesGiveAModelThatKeepsData()
    {
        byte[][][] kinds =
        [
            [[], []],
            [.. Enumerable.Repeat("all the same"u8.ToArray(), 50)],
            [.. Enumerable.Range(0, 40).Select(i => RecordSamples.Noise((ulong)i, i * 3))],
            [.. Enumerable.Range(0, 60).Select(i => Encoding.ASCII.GetBytes($"{i},{i * i % 97},{(i % 3 == 0 ? "\"a,b\"" : "c")},2024-01-{i % 28 + 1:00}"))],
            [.. Enumerable.Range(0, 60).Select(i => (byte[])[1, 0, (byte)i, 0, 10, 10, (byte)(i * 7), 0, 0, 255])],
            [.. Enumerable.Range(0, 60).Select(i => Encoding.UTF8.GetBytes($"2024-01-01 12:{i % 60:00}:01 WARN näme={i} 接続 {i * 7919}"))],
            [.. Enumerable.Range(0, 40).Select(i => Encoding.ASCII.GetBytes(new string('[', i) + new string('{', i) + "\"a\":" + new string(']', 2 * i)))],
        ];
        foreach (byte[][] samples in kinds)
        {
            byte[] file = RecordTraining.Train(samples);
            foreach (byte[] sample in samples)
                RoundTrip(file, sample);
            RoundTrip(file, [.. "something else"u8]);
        }
    }

    [Fact]
    public void KindsAreTold()
    {
        Assert.Equal(RecordSyntax.Json, RecordSamples.Model().Syntax);
        Assert.Equal((RecordSyntax.Rows, (byte)';'), RecordSyntaxDetection.Detect([[.. "a;b;1,2"u8], [.. "c;d;3,4"u8]]));
        Assert.Equal(RecordSyntax.Text, RecordSyntaxDetection.Detect([[.. "one, two"u8], [.. "three"u8]]).Syntax);
        Assert.Equal(RecordSyntax.Binary, RecordSyntaxDetection.Detect([[0, 1, 2], [0, 2, 3]]).Syntax);
    }

    [Theory, InlineData(RecordProfile.Fast), InlineData(RecordProfile.Best)]
    public void ADamagedModelIsRefusedOrKeepsData(RecordProfile profile)
    {
        byte[] file = RecordSamples.ModelFile(profile);
        byte[] user = RecordSamples.Users(3, 1)[0];
        int refused = 0;
        for (int i = 0; i < file.Length; i += 1 + file.Length / 400)
        {
            byte[] damaged = [.. file];
            damaged[i] ^= (byte)(1 << i % 8);
            try
            {
                RoundTrip(damaged, user);
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }
        Assert.True(refused > 0);
        for (int length = 0; length < file.Length; length += 1 + file.Length / 100)
            Assert.ThrowsAny<InvalidDataException>(() => RecordModel.Load(new MemoryStream(file[..length])));
    }

    [Fact]
    public void AnotherKindOfModelIsRefused()
    {
        using var file = new ModelFile(new MemoryStream(RecordSamples.ModelFile(RecordProfile.Fast)));
        Assert.Equal("records", file.Kind);
        Assert.Throws<InvalidDataException>(() => ModelRegistry.Standard.Load<Tacit.Modeling.Transformers.Gpt>(file));
    }

    [Fact]
    public void AReservoirTakesAFairPartInOrder()
    {
        var all = new SampleReservoir(long.MaxValue, 1);
        var some = new SampleReservoir(20_000, 1);
        var again = new SampleReservoir(20_000, 1);
        for (int i = 0; i < 5000; i++)
        {
            byte[] sample = BitConverter.GetBytes(i);
            all.Add(sample);
            some.Add(sample);
            again.Add(sample);
        }
        Assert.Equal(5000, all.Samples.Count);
        int[] taken = [.. some.Samples.Select(s => BitConverter.ToInt32(s))];
        Assert.InRange(taken.Length, 250, 20_000 / 36);
        Assert.Equal(taken.Order(), taken);
        Assert.InRange(taken.Average(), 2000, 3000);
        Assert.Equal(some.Samples, again.Samples);
    }

    [Fact]
    public void AReservoirLeavesOutWhatIsNoSmallRecord()
    {
        var reservoir = new SampleReservoir(16_000, 1);
        for (int i = 0; i < 100; i++)
            reservoir.Add(new byte[i % 10 == 0 ? 1001 : 500]);
        Assert.Equal(10, reservoir.TooLong);
        Assert.Equal(1000, reservoir.MaxLength);
        Assert.All(reservoir.Samples, sample => Assert.Equal(500, sample.Length));
        Assert.InRange(reservoir.Samples.Count, 2, 30);
        // Never fewer than can be learnt from, however few there is room for.
        var tight = new SampleReservoir(1, 2);
        for (int i = 0; i < 1000; i++)
            tight.Add([(byte)i]);
        Assert.InRange(tight.Samples.Count, 2, 4);
    }

    [Fact]
    public void WhatIsCountedLeastIsForgottenWhenThereIsNoRoom()
    {
        const int Most = 2000;
        RecordPlan plan = RecordPlan.Of(RecordProfile.Fast);
        var scanner = new RecordScanner(RecordSyntax.Text, 0);
        byte[] known = [.. "known template "u8];
        ContextCounts counts = new(Most), alone = new();
        for (int i = 0; i < 300; i++)
        {
            counts.Add(known, plan.Contexts, ref scanner, 1);
            alone.Add(known, plan.Contexts, ref scanner, 1);
            counts.Add(RecordSamples.Noise((ulong)i, 50), plan.Contexts, ref scanner, 1);
            Assert.InRange(counts.ContextCount, 1, Most);
        }
        counts.MarkNeeded(known, plan, ref scanner);
        alone.MarkNeeded(known, plan, ref scanner);
        Assert.InRange(alone.Kept((_, _) => true), 20, 80);
        int kept = alone.Kept((_, seen) => seen >= 300);     // beside noise more are needed, for their parents say less
        Assert.InRange(counts.Kept((_, seen) => seen >= 300), kept, 2 * kept);
    }

    [Fact]
    public void ATableThatHoldsNoMoreSaysSo()
    {
        byte[] symbols = [.. Enumerable.Range(0, SymbolTableCode.MaxSymbols).Select(i => (byte)i)], classes = new byte[SymbolTableCode.MaxSymbols];
        int most = SymbolTable.MaxLists / SymbolTable.ListLength(symbols.Length);
        var table = new SymbolTable(18, 100);
        for (int i = 0; i < most; i++)
            table.Add(2 * i, 1, symbols, classes);
        Assert.Contains("longer lists", Assert.Throws<InvalidDataException>(() => table.Add(2 * most, 1, symbols, classes)).Message, StringComparison.Ordinal);
        table = new SymbolTable(8, 100);
        for (int i = 0; i < 224; i++)
            table.Add(i, 1, [65], [0]);
        Assert.Contains("than places", Assert.Throws<InvalidDataException>(() => table.Add(230, 1, [65], [0])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TalliesForgetWhatWasCountedLeast()
    {
        var tally = new Tally<int>(100);
        for (int i = 0; i < 10_000; i++)
        {
            tally.Add(-1 - i % 7);
            tally.Add(i);
            Assert.InRange(tally.Counts.Count, 1, 100);
        }
        Assert.Equal(10_000, Enumerable.Range(1, 7).Sum(i => tally.CountOf(-i)));
        Assert.Equal(1, tally.CountOf(9_999));
        Assert.Equal(0, tally.CountOf(3));
    }

    [Fact]
    public void TablesAndLinksMadeUpToBeSlowAreRefused()
    {
        foreach (int step in (int[])[0, 1])
        {
            var table = new SymbolTable(16, 100);
            int added = 0;
            Assert.Throws<InvalidDataException>(() =>
            {
                for (; added < 40_000; added++)
                    table.Add(step * added, 1, [65], [0]);
            });
            Assert.InRange(added, 1000, 5000);
        }
        // At the end of the places they go on at the beginning.
        var wrapped = new SymbolTable(8, 100);
        wrapped.Add(0, 3, [65], [0]);
        for (int i = 0; i < 5; i++)
            wrapped.Add(254, 4 + i, [(byte)(66 + i)], [0]);
        Assert.Equal(6, wrapped.Count);
        byte[] links = new byte[RecordLinks.EntrySize * (RecordLinks.MaxLinks + 1)];
        Array.Fill(links, (byte)1);
        Assert.Throws<InvalidDataException>(() => RecordLinks.Read(links));
        Assert.Equal(RecordLinks.MaxLinks, RecordLinks.Read(links.AsSpan(RecordLinks.EntrySize)).Links.Count);
    }

    [Fact]
    public void LinksThatHeldMostAreKept()
    {
        // Template i repeats its own word; the later, the more often.
        byte[][] samples = [.. Enumerable.Range(0, 40).SelectMany(i => Enumerable.Range(0, 4 + i / 4).Select(k =>
            Encoding.ASCII.GetBytes($"{Letters(i)} {k * 7919 + 13 * i}x; again{Letters(i)} {k * 7919 + 13 * i}x")))];
        var scanner = new RecordScanner(RecordSyntax.Text, 0);
        IReadOnlyList<RecordLink> all = RecordLinks.Learn(samples, scanner, RecordLinks.MaxLinks).Links, few = RecordLinks.Learn(samples, scanner, 5).Links;
        Assert.InRange(all.Count, 40, 200);
        Assert.Equal(all.Take(5), few);

        static string Letters(int number) => $"{(char)('a' + number / 20)}{(char)('a' + number % 20)}";
    }

    [Fact]
    public void AnotherCodersModelIsRefused()
    {
        byte[] file = RecordSamples.ModelFile(RecordProfile.Fast);
        int at = file.AsSpan().IndexOf("coder"u8);
        Assert.True(at > 0);
        int digit = at + file.AsSpan(at).IndexOfAnyInRange((byte)'0', (byte)'9');
        file = [.. file];
        file[digit]++;
        Assert.Contains("coder", Assert.Throws<InvalidDataException>(() => RecordModel.Load(new MemoryStream(file))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TrainingStopsWhenItIsToldTo()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => RecordTraining.Train(RecordSamples.Users(1, 50), null, stop.Token));
    }

    private static void RoundTrip(byte[] file, byte[] record)
    {
        using var codec = new RecordCodec(RecordModel.Load(new MemoryStream(file)));
        byte[] coded = new byte[codec.GetMaxCompressedLength(record.Length)], back = new byte[record.Length];
        Assert.True(codec.TryCompress(record, coded, out int length));
        Assert.True(codec.TryDecompress(coded.AsSpan(0, length), back, out int decoded));
        Assert.Equal(record, back[..decoded]);
    }
}

using Tacit.Modeling;
using Tacit.Modeling.ContextMixing;
using Tacit.Tests.Support;
using SampleData = Tacit.Tests.Support.Samples;

namespace Tacit.Tests.ContextMixing;

/// <summary>What was learnt beforehand: as good as having seen the data, the same from a file, and harmless when damaged.</summary>
public class PriorTests
{
    private static readonly byte[] Data = SampleData.Text(12_000, 3), Like = SampleData.Text(3_000, 4);

    [Theory, InlineData(1), InlineData(3), InlineData(5), InlineData(6), InlineData(9)]
    public void AFileGivesThePriorBackExactly(int level)
    {
        MixerPrior prior = Learn(level);
        int cold = Cost(level, null, Like), primed = Cost(level, prior, Like);
        Assert.InRange(primed, 1, cold * 9 / 10);
        MixerPrior read = Read(TextFile(prior));
        Assert.Equal(Probabilities(level, prior), Probabilities(level, read));
        Assert.Equal(TextFile(prior), TextFile(read));
    }

    [Theory, InlineData(1), InlineData(5), InlineData(9)]
    public void AStateIsNearlyAsGoodAndKeepsToItsSize(int level)
    {
        MixerPrior prior = Learn(level);
        byte[] file = StateFile(prior, 1 << 17);
        Assert.InRange(file.Length, 1 << 12, 1 << 17);
        int cold = Cost(level, null, Like), primed = Cost(level, prior, Like), state = Cost(level, Read(file), Like);
        Assert.InRange(state, primed * 9 / 10, (cold + primed) / 2);
        Assert.Equal(file, StateFile(Learn(level), 1 << 17));
    }

    [Fact]
    public void BlocksLargerThanThePriorGetLargerTables()
    {
        MixerPrior prior = Learn(5);
        byte[] large = SampleData.Text(1 << 19, 5);
        using var model = new ContextMixer(new ContextMixerOptions { Level = 5, Prior = prior });
        model.Reset(large.Length, prior.Structure);
        Assert.True(model.AllocatedMemory > ContextMixer.WorkingMemory(5, large.Length) / 4);
        Assert.InRange(model.AllocatedMemory, 1, ContextMixer.WorkingMemory(prior, large.Length));
        Assert.InRange(Cost(5, prior, large), 1, Cost(5, null, large) - 1);
    }

    [Fact]
    public void OtherStructuresBeginWithNothing()
    {
        byte[] rows = SampleData.Mixed(4000, 1);
        using var primed = new ContextMixer(new ContextMixerOptions { Level = 5, Prior = Learn(5) });
        using var cold = new ContextMixer(new ContextMixerOptions { Level = 5 });
        primed.Reset(rows.Length);
        cold.Reset(rows.Length);
        foreach (byte value in rows)
        {
            for (int i = 7; i >= 0; i--)
            {
                Assert.Equal(cold.Probability, primed.Probability);
                cold.Update(value >> i & 1);
                primed.Update(value >> i & 1);
            }
        }
        Assert.Throws<ArgumentException>(() => new ContextMixer(new ContextMixerOptions { Level = 4, Prior = Learn(5) }));
    }

    [Fact]
    public void OnlyTheFirstPartIsLearntIfItsCodeIsToBeShort()
    {
        MixerPrior prior = MixerPrior.Learn(Data, 5, new BlockStructure(BlockKind.Text), mostCode: 700);
        Assert.InRange(prior.Text.Length, 1000, Data.Length - 1);
        Assert.InRange(TextFile(prior).Length, 500, 700 + 1024);
        Assert.Throws<ArgumentException>(() => TextFile(Read(StateFile(prior, 1 << 16))));
    }

    [Fact]
    public void AStateThatDoesNotFitIsNotWritten()
    {
        MixerPrior prior = MixerPrior.Learn(SampleData.Text(60_000, 7), 9, new BlockStructure(BlockKind.Text));
        Assert.Contains("takes more", Assert.Throws<InvalidDataException>(() => StateFile(prior, 1 << 14)).Message, StringComparison.Ordinal);
        Assert.Equal(9, Read(StateFile(prior, 1 << 18)).Level);
    }

    [Fact]
    public void APriorOfAnotherCmIsRefused()
    {
        byte[] file = TextFile(MixerPrior.Learn(Data.AsMemory(0, 1500), 2, new BlockStructure(BlockKind.Text)));
        Assert.Contains("version 7 of cm", Assert.Throws<InvalidDataException>(() => Read(Changed(file, "\"model_version\":1", "\"model_version\":7"))).Message, StringComparison.Ordinal);
        // The text's own hash is not in the file twice: what another cm would decode to is noticed.
        string text = System.Text.Encoding.Latin1.GetString(file);
        Assert.Contains(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Data.AsSpan(0, 1500))), text, StringComparison.Ordinal);
    }

    [Fact]
    public void LoadingIsCountedAndCanBeStopped()
    {
        foreach (int level in new[] { 1, 9 })
        {
            MixerPrior prior = Learn(level);
            foreach (byte[] file in new[] { TextFile(prior), StateFile(prior, 1 << 17) })
            {
                using var model = new ModelFile(new MemoryStream(file));
                using MixerPrior read = ModelRegistry.Standard.Load<MixerPrior>(model);
                Assert.True(ModelRegistry.Standard.MemoryOf(model) >= read.Memory + model.ParameterCount - read.Text.Length);
                using var cancelled = new CancellationTokenSource();
                cancelled.Cancel();
                Assert.ThrowsAny<OperationCanceledException>(() => ModelRegistry.Standard.Load<MixerPrior>(model, cancelled.Token));
            }
        }
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => PriorModel.WriteState(Stream.Null, Learn(2), 1 << 17, stop.Token));
        Assert.ThrowsAny<OperationCanceledException>(() => Tacit.Compression.TacitModel.Load(new MemoryStream(TextFile(Learn(2))), 0, stop.Token));
    }

    private static byte[] Changed(byte[] file, string from, string to) =>
        System.Text.Encoding.Latin1.GetBytes(System.Text.Encoding.Latin1.GetString(file).Replace(from.Replace("\"", "\\\"", StringComparison.Ordinal), to.Replace("\"", "\\\"", StringComparison.Ordinal), StringComparison.Ordinal));

    [Theory, InlineData(false), InlineData(true)]
    public void DamageIsAnError(bool state)
    {
        MixerPrior prior = MixerPrior.Learn(Data.AsMemory(0, 1500), 2, new BlockStructure(BlockKind.Text));
        byte[] file = state ? StateFile(prior, 1 << 14) : TextFile(prior);
        for (int length = 0; length < file.Length; length += 1 + length / 8)
            Assert.Throws<InvalidDataException>(() => Read(file[..length]));
        var random = new SplitMix64(7);
        int refused = 0;
        for (int round = 0; round < 60; round++)
        {
            byte[] damaged = [.. file];
            damaged[(int)(random.Next() % (ulong)(round % 2 == 0 ? file.Length : 600))] ^= (byte)(1 << (int)(random.Next() & 7));
            try
            {
                Cost(2, Read(damaged), Like.AsSpan(0, 100));
            }
            catch (Exception e) when (e is InvalidDataException or ArgumentException)
            {
                refused++;      // an ArgumentException: the level became another
            }
        }
        Assert.InRange(refused, 55, 60);     // a changed length of the text, or name in the metadata, may pass
    }

    private static MixerPrior Learn(int level) => MixerPrior.Learn(Data, level, new BlockStructure(BlockKind.Text));

    private static byte[] TextFile(MixerPrior prior)
    {
        using var stream = new MemoryStream();
        PriorModel.WriteText(stream, prior, new KeyValuePair<string, string>("data_bytes", "12000"));
        return stream.ToArray();
    }

    private static byte[] StateFile(MixerPrior prior, int size)
    {
        using var stream = new MemoryStream();
        PriorModel.WriteState(stream, prior, size);
        return stream.ToArray();
    }

    private static MixerPrior Read(byte[] file)
    {
        using var model = new ModelFile(new MemoryStream(file));
        return ModelRegistry.Standard.Load<MixerPrior>(model);
    }

    // Bytes that the data costs, about.
    private static int Cost(int level, MixerPrior? prior, ReadOnlySpan<byte> data)
    {
        using var model = new ContextMixer(new ContextMixerOptions { Level = level, Prior = prior });
        return StructureTrial.Cost(data, new BlockStructure(BlockKind.Text), model, new byte[data.Length + 1000]);
    }

    private static List<uint> Probabilities(int level, MixerPrior prior)
    {
        var seen = new List<uint>();
        using var model = new ContextMixer(new ContextMixerOptions { Level = level, Prior = prior });
        model.Reset(Like.Length, prior.Structure);
        foreach (byte value in Like)
        {
            for (int i = 7; i >= 0; i--)
            {
                seen.Add(model.Probability);
                model.Update(value >> i & 1);
            }
        }
        return seen;
    }
}

using Tacit.Modeling.ContextMixing;

namespace Tacit.Tests.ContextMixing;

public class BlockStructureTests
{
    [Theory]
    [InlineData("text", BlockKind.Text)]
    [InlineData("utf8", BlockKind.Text)]
    [InlineData("random", BlockKind.Binary)]
    [InlineData("zeros", BlockKind.Binary)]
    public void KindsAreToldApart(string sample, BlockKind kind) =>
        Assert.Equal(new BlockStructure(kind), BlockStructure.Detect(Samples.Make(sample, 30_000)));

    [Fact]
    public void RowLengthsAreFound() =>
        Assert.Equal(new BlockStructure(BlockKind.Rows, 24), BlockStructure.Detect(Samples.Make("records", 30_000)));

    [Fact]
    public void FaintRowsAreACandidateToo()
    {
        byte[] data = Samples.Make("random", 60_000);
        Span<BlockStructure> candidates = stackalloc BlockStructure[BlockStructure.MaxCandidates];
        int count = BlockStructure.Candidates(data, candidates);
        Assert.Equal([new(BlockKind.Binary), new(BlockKind.Text)], candidates[..count].ToArray());
        var random = new Samples.Lcg(9);
        for (int i = 9; i < data.Length; i++)
            data[i] = random.Next(64) == 0 ? data[i - 9] : data[i];
        count = BlockStructure.Candidates(data, candidates);
        Assert.Equal([new(BlockKind.Binary), new(BlockKind.Rows, 9), new(BlockKind.Text)], candidates[..count].ToArray());
    }

    [Theory]
    [InlineData("picture", BlockKind.Bilevel, 60)]
    [InlineData("records", BlockKind.Rows, 24)]
    [InlineData("text", BlockKind.Text, 0)]
    [InlineData("chinese", BlockKind.Ideographs, 0)]
    public void ATrialChoosesWhatCostsLeast(string sample, BlockKind kind, int row)
    {
        using var model = new ContextMixer(new ContextMixerOptions { Level = 3 });
        Assert.Equal(new BlockStructure(kind, row), StructureTrial.Choose(Samples.Make(sample, 60_000), model));
    }

    [Fact]
    public void OnlyWhatCannotBeModelledIsIncompressible()
    {
        const int Length = 2 * Incompressibility.MinLength;
        using var model = new ContextMixer(new ContextMixerOptions { Level = 1 });
        byte[] noise = Samples.Make("random", Length);
        Assert.True(Incompressibility.Holds(noise, model));
        Assert.False(Incompressibility.Holds(noise.AsSpan(0, Incompressibility.MinLength - 1), model));   // too short to ask
        foreach (string kind in Samples.Kinds)
            Assert.Equal(kind == "random", Incompressibility.Holds(Samples.Make(kind, Length), model));

        byte[] half = [.. noise.AsSpan(0, Length / 2), .. noise.AsSpan(0, Length / 2)];
        Assert.False(Incompressibility.Holds(half, model));   // even, but it repeats
        byte[] patched = [.. noise];
        Samples.Make("text", 40_000).CopyTo(patched, Length / 2);
        Assert.False(Incompressibility.Holds(patched, model));   // a part is text
    }

    [Fact]
    public void AnyShortInputHasAnAnswer()
    {
        for (int length = 0; length < 200; length++)
        {
            foreach (string kind in Samples.Kinds)
                Assert.True(BlockStructure.Detect(Samples.Make(kind, length)).Kind <= BlockStructure.LastKind);
        }
    }
}

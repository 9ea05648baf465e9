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
    public void AnyShortInputHasAnAnswer()
    {
        for (int length = 0; length < 200; length++)
        {
            foreach (string kind in Samples.Kinds)
                Assert.True(BlockStructure.Detect(Samples.Make(kind, length)).Kind <= BlockKind.Rows);
        }
    }
}

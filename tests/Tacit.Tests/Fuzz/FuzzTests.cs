namespace Tacit.Tests.Fuzz;

/// <summary>A slice of what tests/Tacit.Fuzz runs at length.</summary>
public class FuzzTests
{
    private const int Count = 2000;

    [Fact]
    public void ChangedArchivesDoNoHarm()
    {
        var corpus = new FuzzCorpus();
        var run = new FuzzRun(corpus, TimeSpan.FromSeconds(10));
        for (int number = 0; number < Count; number++)
        {
            FuzzCase fuzzCase = FuzzCase.Make(corpus, seed: 1, number);
            string? failure = run.Check(fuzzCase);
            Assert.True(failure is null, $"case {number} ({fuzzCase.What}): {failure}\n" +
                $"dotnet run -c Release --project tests/Tacit.Fuzz -- --seed 1 --first {number} --count 1");
        }
        Assert.InRange(run.Accepted, 1, Count / 4);   // some changes are harmless; if many were, they would test nothing
    }

    [Fact]
    public void TheCorpusIsIntactAndCasesRepeat()
    {
        var corpus = new FuzzCorpus();
        var run = new FuzzRun(corpus, TimeSpan.FromSeconds(10));
        foreach ((byte[] packed, _) in corpus.Archives)
            Assert.Null(run.Check(new FuzzCase(packed, false, "")));
        Assert.Equal(corpus.Archives.Count, run.Accepted);
        FuzzCase again = FuzzCase.Make(new FuzzCorpus(), 7, 123);
        Assert.Equal(again.Bytes, FuzzCase.Make(corpus, 7, 123).Bytes);
        Assert.NotEqual(again.Bytes, FuzzCase.Make(corpus, 8, 123).Bytes);
        Assert.NotEqual(again.Bytes, FuzzCase.Make(corpus, 7, 124).Bytes);
    }
}

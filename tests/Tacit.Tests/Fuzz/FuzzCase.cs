using Tacit.Tests.Support;

namespace Tacit.Tests.Fuzz;

/// <summary>A changed archive, made from a seed and a number alone.</summary>
/// <param name="Bytes">The changed archive.</param>
/// <param name="Forged">True if check sums were computed anew, so that other data may legitimately come out.</param>
/// <param name="What">The changes, in words.</param>
internal sealed record FuzzCase(byte[] Bytes, bool Forged, string What)
{
    /// <summary>The same case for the same numbers, whatever ran before.</summary>
    public static FuzzCase Make(FuzzCorpus corpus, ulong seed, long number)
    {
        var generator = new Samples.Generator(new Samples.Generator(seed).Next() ^ ((ulong)number * 0xD1B54A32D192ED03));
        byte[] bytes = corpus.Archives[generator.Below(corpus.Archives.Count)].Packed;
        var what = new List<string>();
        bool forged = false;
        int changes = 1 + (generator.Below(3) == 0 ? generator.Below(6) : 0);
        for (int i = 0; i < changes; i++)
        {
            (bytes, string change, bool repaired) = Mutation.Apply(bytes, corpus, generator);
            what.Add(change);
            forged |= repaired;
        }
        return new FuzzCase(bytes, forged, string.Join(", ", what));
    }
}

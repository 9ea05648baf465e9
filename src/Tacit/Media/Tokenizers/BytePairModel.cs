namespace Tacit.Media;

/// <summary>What a tokenizer.json says, checked: every token has bytes, every byte has a token.</summary>
internal sealed class BytePairModel
{
    /// <summary>Tokens by their bytes, as keys of <see cref="ByteStrings"/>; without the added ones.</summary>
    public required Dictionary<string, int> Ids { get; init; }

    /// <summary>The same in the order of the file.</summary>
    public required IReadOnlyList<(string Key, int Id)> Tokens { get; init; }

    /// <summary>Added tokens.</summary>
    public required IReadOnlyList<(byte[] Content, int Id)> Added { get; init; }

    /// <summary>Which tokens are merged to which, the first rule first.</summary>
    public required IReadOnlyList<(int Left, int Right, int Merged)> Merges { get; init; }

    /// <summary>The token of each byte.</summary>
    public required int[] ByteTokens { get; init; }

    /// <summary>One more than the highest token.</summary>
    public required int TokenCount { get; init; }

    /// <summary>Whether a piece that is a token as a whole is that token, whatever the merges say.</summary>
    public bool IgnoresMerges { get; init; }

    /// <summary>The token texts begin with, if there is one.</summary>
    public int? Start { get; init; }
}

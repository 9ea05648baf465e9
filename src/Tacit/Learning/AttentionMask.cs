namespace Tacit.Learning;

/// <summary>Which keys a query sees.</summary>
public readonly record struct AttentionMask
{
    /// <summary>All of them.</summary>
    public static AttentionMask None => default;

    /// <summary>Those up to the query's own position.</summary>
    public static AttentionMask Autoregressive => new() { Causal = true };

    /// <summary>Whether a query sees no later keys.</summary>
    public bool Causal { get; init; }

    /// <summary>How many keys up to its position a query sees at most; 0 for all. Needs <see cref="Causal"/>.</summary>
    public int Window { get; init; }

    /// <summary>The position of the first query, where keys count from 0.</summary>
    public int FirstPosition { get; init; }

    /// <summary>
    /// (T, S) for all sequences or (B, T, S): nonzero where a query may see a key, such as where the key is no padding;
    /// empty for all.
    /// </summary>
    public ReadOnlyMemory<byte> Visible { get; init; }
}

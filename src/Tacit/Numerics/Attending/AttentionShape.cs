namespace Tacit.Numerics;

/// <summary>The sizes of an attention and which keys a query sees.</summary>
/// <remarks>
/// Query t stands at position <see cref="FirstPosition"/> + t, key s at position s. With <see cref="Causal"/> a query
/// sees the keys up to its own position, with a <see cref="Window"/> only the last so many of them.
/// </remarks>
public readonly struct AttentionShape
{
    /// <summary>Sequences (B).</summary>
    public required int Batch { get; init; }

    /// <summary>Heads of the queries (H).</summary>
    public required int Heads { get; init; }

    /// <summary>Heads of the keys and values (G), a divisor of H; 0 for H. Query head h uses key head h / (H / G).</summary>
    public int KeyHeads { get; init; }

    /// <summary>Queries of a sequence (T).</summary>
    public required int Queries { get; init; }

    /// <summary>Keys of a sequence (S).</summary>
    public required int Keys { get; init; }

    /// <summary>Values of a query or key (D).</summary>
    public required int HeadSize { get; init; }

    /// <summary>Values of a value (E); 0 for D.</summary>
    public int ValueSize { get; init; }

    /// <summary>Whether a query sees no later keys.</summary>
    public bool Causal { get; init; }

    /// <summary>The position of the first query; S − T where the queries are the last of the keys.</summary>
    public int FirstPosition { get; init; }

    /// <summary>How many keys up to its position a query sees at most; 0 for all. Needs <see cref="Causal"/>.</summary>
    public int Window { get; init; }

    /// <summary>Values from a query to the next; 0 for H · D.</summary>
    public int QueryStep { get; init; }

    /// <summary>Values from a key to the next; 0 for G · D.</summary>
    public int KeyStep { get; init; }

    /// <summary>Values from a value to the next; 0 for G · E.</summary>
    public int ValueStep { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"(B {Batch}, H {Heads}, G {KeyHeads}, T {Queries}, S {Keys}, D {HeadSize}, E {ValueSize}, "
        + $"{(Causal ? "causal" : "all keys")}, first position {FirstPosition}, window {Window}, steps {QueryStep}, {KeyStep}, {ValueStep})";

    /// <summary>The same shape with every 0 that stands for a default replaced.</summary>
    /// <exception cref="ArgumentException">The sizes contradict each other.</exception>
    internal AttentionShape Checked()
    {
        AttentionShape full = this with
        {
            KeyHeads = KeyHeads == 0 ? Heads : KeyHeads,
            ValueSize = ValueSize == 0 ? HeadSize : ValueSize,
        };
        full = full with
        {
            QueryStep = QueryStep == 0 ? Heads * HeadSize : QueryStep,
            KeyStep = KeyStep == 0 ? full.KeyHeads * HeadSize : KeyStep,
            ValueStep = ValueStep == 0 ? full.KeyHeads * full.ValueSize : ValueStep,
        };
        if (Batch < 0 || Heads < 1 || full.KeyHeads < 1 || Heads % full.KeyHeads != 0 || Queries < 0 || Keys < 0 || HeadSize < 1
            || full.ValueSize < 1 || FirstPosition < 0 || Window < 0 || (Window > 0 && !Causal)
            || full.QueryStep < Heads * HeadSize || full.KeyStep < full.KeyHeads * HeadSize || full.ValueStep < full.KeyHeads * full.ValueSize)
            throw new ArgumentException($"Attention: these sizes do not fit together: {this}.");
        return full;
    }

    /// <summary>The keys [first, end) a query may see, mask aside.</summary>
    internal (int First, int End) Seen(int query)
    {
        if (!Causal)
            return (0, Keys);
        int end = Math.Min(Keys, FirstPosition + query + 1);
        return (Window == 0 ? 0 : Math.Min(end, Math.Max(0, FirstPosition + query + 1 - Window)), end);
    }
}

namespace Tacit.Learning;

/// <summary>Multi-head attention: concat(softmax(QKᵀ / √d) · V over heads) · Wo. Vaswani et al. 2017.</summary>
/// <remarks>
/// Keys and values come from the queries' own sequence or, cross-attention, from another. With fewer key heads than
/// heads, groups of heads share one (Ainslie et al. 2023); with a rope, queries and keys are turned by their position
/// (Su et al. 2021).
/// </remarks>
public sealed class MultiHeadAttention : Module
{
    private readonly Linear _query, _key, _value, _output;

    /// <summary>An attention from C columns to C columns.</summary>
    /// <param name="columns">C, a multiple of the heads.</param>
    /// <param name="heads">Heads of the queries.</param>
    /// <param name="keyHeads">Heads of the keys and values, a divisor of the heads; 0 for as many.</param>
    /// <param name="memoryColumns">Columns of the other sequence, for cross-attention; 0 for C.</param>
    /// <param name="bias">Whether the linear layers have biases.</param>
    /// <param name="initializer">Of the queries', keys' and values' weights.</param>
    /// <param name="outputInitializer">Of the output's weights.</param>
    /// <exception cref="ArgumentException">The heads do not divide.</exception>
    public MultiHeadAttention(int columns, int heads, int keyHeads = 0, int memoryColumns = 0, bool bias = true,
        Initializer? initializer = null, Initializer? outputInitializer = null)
    {
        Heads = heads;
        KeyHeads = keyHeads == 0 ? heads : keyHeads;
        if (heads < 1 || columns % heads != 0 || KeyHeads < 1 || heads % KeyHeads != 0)
            throw new ArgumentException($"MultiHeadAttention: {columns} columns in {heads} heads with {KeyHeads} of keys.");
        HeadSize = columns / heads;
        int source = memoryColumns == 0 ? columns : memoryColumns;
        _query = Add("query", new Linear(columns, columns, bias, initializer));
        _key = Add("key", new Linear(source, KeyHeads * HeadSize, bias, initializer));
        _value = Add("value", new Linear(source, KeyHeads * HeadSize, bias, initializer));
        _output = Add("output", new Linear(columns, columns, bias, outputInitializer ?? initializer));
    }

    /// <summary>Heads of the queries.</summary>
    public int Heads { get; }

    /// <summary>Heads of the keys and values.</summary>
    public int KeyHeads { get; }

    /// <summary>Columns of a head.</summary>
    public int HeadSize { get; }

    /// <summary>(B, T, C) to (B, T, C).</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="x">Where the queries come from (B, T, C).</param>
    /// <param name="mask">What they see.</param>
    /// <param name="rope">Turns queries and keys by their position; null for none.</param>
    /// <param name="memory">Where keys and values come from (B, S, M); null for x.</param>
    public Variable Forward(Tape tape, Variable x, AttentionMask mask, Rope? rope = null, Variable? memory = null)
    {
        Variable source = memory ?? x;
        Variable q = _query.Forward(tape, x), k = _key.Forward(tape, source), v = _value.Forward(tape, source);
        if (rope is not null)
        {
            q = rope.Forward(tape, q, mask.FirstPosition);
            k = rope.Forward(tape, k, 0);
        }
        return _output.Forward(tape, tape.Attend(q, k, v, Heads, KeyHeads, mask));
    }
}

namespace Tacit.Learning;

/// <summary>Additive attention: weights softmax(vᵀ tanh(W q + U k)) over the keys. Bahdanau, Cho and Bengio 2015.</summary>
public sealed class AdditiveAttention : Module
{
    private readonly Linear _query, _key;
    private readonly Parameter _vector;

    /// <summary>An attention with PyTorch's default initial values of linear layers.</summary>
    /// <param name="queryColumns">Columns of the queries, such as a decoder's states.</param>
    /// <param name="keyColumns">Columns of what is attended to, such as an encoder's states.</param>
    /// <param name="hidden">A, the size of v.</param>
    public AdditiveAttention(int queryColumns, int keyColumns, int hidden)
    {
        _query = Add("query", new Linear(queryColumns, hidden));
        _key = Add("key", new Linear(keyColumns, hidden, bias: false));
        _vector = Add(new Parameter("vector", Initializer.ForInputs(hidden), hidden));
    }

    /// <summary>U k, once for all queries of a sequence: (B, S, key columns) to (B, S, A).</summary>
    public Variable Keys(Tape tape, Variable memory) => _key.Forward(tape, memory);

    /// <summary>What the queries take from a memory, and their weights.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="queries">(B, T, query columns).</param>
    /// <param name="memory">(B, S, key columns).</param>
    /// <param name="visible">(B, S), nonzero where the memory is no padding, at least one for each sequence; empty for all.</param>
    /// <param name="keys">What <see cref="Keys"/> made of the memory; null to make it.</param>
    /// <returns>The weighted means of the memory (B, T, key columns) and the weights (B, T, S).</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public (Variable Context, Variable Weights) Forward(Tape tape, Variable queries, Variable memory, ReadOnlyMemory<byte> visible = default,
        Variable? keys = null)
    {
        Variable scores = tape.AdditiveScores(_query.Forward(tape, queries), keys ?? Keys(tape, memory), _vector, visible);
        Variable weights = tape.Softmax(scores);
        return (tape.BatchProduct(weights, memory), weights);
    }
}

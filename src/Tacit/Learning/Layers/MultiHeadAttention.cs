using Tacit.Numerics;

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
    /// <param name="outputBias">Whether the layer after the attention has a bias; null for as the others.</param>
    /// <exception cref="ArgumentException">The heads do not divide.</exception>
    public MultiHeadAttention(int columns, int heads, int keyHeads = 0, int memoryColumns = 0, bool bias = true,
        Initializer? initializer = null, Initializer? outputInitializer = null, bool? outputBias = null)
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
        _output = Add("output", new Linear(columns, columns, outputBias ?? bias, outputInitializer ?? initializer));
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

    /// <summary>How much each step of a sequence attends to itself and each earlier one: softmax(QKᵀ / √d).</summary>
    /// <param name="tape">The tape; nothing is recorded.</param>
    /// <param name="x">(1, T, C).</param>
    /// <param name="rope">Turns queries and keys by their position; null for none.</param>
    /// <returns>(heads, T, T): rows of a head are the steps that attend, and sum to 1.</returns>
    public Tensor Weights(Tape tape, Variable x, Rope? rope = null)
    {
        int steps = x.Shape[1];
        if (x.Shape[0] != 1)
            throw new ArgumentException($"MultiHeadAttention.Weights: {x.Shape}; one sequence at a time.");
        Variable q = _query.Forward(tape, x), k = _key.Forward(tape, x);
        if (rope is not null)
        {
            q = rope.Forward(tape, q, 0);
            k = rope.Forward(tape, k, 0);
        }
        Tensor weights = tape.Memory.Rent(Heads, steps, steps);
        for (int h = 0; h < Heads; h++)
        {
            Span<float> head = weights[h].Span;
            var queries = new Matrix(q.Value.Span[(h * HeadSize)..], steps, HeadSize, Heads * HeadSize);
            var keys = new Matrix(k.Value.Span[(h / (Heads / KeyHeads) * HeadSize)..], steps, HeadSize, KeyHeads * HeadSize);
            MatMul.Multiply(queries, keys.Transposed, new MatrixTarget(head, steps, steps), pool: tape.Workers);
            Elementwise.Scale(1f / MathF.Sqrt(HeadSize), head, head, tape.Workers);
            for (int t = 0; t < steps; t++)
            {
                Span<float> row = head.Slice(t * steps, steps);
                Softmax.Forward(row[..(t + 1)], t + 1, row[..(t + 1)]);
                row[(t + 1)..].Clear();
            }
        }
        return weights;
    }

    /// <summary>The next steps of sequences whose earlier keys and values are cached: the same bits as the whole sequence gives.</summary>
    /// <param name="tape">The tape; nothing is recorded.</param>
    /// <param name="x">(S, T, C): T new steps of each stream; of S and T one is 1.</param>
    /// <param name="cache">Of S streams of the same length; the steps are added to it.</param>
    /// <param name="rope">Turns queries and keys by their position; null for none.</param>
    /// <param name="window">That of <see cref="AttentionMask.Window"/>; 0 for none.</param>
    /// <param name="lastOnly">True to have the result of the last step alone (S, 1, C); keys and values are kept of all.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="InvalidOperationException">The cache is full.</exception>
    public Variable Step(Tape tape, Variable x, AttentionCache cache, Rope? rope = null, int window = 0, bool lastOnly = false)
    {
        int streams = x.Shape[0], steps = x.Shape[1], position = cache.Length(0);
        if (streams != cache.Streams || (streams > 1 && steps > 1))
            throw new ArgumentException($"MultiHeadAttention.Step: {x.Shape} for {cache.Streams} streams.");
        int queries = lastOnly ? 1 : steps;
        Variable q = _query.Forward(tape, queries < steps ? tape.Slice(x, 1, steps - queries, queries) : x), k = _key.Forward(tape, x), v = _value.Forward(tape, x);
        if (rope is not null)
        {
            q = rope.Forward(tape, q, position + steps - queries);
            k = rope.Forward(tape, k, position);
        }
        Tensor y = tape.Memory.Rent(q.Shape);
        float scale = 1f / MathF.Sqrt(HeadSize);
        for (int s = 0; s < streams; s++)
            cache.Append(s, k.Value[s].Span, v.Value[s].Span);
        cache.Attend(scale, q.Value.Span, Heads, y.Span, window, steps: queries, pool: tape.Workers);
        return _output.Forward(tape, tape.Constant(y));
    }
}

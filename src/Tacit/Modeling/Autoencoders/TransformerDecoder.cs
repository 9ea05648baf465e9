using Tacit.Learning;
using Tacit.Numerics;

namespace Tacit.Modeling.Autoencoders;

/// <summary>Foresees element after element, with attention to the elements before it and to the latents. Vaswani et al.
/// 2017.</summary>
/// <remarks>
/// An element is a row of an image, or a stretch of a vector; the values in one are foreseen together.
/// <code>
/// memory = W z                                                        (B, M, C): the latents as M tokens
/// x_0 = c, x_t = W element_t−1 + c, + position_t                      (B, T, C)
/// x = x + attention(norm(x)); x = x + attention(norm(x), memory); x = x + feed-forward(norm(x))      for each block
/// element_t = W norm(x_t)
/// </code>
/// </remarks>
public sealed class TransformerDecoder : ItemDecoder
{
    private const int MemoryTokens = 8;
    private const float Deviation = 0.02f;      // of initial values, as GPT-2

    private readonly AutoencoderOptions _options;
    private readonly int _element, _steps;
    private readonly Learning.Linear? _memory;
    private readonly Learning.Linear _input, _output;
    private readonly Learning.Embedding _positions;
    private readonly Block[] _blocks;
    private readonly LayerNorm _norm;

    /// <summary>A decoder of these sizes.</summary>
    public TransformerDecoder(AutoencoderOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _element = options.ElementSize;
        _steps = options.Shape.Size / _element;
        if (options.Latents > 0)
            _memory = Add("memory", new Learning.Linear(options.Latents, MemoryTokens * options.Columns));
        _input = Add("input", new Learning.Linear(_element, options.Columns));
        _positions = Add("positions", new Learning.Embedding(_steps, options.Columns, Deviation));
        _blocks = new Block[options.Blocks];
        for (int i = 0; i < _blocks.Length; i++)
            _blocks[i] = Add($"blocks.{i}", new Block(options));
        _norm = Add("norm", new LayerNorm(options.Columns));
        _output = Add("output", new Learning.Linear(options.Columns, _element));
    }

    /// <inheritdoc/>
    public override bool IsAutoregressive => true;

    /// <inheritdoc/>
    public override Variable Forward(Tape tape, Variable? latents, Tensor items) =>
        tape.Reshape(Foresee(tape, Remember(tape, latents), items, _steps), items.Shape[0], _options.Shape.Size);

    /// <inheritdoc/>
    public override void Decode(Tape tape, Variable? latents, Tensor items, Action<Tensor, int> settle)
    {
        ArgumentNullException.ThrowIfNull(tape);
        ArgumentNullException.ThrowIfNull(settle);
        int batch = items.Shape[0];
        Tensor memory = Remember(tape, latents)?.Value ?? default;
        var steps = new Tape(tape.Workers) { IsRecording = false };
        for (int t = 0; t < _steps; t++)
        {
            // (B, t + 1, E)
            Variable all = Foresee(steps, memory.IsEmpty ? null : Tape.Input(memory), items, t + 1);
            Tensor last = steps.Slice(all, 1, t, 1).Value;
            settle(last, t * _element);
            for (int b = 0; b < batch; b++)
                last[b].Span.CopyTo(items[b].Span.Slice(t * _element, _element));
            steps.Reset();
        }
    }

    internal static long CountOf(AutoencoderOptions o)
    {
        long c = o.Columns, e = o.ElementSize, attention = 4 * (c + 1) * c, memory = o.Latents > 0 ? 1 : 0;
        long block = (2 + memory) * 2 * c + (1 + memory) * attention + 8 * c * c + 5 * c;
        return memory * (o.Latents + 1) * MemoryTokens * c + (e + 1) * c + o.Shape.Size / e * c + o.Blocks * block
            + 2 * c + (c + 1) * e;
    }

    private Variable? Remember(Tape tape, Variable? latents) =>
        _memory is null ? null : tape.Reshape(_memory.Forward(tape, latents!), latents!.Shape[0], MemoryTokens,
            _options.Columns);

    // The first so many elements (B, count, E), each from those before it.
    private Variable Foresee(Tape tape, Variable? memory, Tensor items, int count)
    {
        int batch = items.Shape[0];
        Tensor before = tape.Memory.Rent(batch, count, _element);
        for (int b = 0; b < batch; b++)
        {
            Span<float> target = before[b].Span;
            target[.._element].Clear();
            items[b].Span[..((count - 1) * _element)].CopyTo(target[_element..]);
        }
        int[] places = new int[batch * count];
        for (int i = 0; i < places.Length; i++)
            places[i] = i % count;
        Variable x = _input.Forward(tape, tape.Dropout(tape.Constant(before), _options.PastDropout));
        x = tape.Add(x, _positions.Forward(tape, places, batch, count));
        foreach (Block block in _blocks)
            x = block.Forward(tape, x, memory);
        return _output.Forward(tape, _norm.Forward(tape, x));
    }

    /// <summary>Attention to what was, attention to the latents, feed-forward; each behind a norm and added to what
    /// came in.</summary>
    private sealed class Block : Module
    {
        private readonly LayerNorm _attentionNorm, _feedForwardNorm;
        private readonly LayerNorm? _memoryNorm;
        private readonly MultiHeadAttention _attention;
        private readonly MultiHeadAttention? _memoryAttention;
        private readonly FeedForward _feedForward;

        public Block(AutoencoderOptions o)
        {
            _attentionNorm = Add("attention_norm", new LayerNorm(o.Columns));
            _attention = Add("attention", new MultiHeadAttention(o.Columns, o.Heads));
            if (o.Latents > 0)
            {
                _memoryNorm = Add("memory_norm", new LayerNorm(o.Columns));
                _memoryAttention = Add("memory_attention", new MultiHeadAttention(o.Columns, o.Heads));
            }
            _feedForwardNorm = Add("feed_forward_norm", new LayerNorm(o.Columns));
            _feedForward = Add("feed_forward", new FeedForward(o.Columns, 4 * o.Columns, o.Activation));
        }

        public Variable Forward(Tape tape, Variable x, Variable? memory)
        {
            x = tape.Add(x, _attention.Forward(tape, _attentionNorm.Forward(tape, x), AttentionMask.Autoregressive));
            if (memory is not null)
                x = tape.Add(x, _memoryAttention!.Forward(tape, _memoryNorm!.Forward(tape, x), AttentionMask.None,
                    memory: memory));
            return tape.Add(x, _feedForward.Forward(tape, _feedForwardNorm.Forward(tape, x)));
        }
    }
}

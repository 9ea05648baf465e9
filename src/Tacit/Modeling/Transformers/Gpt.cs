using Tacit.Learning;
using Tacit.Numerics;

namespace Tacit.Modeling.Transformers;

/// <summary>A decoder-only Transformer: the next token's logits from all tokens before it. Radford et al. 2018, 2019.</summary>
/// <remarks>
/// <code>
/// x = embedding[tokens] (+ positions)                 (B, T, C)
/// x = x + attention(norm(x), mask)                    for each block
/// x = x + feed-forward(norm(x))
/// logits = norm(x) · outputᵀ                          (B, T, V)
/// </code>
/// </remarks>
public sealed class Gpt : Module
{
    private readonly Learning.Embedding _tokens;
    private readonly Learning.Embedding? _positions;
    private readonly Tensor _sinusoids;      // (positions, C)
    private int[] _places = [];
    private readonly Rope? _rope;
    private readonly Block[] _blocks;
    private readonly Norm _norm;
    private readonly Parameter _output;

    /// <summary>A model of these sizes.</summary>
    /// <exception cref="ArgumentException">A size is not positive, or they do not fit together.</exception>
    public Gpt(GptOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Mistake() is { } mistake)
            throw new ArgumentException(mistake, nameof(options));
        Options = options;
        const float Deviation = 0.02f;      // as GPT-2
        _tokens = Add("tokens", new Learning.Embedding(options.Vocabulary, options.Columns, Deviation));
        if (options.Positions == PositionEncoding.Learned)
            _positions = Add("positions", new Learning.Embedding(options.Context, options.Columns, Deviation));
        if (options.Positions == PositionEncoding.Rope)
            _rope = new Rope(options.Context, options.Columns / options.Heads, options.RopeBase);
        if (options.Positions == PositionEncoding.Sinusoidal)
            _sinusoids = Sinusoids.Table(options.Context, options.Columns);
        _blocks = new Block[options.Layers];
        for (int i = 0; i < _blocks.Length; i++)
            _blocks[i] = Add($"blocks.{i}", new Block(options, Deviation));
        _norm = Add("norm", MakeNorm(options));
        _output = options.TiedOutput ? _tokens.Weight : Add("output", new Learning.Linear(options.Columns, options.Vocabulary, false, Initializer.Normal(Deviation))).Weight;
    }

    /// <summary>The sizes.</summary>
    public GptOptions Options { get; }

    /// <summary>Logits at each position.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="tokens">B · T tokens, sequence after sequence.</param>
    /// <param name="batch">B.</param>
    /// <param name="mask">What positions see; autoregressive for a language model.</param>
    /// <param name="observer">Is told each block's number and <see cref="MultiHeadAttention.Weights"/> (H, T, T), of one sequence.</param>
    /// <returns>(B, T, V).</returns>
    public Variable Forward(Tape tape, ReadOnlyMemory<int> tokens, int batch, AttentionMask mask,
        Action<int, Tensor>? observer = null)
    {
        int length = tokens.Length / batch;
        Variable x = tape.Dropout(Place(tape, _tokens.Forward(tape, tokens, batch, length), mask.FirstPosition), Options.Dropout);
        for (int i = 0; i < _blocks.Length; i++)
        {
            observer?.Invoke(i, _blocks[i].AttentionWeights(tape, x, _rope));
            Block block = _blocks[i];
            x = Options.Recompute ? tape.Recompute(x, input => block.Forward(tape, input, mask, _rope)) : block.Forward(tape, x, mask, _rope);
        }
        return tape.Linear(_norm.Forward(tape, x), _output);
    }

    /// <summary>
    /// Logits after the last of some new tokens, given all before: the same bits as <see cref="Forward"/> gives with
    /// <see cref="AttentionMask.Autoregressive"/>.
    /// </summary>
    /// <param name="tape">The tape; nothing is recorded.</param>
    /// <param name="tokens">S · T new tokens; of S and T one is 1.</param>
    /// <param name="state">What the streams have seen; the tokens are added to it.</param>
    /// <returns>(S, V).</returns>
    /// <exception cref="InvalidOperationException">The window is full.</exception>
    public Variable Step(Tape tape, ReadOnlyMemory<int> tokens, GptState state)
    {
        ArgumentNullException.ThrowIfNull(tape);
        ArgumentNullException.ThrowIfNull(state);
        int steps = tokens.Length / state.Streams;
        if (state.Position + steps > Options.Context)
            throw new InvalidOperationException($"Gpt.Step: {steps} tokens after {state.Position} do not fit into a window of {Options.Context}.");
        bool recording = tape.IsRecording;
        tape.IsRecording = false;
        try
        {
            Variable x = Place(tape, _tokens.Forward(tape, tokens, state.Streams, steps), state.Position);
            for (int i = 0; i < _blocks.Length; i++)
                x = _blocks[i].Step(tape, x, state.Caches[i], _rope, lastOnly: i == _blocks.Length - 1);
            state.Position += steps;
            return tape.Linear(_norm.Forward(tape, tape.Reshape(x, state.Streams, Options.Columns)), _output);
        }
        finally
        {
            tape.IsRecording = recording;
        }
    }

    // Adds what says where a token stands, if that is not the rope's to say.
    private Variable Place(Tape tape, Variable x, int firstPosition)
    {
        if (_rope is not null)
            return x;
        int batch = x.Shape[0], length = x.Shape[1];
        // Kept from call to call, and published only when complete: several threads may be here. The first and the last
        // place say, with their number, what the others are.
        int[] places = _places;
        if (places.Length != batch * length || places[0] != firstPosition || places[^1] != firstPosition + length - 1)
        {
            places = new int[batch * length];
            for (int i = 0; i < places.Length; i++)
                places[i] = firstPosition + i % length;
            Volatile.Write(ref _places, places);
        }
        if (_positions is not null)
            return tape.Add(x, _positions.Forward(tape, places, batch, length));
        // Vaswani et al.: beside sinusoids the embedding is multiplied by the root of its columns.
        return tape.Add(tape.Scale(x, MathF.Sqrt(Options.Columns)), tape.Embed(Tape.Input(_sinusoids), places, batch, length));
    }

    private static Norm MakeNorm(GptOptions options) =>
        options.Norm == NormKind.Rms ? new Learning.RmsNorm(options.Columns, options.NormEpsilon) : new Learning.LayerNorm(options.Columns, options.NormEpsilon);

    /// <summary>Attention and feed-forward, each behind a norm and added to what came in.</summary>
    private sealed class Block : Module
    {
        private readonly Norm _attentionNorm, _feedForwardNorm;
        private readonly MultiHeadAttention _attention;
        private readonly FeedForward _feedForward;
        private readonly float _dropout;

        public Block(GptOptions options, float deviation)
        {
            Initializer normal = Initializer.Normal(deviation);
            // What is added to the residual stream shrinks with the number of additions (Radford et al. 2019).
            Initializer added = Initializer.Normal(deviation / MathF.Sqrt(2 * options.Layers));
            _attentionNorm = Add("attention_norm", MakeNorm(options));
            _attention = Add("attention", new MultiHeadAttention(options.Columns, options.Heads, options.KeyHeads, 0,
                options.Biases != BiasKind.None, normal, added, options.Biases is BiasKind.All or BiasKind.Attention));
            _feedForwardNorm = Add("feed_forward_norm", MakeNorm(options));
            _feedForward = Add("feed_forward", new FeedForward(options.Columns, options.HiddenColumns, options.Activation,
                options.FeedForward == FeedForwardKind.SwiGlu, options.Biases == BiasKind.All, normal, added));
            _dropout = options.Dropout;
        }

        public Variable Forward(Tape tape, Variable x, AttentionMask mask, Rope? rope)
        {
            x = tape.Add(x, tape.Dropout(_attention.Forward(tape, _attentionNorm.Forward(tape, x), mask, rope), _dropout));
            return tape.Add(x, tape.Dropout(_feedForward.Forward(tape, _feedForwardNorm.Forward(tape, x)), _dropout));
        }

        public Tensor AttentionWeights(Tape tape, Variable x, Rope? rope) =>
            _attention.Weights(tape, _attentionNorm.Forward(tape, x), rope);

        // Of the last block only the last step is asked for; what comes before it is in the cache.
        public Variable Step(Tape tape, Variable x, AttentionCache cache, Rope? rope, bool lastOnly)
        {
            Variable y = _attention.Step(tape, _attentionNorm.Forward(tape, x), cache, rope, lastOnly: lastOnly);
            int before = x.Shape[1] - y.Shape[1];
            x = tape.Add(before > 0 ? tape.Slice(x, 1, before, y.Shape[1]) : x, y);
            return tape.Add(x, _feedForward.Forward(tape, _feedForwardNorm.Forward(tape, x)));
        }
    }
}

using Tacit.Numerics;
using Tacit.Numerics.Elementary;

namespace Tacit.Modeling.Transformers;

/// <summary>A sequence a <see cref="GptServing"/> model goes through, one token or several at a time.</summary>
/// <remarks>Owns the keys and values of what it has seen and all memory it works in. Not thread-safe.</remarks>
public sealed class GptSequence : IDisposable
{
    private readonly GptServing _model;
    private readonly GptOptions _options;
    private readonly AttentionCache[] _caches;
    private readonly int _rows, _keys;
    private readonly float[] _x, _h, _wide, _q, _k, _v, _scale, _mean, _logits;

    /// <summary>A stream that has seen nothing.</summary>
    /// <param name="model">The model, which must not be disposed before this.</param>
    /// <param name="rows">Most tokens at a time.</param>
    public GptSequence(GptServing model, int rows)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        (_model, _options, _rows) = (model, model.Options, rows);
        int columns = _options.Columns, size = columns / _options.Heads;
        _keys = _options.KeyHeadCount * size;
        _caches = new AttentionCache[_options.Layers];
        for (int i = 0; i < _caches.Length; i++)
            _caches[i] = new AttentionCache(1, _options.KeyHeadCount, size, size, _options.Context);
        (_x, _h, _q) = (new float[rows * columns], new float[rows * Math.Max(columns, _options.HiddenColumns)], new float[rows * columns]);
        (_k, _v) = (new float[rows * _keys], new float[rows * _keys]);
        _wide = new float[rows * Widest(_options)];
        (_scale, _mean) = (new float[rows], new float[rows]);
        _logits = new float[rows * _options.Vocabulary];
    }

    /// <summary>Tokens seen since the last <see cref="Clear"/>: the position of the next one.</summary>
    public int Position { get; private set; }

    /// <summary>Tokens seen and not forgotten.</summary>
    public int Length => _caches[0].Length(0);

    /// <summary>Tokens that can be taken: what is left of the window, and of the positions.</summary>
    public int Room => Math.Min(_options.Context - Length, _model.Places - Position);

    /// <summary>Bytes of memory a stream takes, about.</summary>
    public static long Memory(GptOptions options, int rows)
    {
        ArgumentNullException.ThrowIfNull(options);
        long columns = options.Columns, keys = columns / options.Heads * options.KeyHeadCount;
        long widest = Math.Max(columns + 2 * keys, 2L * options.HiddenColumns);
        int size = options.Columns / options.Heads;
        return options.Layers * AttentionCache.Memory(1, options.KeyHeadCount, size, size, options.Context) + sizeof(float) * (rows * (4 * columns + 2 * keys + options.HiddenColumns + widest + options.Vocabulary));
    }

    /// <summary>Forgets all tokens.</summary>
    public void Clear()
    {
        Position = 0;
        foreach (AttentionCache cache in _caches)
            cache.Truncate(0);
    }

    /// <summary>Forgets the oldest tokens: those that come do not look at them, though what they were stays in the tokens between.</summary>
    /// <param name="count">How many, in units of <see cref="AttentionCache.DropUnit"/>.</param>
    public void Forget(int count)
    {
        foreach (AttentionCache cache in _caches)
            cache.Drop(0, count);
    }

    /// <summary>Takes tokens and gives the logits after each of them, or after the last alone.</summary>
    /// <param name="tokens">At most as many as the stream was made for.</param>
    /// <param name="lastOnly">True for those after the last token.</param>
    /// <returns>(T, V) or (1, V), valid until the next call.</returns>
    /// <exception cref="InvalidOperationException">They do not fit into the window.</exception>
    public ReadOnlySpan<float> Take(scoped ReadOnlySpan<int> tokens, bool lastOnly = false)
    {
        int rows = tokens.Length, columns = _options.Columns;
        if (rows == 0 || rows > _rows || rows > Room)
            throw new InvalidOperationException($"GptSequence: {rows} tokens; there is room for {Room}, {_rows} at a time.");
        Span<float> x = _x.AsSpan(0, rows * columns);
        EmbeddingLookup.Gather(_model.Tokens, columns, tokens, x);
        if (_model.Positions.Length > 0)
            Place(x);
        for (int i = 0; i < _caches.Length; i++)
        {
            Attend(_model.Blocks[i], _caches[i], x, rows);
            FeedForward(_model.Blocks[i], x, rows);
        }
        Position += rows;
        int wanted = lastOnly ? 1 : rows;
        Span<float> h = _h.AsSpan(0, wanted * columns);
        Normalise(_model.Norm, x[^h.Length..], h);
        Span<float> logits = _logits.AsSpan(0, wanted * _options.Vocabulary);
        _model.Output.Multiply(h, wanted, logits);
        return logits;
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        foreach (AttentionCache cache in _caches)
            cache.Dispose();
    }

    private static int Widest(GptOptions options)
    {
        int keys = options.Columns / options.Heads * options.KeyHeadCount;
        return Math.Max(options.Columns + 2 * keys, (options.FeedForward == FeedForwardKind.SwiGlu ? 2 : 1) * options.HiddenColumns);
    }

    private void Place(Span<float> x)
    {
        // Vaswani et al.: beside sinusoids the embedding is multiplied by the root of its columns.
        if (_options.Positions == PositionEncoding.Sinusoidal)
            MapWith<ScaledValue>.Run(x, x, MathF.Sqrt(_options.Columns), x, null);
        Elementwise.Add(x, _model.Positions.AsSpan(Position * _options.Columns, x.Length), x);
    }

    private void Attend(GptServing.Block block, AttentionCache cache, Span<float> x, int rows)
    {
        int columns = _options.Columns, width = columns + 2 * _keys;
        Span<float> h = _h.AsSpan(0, rows * columns), wide = _wide.AsSpan(0, rows * width);
        Normalise(block.AttentionNorm, x, h);
        block.QueryKeyValue.Multiply(h, rows, wide);
        _model.Rope?.Turn(wide[..^_keys], rows, (columns + _keys) / _model.Rope.HeadSize, width, Position);   // queries and keys: heads of one size
        Span<float> q = wide, k = wide[columns..], v = wide[(columns + _keys)..];
        if (rows > 1)
        {
            q = _q.AsSpan(0, rows * columns);
            k = _k.AsSpan(0, rows * _keys);
            v = _v.AsSpan(0, rows * _keys);
            for (int r = 0; r < rows; r++)
            {
                Span<float> row = wide.Slice(r * width, width);
                row[..columns].CopyTo(q[(r * columns)..]);
                row.Slice(columns, _keys).CopyTo(k[(r * _keys)..]);
                row[(columns + _keys)..].CopyTo(v[(r * _keys)..]);
            }
        }
        cache.Append(0, k[..(rows * _keys)], v[..(rows * _keys)]);
        cache.Attend(1f / MathF.Sqrt(columns / _options.Heads), q[..(rows * columns)], _options.Heads, h, steps: rows);
        Span<float> y = _q.AsSpan(0, rows * columns);
        block.AttentionOutput.Multiply(h, rows, y);
        Elementwise.Add(x, y, x);
    }

    private void FeedForward(GptServing.Block block, Span<float> x, int rows)
    {
        int columns = _options.Columns, hidden = _options.HiddenColumns;
        bool gated = _options.FeedForward == FeedForwardKind.SwiGlu;
        int width = gated ? 2 * hidden : hidden;
        Span<float> h = _h.AsSpan(0, rows * columns), wide = _wide.AsSpan(0, rows * width);
        Normalise(block.FeedForwardNorm, x, h);
        block.In.Multiply(h, rows, wide);
        h = _h.AsSpan(0, rows * hidden);
        for (int r = 0; r < rows; r++)
        {
            Span<float> row = wide.Slice(r * width, width), target = h.Slice(r * hidden, hidden);
            Elementwise.Activate(_options.Activation, row[..hidden], target);
            if (gated)
                Elementwise.Apply2<FlooredProduct<Times>>(target, row[hidden..], target, null);
        }
        Span<float> y = _q.AsSpan(0, rows * columns);
        block.Out.Multiply(h, rows, y);
        Elementwise.Add(x, y, x);
    }

    private void Normalise((float[] Gain, float[] Bias) norm, ReadOnlySpan<float> x, Span<float> y)
    {
        int rows = x.Length / _options.Columns;
        if (_options.Norm == NormKind.Rms)
            RmsNormalization.Forward(x, norm.Gain, _options.NormEpsilon, y, _scale.AsSpan(0, rows));
        else
            LayerNormalization.Forward(x, norm.Gain, norm.Bias, _options.NormEpsilon, y, _mean.AsSpan(0, rows), _scale.AsSpan(0, rows));
    }
}

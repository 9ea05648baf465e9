using Tacit.Numerics;
using Tacit.Numerics.Lanes;

namespace Tacit.Modeling.Transformers;

/// <summary>A sequence a <see cref="GptServing"/> model goes through, one token or several at a time.</summary>
/// <remarks>Owns the keys and values of what it has seen and all memory it works in. Not thread-safe.</remarks>
public sealed unsafe class GptSequence : IDisposable
{
    private readonly GptServing _model;
    private readonly GptOptions _options;
    private readonly AttentionCache[] _caches;
    private readonly int _rows;
    private readonly float[] _x, _h, _wide, _y, _scale, _mean, _logits;     // see GptPass

    /// <summary>A stream that has seen nothing.</summary>
    /// <param name="model">The model, which must not be disposed before this.</param>
    /// <param name="rows">Most tokens at a time.</param>
    public GptSequence(GptServing model, int rows)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        (_model, _options, _rows) = (model, model.Options, rows);
        int columns = _options.Columns, size = columns / _options.Heads;
        _caches = new AttentionCache[_options.Layers];
        for (int i = 0; i < _caches.Length; i++)
            _caches[i] = new AttentionCache(1, _options.KeyHeadCount, size, size, _options.Context);
        (_x, _h, _y) = (new float[rows * columns], new float[rows * Math.Max(columns, _options.HiddenColumns)], new float[rows * columns]);
        _wide = new float[rows * WidestProduct(_options)];
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
        int size = options.Columns / options.Heads;
        long columns = 3L * options.Columns + options.HiddenColumns + WidestProduct(options) + options.Vocabulary;
        return options.Layers * AttentionCache.Memory(1, options.KeyHeadCount, size, size, options.Context) + sizeof(float) * rows * columns;
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
        EmbeddingLookup.Gather(_model.Tokens, columns, tokens, _x.AsSpan(0, rows * columns));
        int wanted = lastOnly ? 1 : rows;
        fixed (float* x = _x, h = _h, wide = _wide, y = _y, scale = _scale, mean = _mean, logits = _logits)
        {
            var pass = new GptPass
            {
                Model = _model,
                Caches = _caches,
                X = x,
                H = h,
                Wide = wide,
                Y = y,
                Scale = scale,
                Mean = mean,
                Logits = logits,
                Rows = rows,
                Wanted = wanted,
                Position = Position,
            };
            Widest.Run(ref pass);
        }
        Position += rows;
        return _logits.AsSpan(0, wanted * _options.Vocabulary);
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        foreach (AttentionCache cache in _caches)
            cache.Dispose();
    }

    private static int WidestProduct(GptOptions options)
    {
        int keys = options.Columns / options.Heads * options.KeyHeadCount;
        return Math.Max(options.Columns + 2 * keys, (options.FeedForward == FeedForwardKind.SwiGlu ? 2 : 1) * options.HiddenColumns);
    }
}

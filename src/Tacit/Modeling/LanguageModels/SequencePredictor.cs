using Tacit.Modeling.Transformers;
using Tacit.Numerics;

namespace Tacit.Modeling.LanguageModels;

/// <summary>The logits of each token of a sequence, however long, from those before it: windows that overlap.</summary>
/// <remarks>
/// The sequence begins with a token of nobody's, so that the first one is foreseen too. When the model's window is full, the
/// older half of it is forgotten; where positions are not rotary, or are used up, or the window is short, it begins again
/// with the last tokens of the sequence, <see cref="Kept"/> of them. What is foreseen depends on the sequence alone, not on
/// how many tokens come at a time. Not thread-safe.
/// </remarks>
public sealed class SequencePredictor : IDisposable
{
    private readonly GptSequence _stream;
    private readonly int _first, _context, _rows, _forgotten;
    private readonly int[] _history;    // the last tokens, a ring
    private long _count;

    /// <summary>A predictor at the start of a sequence, of which <see cref="Reset"/> gives the first logits.</summary>
    /// <param name="model">The model, which must not be disposed before this.</param>
    /// <param name="first">The token the sequence begins with.</param>
    /// <param name="rows">Most tokens at a time.</param>
    public SequencePredictor(GptServing model, int first, int rows)
    {
        ArgumentNullException.ThrowIfNull(model);
        GptOptions options = model.Options;
        (_first, _context) = (first, options.Context);
        _forgotten = options.Positions == PositionEncoding.Rope ? _context / 2 / AttentionCache.DropUnit * AttentionCache.DropUnit : 0;
        _rows = Math.Clamp(rows, 1, _context);
        _history = new int[KeptOf(_context)];
        _stream = new GptSequence(model, Math.Max(_rows, RefillRows(_context)));
    }

    /// <summary>Tokens the window begins again with.</summary>
    public int Kept => _history.Length;

    /// <summary>Bytes of memory a predictor takes, about.</summary>
    public static long Memory(GptOptions options, int rows)
    {
        ArgumentNullException.ThrowIfNull(options);
        return GptSequence.Memory(options, Math.Max(Math.Clamp(rows, 1, options.Context), RefillRows(options.Context))) + sizeof(int) * KeptOf(options.Context);
    }

    /// <summary>Begins a sequence.</summary>
    /// <returns>The logits of its first token (V), valid until the next call.</returns>
    public ReadOnlySpan<float> Reset()
    {
        _count = 0;
        _stream.Clear();
        return _stream.Take([_first]);
    }

    /// <summary>Takes the next tokens, as many as go at a time.</summary>
    /// <param name="tokens">Tokens, at least one.</param>
    /// <param name="logits">For each token taken, those of the one after it (taken, V); valid until the next call.</param>
    /// <returns>How many were taken, at least one.</returns>
    public int Add(scoped ReadOnlySpan<int> tokens, out ReadOnlySpan<float> logits)
    {
        if (_stream.Room == 0 && _forgotten > 0)
            _stream.Forget(Math.Min(_forgotten, _stream.Length / AttentionCache.DropUnit * AttentionCache.DropUnit));
        if (_stream.Room == 0)
            Refill();
        int taken = Math.Min(Math.Min(tokens.Length, _rows), _stream.Room);
        logits = _stream.Take(tokens[..taken]);
        for (int i = Math.Max(0, taken - _history.Length); i < taken; i++)
            _history[(_count + i) % _history.Length] = tokens[i];
        _count += taken;
        return taken;
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose() => _stream.Dispose();

    private static int KeptOf(int context) => context / 4;

    private static int RefillRows(int context) => Math.Max(1, Math.Min(KeptOf(context), 64));

    private void Refill()
    {
        _stream.Clear();
        Span<int> rows = stackalloc int[RefillRows(_context)];
        for (int done = 0; done < _history.Length;)
        {
            int count = Math.Min(rows.Length, _history.Length - done);
            for (int i = 0; i < count; i++)
                rows[i] = _history[(_count + done + i) % _history.Length];      // the oldest stands where the next goes
            _stream.Take(rows[..count], lastOnly: true);
            done += count;
        }
    }
}

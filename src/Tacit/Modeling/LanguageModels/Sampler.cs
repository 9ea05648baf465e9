using Tacit.Numerics;

namespace Tacit.Modeling.LanguageModels;

/// <summary>Chooses tokens by logits: a function of the options, the logits, the recent tokens and the place.</summary>
/// <remarks>Repetition penalty, temperature, softmax; then top-k, min-p and top-p; then one random number.</remarks>
internal sealed class Sampler
{
    private const float LeastTemperature = 1e-6f;

    private readonly SamplingOptions _options;
    private readonly float[] _probabilities;
    private readonly bool[] _seen;
    private readonly int[] _heap;

    public Sampler(SamplingOptions options, int vocabulary)
    {
        options.Check();
        _options = options;
        _probabilities = new float[vocabulary];
        _seen = new bool[vocabulary];
        _heap = new int[vocabulary];
    }

    /// <summary>The token at a place.</summary>
    /// <param name="logits">One per token; not changed.</param>
    /// <param name="history">The tokens before, the last ones last.</param>
    /// <param name="place">Which random number to use.</param>
    public int Next(ReadOnlySpan<float> logits, ReadOnlySpan<int> history, long place)
    {
        Span<float> p = _probabilities;
        logits.CopyTo(p);
        NanGuard.Check(p, "Logits");
        if (_options.RepetitionPenalty != 1f)
            Penalise(p, history);
        int likeliest = Likeliest(p);
        // So cold, or logits so large, that the quotients are no numbers: the limit of what follows.
        if (_options.Temperature < LeastTemperature || !float.IsFinite(p[likeliest] / _options.Temperature))
            return likeliest;
        Elementwise.Scale(1f / _options.Temperature, p, p);
        Softmax.Forward(p, p.Length, p);
        float u = (Philox.Block(_options.Seed, 0, (ulong)place).X >> 8) * (1f / (1 << 24));
        return _options.TopK == 0 && _options.TopP >= 1f && _options.MinP == 0f ? Draw(p, u) : DrawLikely(p, u);
    }

    private void Penalise(Span<float> logits, ReadOnlySpan<int> history)
    {
        ReadOnlySpan<int> recent = history[Math.Max(0, history.Length - _options.RepetitionWindow)..];
        foreach (int token in recent)
        {
            if (!_seen[token])
                logits[token] = logits[token] > 0f ? logits[token] / _options.RepetitionPenalty : logits[token] * _options.RepetitionPenalty;
            _seen[token] = true;
        }
        foreach (int token in recent)
            _seen[token] = false;
    }

    private static int Likeliest(ReadOnlySpan<float> logits)
    {
        int best = 0;
        for (int i = 1; i < logits.Length; i++)
        {
            if (logits[i] > logits[best])
                best = i;
        }
        return best;
    }

    private static int Draw(ReadOnlySpan<float> p, float u)
    {
        float total = 0f;
        foreach (float x in p)
            total += x;
        float rest = u * total;
        int last = 0;
        for (int i = 0; i < p.Length; i++)
        {
            if (p[i] == 0f)
                continue;
            last = i;
            rest -= p[i];
            if (rest < 0f)
                return i;
        }
        return last;        // rounding
    }

    // Takes tokens from the likeliest down, equal ones by number, until a limit is reached; then draws among them.
    private int DrawLikely(Span<float> p, float u)
    {
        for (int i = 0; i < _heap.Length; i++)
            _heap[i] = i;
        for (int i = _heap.Length / 2 - 1; i >= 0; i--)
            Sink(p, i, _heap.Length);
        int limit = _options.TopK == 0 ? p.Length : Math.Min(_options.TopK, p.Length);
        float least = _options.MinP * p[_heap[0]], total = 0f;
        int kept = 0, size = _heap.Length;
        // The heap shrinks from the end, where the tokens taken go.
        while (kept < limit && (kept == 0 || (p[_heap[0]] > 0f && p[_heap[0]] >= least && total < _options.TopP)))
        {
            total += p[_heap[0]];
            size--;
            (_heap[0], _heap[size]) = (_heap[size], _heap[0]);
            Sink(p, 0, size);
            kept++;
        }
        float rest = u * total;
        for (int i = 1; i < kept; i++)
        {
            int token = _heap[^i];
            rest -= p[token];
            if (rest < 0f)
                return token;
        }
        return _heap[^kept];
    }

    private void Sink(ReadOnlySpan<float> p, int at, int size)
    {
        while (2 * at + 1 < size)
        {
            int child = 2 * at + 1;
            if (child + 1 < size && Before(p, _heap[child + 1], _heap[child]))
                child++;
            if (!Before(p, _heap[child], _heap[at]))
                return;
            (_heap[at], _heap[child]) = (_heap[child], _heap[at]);
            at = child;
        }
    }

    private static bool Before(ReadOnlySpan<float> p, int a, int b) => p[a] > p[b] || (p[a] == p[b] && a < b);
}

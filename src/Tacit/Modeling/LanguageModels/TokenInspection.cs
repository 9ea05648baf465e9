using Tacit.Learning;
using Tacit.Numerics;

namespace Tacit.Modeling.LanguageModels;

/// <summary>A text as a language model sees it: what each token cost, what was foreseen in its place, and where each head looked.</summary>
/// <remarks>
/// The windows are those of <see cref="Evaluation"/>: each overlaps the one before by half, so a token has at least half a
/// window before it. Of each head's attention the strongest links of each token are kept, and a map of the whole text
/// in which a point is the strongest link of its part.
/// </remarks>
public sealed class TokenInspection
{
    /// <summary>Most tokens that are inspected.</summary>
    public const int MaxTokens = 4096;

    /// <summary>Tokens foreseen that are kept for each place.</summary>
    public const int PredictionCount = 5;

    /// <summary>Links that are kept for each head and token.</summary>
    public const int LinkCount = 8;

    /// <summary>Most rows of a map.</summary>
    public const int MaxMapSize = 128;

    private TokenInspection(LanguageModel model, int[] tokens)
    {
        Model = model;
        Tokens = tokens;
        Layers = model.Model.Options.Layers;
        Heads = model.Model.Options.Heads;
        int count = tokens.Length;
        Bits = new float[count];
        PredictedTokens = new int[count * PredictionCount];
        PredictedShares = new float[count * PredictionCount];
        LinkTargets = new int[Layers * Heads * count * LinkCount];
        LinkWeights = new float[LinkTargets.Length];
        MapSize = Math.Min(count, MaxMapSize);
        Maps = new float[Layers * Heads * MapSize * MapSize];
    }

    /// <summary>The model.</summary>
    public LanguageModel Model { get; }

    /// <summary>The tokens; the tokeniser's start is the first, if it has one.</summary>
    public IReadOnlyList<int> Tokens { get; }

    /// <summary>Blocks of the model.</summary>
    public int Layers { get; }

    /// <summary>Heads of a block.</summary>
    public int Heads { get; }

    /// <summary>What each token cost in bits; the first one, which nothing foresees, nothing.</summary>
    public float[] Bits { get; }

    /// <summary>For each token the likeliest ones in its place (tokens, <see cref="PredictionCount"/>); −1 for none.</summary>
    public int[] PredictedTokens { get; }

    /// <summary>Their probabilities.</summary>
    public float[] PredictedShares { get; }

    /// <summary>Where each token looked (layers, heads, tokens, <see cref="LinkCount"/>), the strongest link first; −1 for none.</summary>
    public int[] LinkTargets { get; }

    /// <summary>How strongly.</summary>
    public float[] LinkWeights { get; }

    /// <summary>Rows and columns of a map.</summary>
    public int MapSize { get; }

    /// <summary>The maps (layers, heads, rows that look, columns that are looked at).</summary>
    public float[] Maps { get; }

    /// <summary>Inspects the beginning of a text.</summary>
    /// <param name="model">The model.</param>
    /// <param name="bytes">The text; of its tokens the first <see cref="MaxTokens"/> are taken.</param>
    /// <param name="workers">Threads to use; the caller alone if null.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="ArgumentException">The text has fewer than two tokens.</exception>
    public static TokenInspection Of(LanguageModel model, ReadOnlySpan<byte> bytes, WorkPool? workers = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        // No token is longer than a thousand bytes: more of the text is not needed.
        int[] tokens = model.Tokenizer.Encode(bytes[..Math.Min(bytes.Length, MaxTokens * 1024)]);
        if (model.Tokenizer.Start is { } start)
            tokens = [start, .. tokens];
        if (tokens.Length < 2)
            throw new ArgumentException($"A text of {tokens.Length} tokens: there is nothing to foresee.");
        var inspection = new TokenInspection(model, tokens[..Math.Min(tokens.Length, MaxTokens)]);
        inspection.Run(workers, cancellationToken);
        return inspection;
    }

    private void Run(WorkPool? workers, CancellationToken cancellationToken)
    {
        int context = Model.Model.Options.Context, half = Math.Max(1, context / 2), count = Tokens.Count;
        int[] tokens = [.. Tokens];
        var tape = new Tape(workers) { IsRecording = false };
        Array.Fill(PredictedTokens, -1);
        Array.Fill(LinkTargets, -1);
        for (int done = 0; done < count;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int first = done == 0 ? 0 : done - Math.Min(half, context - 1), length = Math.Min(context, count - first), from = done;
            Tensor logits = Model.Model.Forward(tape, tokens.AsMemory(first, length), 1, AttentionMask.Autoregressive, (layer, weights) =>
            {
                for (int head = 0; head < Heads; head++)
                {
                    for (int t = from; t < first + length; t++)
                        Look(layer * Heads + head, t, weights[head][t - first].Span[..(t - first + 1)], first);
                }
            }).Value;
            for (int t = done; t < first + length && t + 1 < count; t++)
                Foresee(t + 1, logits[0][t - first].Span);
            tape.Reset();
            done = first + length;
        }
    }

    private void Foresee(int place, ReadOnlySpan<float> logits)
    {
        float[] shares = new float[logits.Length];
        Softmax.Forward(logits, logits.Length, shares);
        Span<float> log = [0f];
        Elementwise.Log([Math.Max(shares[Tokens[place]], 1e-37f)], log);
        Bits[place] = Math.Max(0f, log[0] * -1.44269504f);
        int at = place * PredictionCount;
        TakeLargest(shares, PredictedTokens.AsSpan(at, PredictionCount), PredictedShares.AsSpan(at, PredictionCount), 0);
    }

    private void Look(int head, int place, ReadOnlySpan<float> weights, int first)
    {
        int at = (head * Tokens.Count + place) * LinkCount;
        TakeLargest(weights, LinkTargets.AsSpan(at, LinkCount), LinkWeights.AsSpan(at, LinkCount), first);
        Span<float> row = Maps.AsSpan((head * MapSize + Cell(place)) * MapSize, MapSize);
        for (int i = 0; i < weights.Length; i++)
        {
            ref float cell = ref row[Cell(first + i)];
            cell = Math.Max(cell, weights[i]);
        }
    }

    private int Cell(int place) => (int)((long)place * MapSize / Tokens.Count);

    // The largest values by size, equal ones by place.
    private static void TakeLargest(ReadOnlySpan<float> values, Span<int> places, Span<float> largest, int first)
    {
        int kept = 0;
        for (int i = 0; i < values.Length; i++)
        {
            if (kept == places.Length && !(values[i] > largest[^1]))
                continue;
            int at = kept < places.Length ? kept++ : kept - 1;
            for (; at > 0 && values[i] > largest[at - 1]; at--)
                (places[at], largest[at]) = (places[at - 1], largest[at - 1]);
            (places[at], largest[at]) = (first + i, values[i]);
        }
    }
}

using Tacit.Learning;
using Tacit.Numerics;

namespace Tacit.Modeling.LanguageModels;

/// <summary>How well a language model predicts a text it has not seen.</summary>
public sealed record Evaluation
{
    /// <summary>Tokens that were predicted.</summary>
    public required long Tokens { get; init; }

    /// <summary>Bytes they stand for.</summary>
    public required long Bytes { get; init; }

    /// <summary>Their code length in nats: Σ −ln p.</summary>
    public required double Nats { get; init; }

    /// <summary>Tokens that were the likeliest.</summary>
    public required long Top1 { get; init; }

    /// <summary>Tokens that were among the five likeliest.</summary>
    public required long Top5 { get; init; }

    /// <summary>Nats per token.</summary>
    public double CrossEntropy => Tokens == 0 ? 0 : Nats / Tokens;

    /// <summary>e to the nats per token.</summary>
    public double Perplexity => Power(CrossEntropy);

    /// <summary>Bits per byte.</summary>
    public double BitsPerByte => Bytes == 0 ? 0 : Nats / (0.69314718055994531 * Bytes);

    /// <summary>Predicts every token of a text but the first from those before it, as far as the window goes.</summary>
    /// <param name="model">The model.</param>
    /// <param name="bytes">The text.</param>
    /// <param name="workers">Threads to use; the caller alone if null.</param>
    /// <param name="progress">Told the fraction that is done.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <remarks>
    /// Windows overlap by half, and of each but the first only the later half counts, so that tokens have at least half
    /// a window before them.
    /// </remarks>
    /// <exception cref="ArgumentException">The text has fewer than two tokens.</exception>
    public static Evaluation Of(LanguageModel model, ReadOnlySpan<byte> bytes, WorkPool? workers = null, IProgress<double>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        int[] tokens = model.Tokenizer.Encode(bytes);
        if (model.Tokenizer.Start is { } start)
            tokens = [start, .. tokens];
        if (tokens.Length < 2)
            throw new ArgumentException($"A text of {tokens.Length} tokens: there is nothing to predict.");
        int context = model.Model.Options.Context, half = Math.Max(1, context / 2);
        var tape = new Tape(workers) { IsRecording = false };
        double nats = 0;
        long top1 = 0, top5 = 0, byteCount = 0;
        float[] losses = new float[context];
        int done = 1;       // tokens that are predicted, or need not be
        while (done < tokens.Length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int first = done == 1 ? 0 : done - Math.Max(1, Math.Min(half, context - 1));
            int count = Math.Min(context, tokens.Length - 1 - first);
            Tensor logits = model.Model.Forward(tape, tokens.AsMemory(first, count), 1, AttentionMask.Autoregressive).Value;
            Numerics.CrossEntropy.Forward(logits.Span, tokens.AsSpan(first + 1, count), losses.AsSpan(0, count), workers);
            for (int t = done - 1 - first; t < count; t++, done++)
            {
                int token = tokens[done];
                nats += losses[t];
                byteCount += model.Tokenizer.Decode(token, tokens[done - 1]).Length;
                int better = Better(logits[0][t].Span, token);
                top1 += better < 1 ? 1 : 0;
                top5 += better < 5 ? 1 : 0;
            }
            tape.Reset();
            progress?.Report((double)done / tokens.Length);
        }
        return new Evaluation { Tokens = tokens.Length - 1, Bytes = byteCount, Nats = nats, Top1 = top1, Top5 = top5 };
    }

    private static int Better(ReadOnlySpan<float> logits, int token)
    {
        int better = 0;
        for (int i = 0; i < logits.Length; i++)
            better += logits[i] > logits[token] || (logits[i] == logits[token] && i < token) ? 1 : 0;
        return better;
    }

    private static double Power(double nats)
    {
        // Only for show, but written with the library's own function, as everything here.
        Span<float> power = [(float)nats];
        Elementwise.Exp(power, power);
        return power[0];
    }
}

using Tacit.Learning;
using Tacit.Numerics;

namespace Tacit.Modeling.Recurrent;

/// <summary>The decoder of a <see cref="LstmAutoencoder"/> on its own: sequences of latents.</summary>
public static class SequenceDecoding
{
    // Sequences that go through together, and values of a tensor that they make at most, which is 128 MiB.
    private const int MostAtOnce = 32;
    private const long MostValues = 1 << 25;

    /// <summary>What token sequences latents stand for: the likeliest token each time, until the end or the model's
    /// length.</summary>
    /// <param name="model">A model without attention, whose latent is all it knows.</param>
    /// <param name="latents">(count, Z).</param>
    /// <param name="workers">Threads.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="ArgumentException">The model has attention or is of values, or the latents do not
    /// fit.</exception>
    public static int[][] DecodeTokens(this LstmAutoencoder model, ReadOnlySpan<float> latents,
        WorkPool? workers = null,
        CancellationToken cancellationToken = default)
    {
        int[][] all = new int[Check(model, latents, text: true)][];
        var tape = new Tape(workers) { IsRecording = false };
        for (int first = 0, count; first < all.Length; first += count)
        {
            cancellationToken.ThrowIfCancellationRequested();
            LstmAutoencoder.Encoding some = Some(model, latents, first, out count);
            List<int>[] said = FreeRun(model, tape, some).Said;
            for (int b = 0; b < count; b++)
                all[first + b] = [.. said[b]];
            tape.Reset();
        }
        return all;
    }

    /// <summary>What values latents stand for, in the values' own units: (count, length).</summary>
    /// <param name="model">A model without attention, whose latent is all it knows.</param>
    /// <param name="latents">(count, Z).</param>
    /// <param name="workers">Threads.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="ArgumentException">The model has attention or is of tokens, or the latents do not
    /// fit.</exception>
    public static float[][] DecodeValues(this LstmAutoencoder model, ReadOnlySpan<float> latents,
        WorkPool? workers = null,
        CancellationToken cancellationToken = default)
    {
        float[][] all = new float[Check(model, latents, text: false)][];
        (float mean, float deviation) = model.Normalisation;
        int steps = model.Options.MostSteps, row = steps * model.Options.Frame;
        var tape = new Tape(workers) { IsRecording = false };
        for (int first = 0, count; first < all.Length; first += count)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Tensor values = FreeValues(model, tape, Some(model, latents, first, out count), steps).Values;
            for (int b = 0; b < count; b++)
                all[first + b] = InUnits(values.Span.Slice(b * row, model.Options.Length), mean, deviation);
            tape.Reset();
        }
        return all;
    }

    /// <summary>Sequences of so many steps that go through together.</summary>
    internal static int AtOnce(LstmAutoencoderOptions o, int steps)
    {
        long columns = Math.Max(o.IsText ? o.Vocabulary + 2 : o.OutputColumns, 4L * o.Hidden);
        return (int)Math.Clamp(MostValues / (steps * Math.Max(columns, o.Attention > 0 ? steps : 0)), 1, MostAtOnce);
    }

    /// <summary>Normalised values as they were measured.</summary>
    internal static float[] InUnits(ReadOnlySpan<float> normal, float mean, float deviation)
    {
        float[] values = normal.ToArray();
        for (int t = 0; t < values.Length; t++)
            values[t] = MathF.FusedMultiplyAdd(values[t], deviation, mean);
        return values;
    }

    /// <summary>The decoder on its own tokens.</summary>
    /// <returns>What it said, ends left out, and with attention the weights of each step, (B, S) each.</returns>
    internal static (List<int>[] Said, List<Tensor> Weights) FreeRun(LstmAutoencoder model, Tape tape,
        LstmAutoencoder.Encoding encoding)
    {
        int count = encoding.Latent.Shape[0], columns = model.Options.Vocabulary + 2, open = count;
        var said = new List<int>[count];
        for (int b = 0; b < count; b++)
            said[b] = [];
        var weights = new List<Tensor>();
        bool[] ended = new bool[count];
        LstmState state = model.Begin(tape, encoding.Latent);
        Variable? previous = model.Options.Feeds ? model.First(tape, count) : null;
        for (int step = 0; step < model.Options.MostSteps && open > 0; step++)
        {
            (Variable logits, state, Variable? looked) = model.Decode(tape, encoding, previous, 1, state);
            if (looked is not null)
                weights.Add(looked.Value);
            int[] best = new int[count];
            for (int b = 0; b < count; b++)
            {
                best[b] = Largest(logits.Value.Span.Slice(b * columns, model.End + 1));
                if (!ended[b] && best[b] != model.End && step < model.Options.Length)
                    said[b].Add(best[b]);
                else if (!ended[b])
                    (ended[b], open) = (true, open - 1);
            }
            previous = model.Options.Feeds ? model.Rows(tape, best, count, 1) : null;
        }
        return (said, weights);
    }

    /// <summary>The decoder on its own values: normalised (B, T, F), and with attention the weights (B, T,
    /// S).</summary>
    internal static (Tensor Values, Tensor Weights) FreeValues(LstmAutoencoder model, Tape tape,
        LstmAutoencoder.Encoding encoding, int steps)
    {
        int count = encoding.Latent.Shape[0], frame = model.Options.Frame;
        LstmState state = model.Begin(tape, encoding.Latent);
        if (!model.Options.Feeds)
        {
            (Variable all, _, Variable? looked) = model.Decode(tape, encoding, null, steps, state);
            return (model.Values(tape, all).Value, looked?.Value ?? default);
        }
        Tensor values = tape.Memory.Rent(count, steps, frame), weights = encoding.Memory is null ? default
            : tape.Memory.Rent(count, steps, steps);
        Variable previous = model.First(tape, count);
        for (int step = 0; step < steps; step++)
        {
            (Variable output, state, Variable? looked) = model.Decode(tape, encoding, previous, 1, state);
            previous = model.Values(tape, output);
            Strided.Copy(previous.Value.Span, frame, values.Span[(step * frame)..], steps * frame, count, frame);
            if (looked is not null)
                Strided.Copy(looked.Value.Span, steps, weights.Span[(step * steps)..], steps * steps, count, steps);
        }
        return (values, weights);
    }

    // Of several equals the first.
    private static int Largest(ReadOnlySpan<float> values)
    {
        int best = 0;
        for (int i = 1; i < values.Length; i++)
            best = values[i] > values[best] ? i : best;
        return best;
    }

    private static int Check(LstmAutoencoder model, ReadOnlySpan<float> latents, bool text)
    {
        ArgumentNullException.ThrowIfNull(model);
        int z = model.Options.Latent;
        return model.Options.Attention == 0 && model.Options.IsText == text && !latents.IsEmpty
            && latents.Length % z == 0 ? latents.Length / z
            : throw new ArgumentException($"{latents.Length} numbers cannot be decoded: latents are {z} numbers " +
                $"each, of a model " +
                $"{(text ? "of text" : "of values")} without attention.", nameof(latents));
    }

    private static LstmAutoencoder.Encoding Some(LstmAutoencoder model, ReadOnlySpan<float> latents, int first,
        out int count)
    {
        int z = model.Options.Latent;
        count = Math.Min(AtOnce(model.Options, model.Options.MostSteps), latents.Length / z - first);
        return new LstmAutoencoder.Encoding(Tape.Input(Tensor.From(latents.Slice(first * z, count * z), count, z)),
            null, null, default);
    }
}

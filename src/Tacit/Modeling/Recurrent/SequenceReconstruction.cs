using Tacit.Learning;
using Tacit.Numerics;

namespace Tacit.Modeling.Recurrent;

/// <summary>Sequences through a <see cref="LstmAutoencoder"/> and back, the decoder on what it said itself.</summary>
public static class SequenceReconstruction
{
    /// <summary>Sequences that go through together.</summary>
    public const int BatchSize = 32;

    /// <summary>A batch of sequences, values normalised.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tape">Where values lie.</param>
    /// <param name="data">The sequences.</param>
    /// <param name="indices">Those that are wanted.</param>
    public static SequenceBatch Batch(this LstmAutoencoder model, Tape tape, SequenceSet data, ReadOnlySpan<int> indices)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tape);
        ArgumentNullException.ThrowIfNull(data);
        if (data.IsText)
        {
            int[][] tokens = new int[indices.Length][];
            for (int i = 0; i < tokens.Length; i++)
                tokens[i] = data.Tokens(indices[i]);
            return SequenceBatch.OfTokens(tokens, model.End);
        }
        (float mean, float deviation) = model.Normalisation;
        var values = new ReadOnlyMemory<float>[indices.Length];
        for (int i = 0; i < values.Length; i++)
        {
            float[] normal = data.Values(indices[i]).ToArray();
            for (int t = 0; t < normal.Length; t++)
                normal[t] = (normal[t] - mean) / deviation;
            values[i] = normal;
        }
        return SequenceBatch.OfValues(values, model.Options.Frame, tape.Memory);
    }

    /// <summary>Steps a sequence takes: its tokens and the end, or its frames.</summary>
    public static int Steps(this LstmAutoencoder model, SequenceSet data, int index)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        return data.IsText ? data.Length(index) + 1 : (data.Length(index) + model.Options.Frame - 1) / model.Options.Frame;
    }

    /// <summary>The latents of sequences, (count, Z).</summary>
    public static float[] Encode(this LstmAutoencoder model, SequenceSet data, WorkPool? workers = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        float[] latents = new float[checked(data.Count * model.Options.Latent)];
        InBatches(model, data, workers, (tape, batch, indices) =>
        {
            Span<float> z = model.Encode(tape, batch).Latent.Value.Span;
            for (int b = 0; b < indices.Length; b++)
                z.Slice(b * model.Options.Latent, model.Options.Latent).CopyTo(latents.AsSpan(indices[b] * model.Options.Latent));
        }, cancellationToken);
        return latents;
    }

    /// <summary>Token sequences given back greedily, the likeliest token each time, until the end or the model's length.</summary>
    /// <param name="model">The model.</param>
    /// <param name="data">Token sequences.</param>
    /// <param name="workers">Threads.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static int[][] ReconstructTokens(this LstmAutoencoder model, SequenceSet data, WorkPool? workers = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        int[][] all = new int[data.Count][];
        InBatches(model, data, workers, (tape, batch, indices) =>
        {
            List<int>[] said = FreeRun(model, tape, model.Encode(tape, batch)).Said;
            for (int b = 0; b < said.Length; b++)
                all[indices[b]] = [.. said[b]];
        }, cancellationToken);
        return all;
    }

    /// <summary>Value sequences given back, as long as they were, in the values' own units.</summary>
    /// <param name="model">The model.</param>
    /// <param name="data">Value sequences.</param>
    /// <param name="workers">Threads.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static float[][] ReconstructValues(this LstmAutoencoder model, SequenceSet data, WorkPool? workers = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        float[][] all = new float[data.Count][];
        (float mean, float deviation) = model.Normalisation;
        InBatches(model, data, workers, (tape, batch, indices) =>
        {
            Tensor values = FreeValues(model, tape, model.Encode(tape, batch), batch.Steps).Values;
            int row = batch.Steps * model.Options.Frame;
            for (int b = 0; b < indices.Length; b++)
                all[indices[b]] = InUnits(values.Span.Slice(b * row, data.Length(indices[b])), mean, deviation);
        }, cancellationToken);
        return all;
    }

    /// <summary>What token sequences latents stand for: greedily, each until its end or the model's length.</summary>
    /// <param name="model">A model without attention, whose latent is all it knows.</param>
    /// <param name="latents">(count, Z).</param>
    /// <param name="workers">Threads.</param>
    /// <exception cref="ArgumentException">The model has attention or is of values, or the latents do not fit.</exception>
    public static int[][] DecodeTokens(this LstmAutoencoder model, ReadOnlySpan<float> latents, WorkPool? workers = null)
    {
        var tape = new Tape(workers) { IsRecording = false };
        return [.. FreeRun(model, tape, Bare(model, latents, text: true)).Said.Select(s => s.ToArray())];
    }

    /// <summary>What values latents stand for, in the values' own units: (count, length).</summary>
    /// <param name="model">A model without attention, whose latent is all it knows.</param>
    /// <param name="latents">(count, Z).</param>
    /// <param name="workers">Threads.</param>
    /// <exception cref="ArgumentException">The model has attention or is of tokens, or the latents do not fit.</exception>
    public static float[][] DecodeValues(this LstmAutoencoder model, ReadOnlySpan<float> latents, WorkPool? workers = null)
    {
        var tape = new Tape(workers) { IsRecording = false };
        LstmAutoencoder.Encoding encoding = Bare(model, latents, text: false);
        (float mean, float deviation) = model.Normalisation;
        int steps = model.Options.MostSteps, row = steps * model.Options.Frame;
        Tensor values = FreeValues(model, tape, encoding, steps).Values;
        return [.. Enumerable.Range(0, encoding.Latent.Shape[0]).Select(b => InUnits(values.Span.Slice(b * row, model.Options.Length), mean, deviation))];
    }

    private static LstmAutoencoder.Encoding Bare(LstmAutoencoder model, ReadOnlySpan<float> latents, bool text)
    {
        ArgumentNullException.ThrowIfNull(model);
        int z = model.Options.Latent;
        if (model.Options.Attention > 0 || model.Options.IsText != text || latents.IsEmpty || latents.Length % z != 0)
            throw new ArgumentException($"{latents.Length} numbers cannot be decoded: latents are {z} numbers each, of a model {(text ? "of text" : "of values")} without attention.");
        return new LstmAutoencoder.Encoding(Tape.Input(Tensor.From(latents, latents.Length / z, z)), null, null, default);
    }

    private static float[] InUnits(ReadOnlySpan<float> normal, float mean, float deviation)
    {
        float[] values = normal.ToArray();
        for (int t = 0; t < values.Length; t++)
            values[t] = MathF.FusedMultiplyAdd(values[t], deviation, mean);
        return values;
    }

    /// <summary>What each token sequence costs with teacher forcing: the mean cross-entropy of its tokens and its end, in nats.</summary>
    /// <param name="model">The model.</param>
    /// <param name="data">Token sequences.</param>
    /// <param name="workers">Threads.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static double[] Surprise(this LstmAutoencoder model, SequenceSet data, WorkPool? workers = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        double[] all = new double[data.Count];
        InBatches(model, data, workers, (tape, batch, indices) =>
        {
            Variable logits = model.Forced(tape, batch).Output;
            float[] costs = new float[batch.Count * batch.Steps];
            CrossEntropy.Forward(logits.Value.Span, LstmAutoencoder.Targets(batch), costs, workers);
            for (int b = 0; b < indices.Length; b++)
            {
                double sum = 0;
                for (int t = 0; t < batch.Lengths[b]; t++)
                    sum += costs[b * batch.Steps + t];
                all[indices[b]] = sum / batch.Lengths[b];
            }
        }, cancellationToken);
        return all;
    }

    /// <summary>Where the decoder looks in the encoder's states while it says a token sequence, or gives values, on its own.</summary>
    /// <param name="model">A model with attention.</param>
    /// <param name="data">The sequences.</param>
    /// <param name="index">Which of them.</param>
    /// <param name="workers">Threads.</param>
    /// <returns>What was said (tokens, without the end), and the weights (decoder steps, encoder steps).</returns>
    /// <exception cref="ArgumentException">The model has no attention.</exception>
    public static (int[] Said, float[][] Weights) Look(this LstmAutoencoder model, SequenceSet data, int index, WorkPool? workers = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.Options.Attention == 0)
            throw new ArgumentException("The model has no attention.", nameof(model));
        var tape = new Tape(workers) { IsRecording = false };
        SequenceBatch batch = model.Batch(tape, data, [index]);
        LstmAutoencoder.Encoding encoding = model.Encode(tape, batch);
        if (data.IsText)
        {
            (List<int>[] said, List<Tensor> weights) = FreeRun(model, tape, encoding);
            return ([.. said[0]], [.. weights.Select(w => w.Span.ToArray())]);
        }
        Tensor all = FreeValues(model, tape, encoding, batch.Steps).Weights;
        return ([], [.. Enumerable.Range(0, batch.Steps).Select(t => all.Span.Slice(t * batch.Steps, batch.Steps).ToArray())]);
    }

    /// <summary>The decoder on its own tokens.</summary>
    /// <returns>What it said, ends left out, and with attention the weights of each step, (B, S) each.</returns>
    internal static (List<int>[] Said, List<Tensor> Weights) FreeRun(LstmAutoencoder model, Tape tape, LstmAutoencoder.Encoding encoding)
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

    /// <summary>The decoder on its own values: normalised (B, T, F), and with attention the weights (B, T, S).</summary>
    internal static (Tensor Values, Tensor Weights) FreeValues(LstmAutoencoder model, Tape tape, LstmAutoencoder.Encoding encoding, int steps)
    {
        int count = encoding.Latent.Shape[0], frame = model.Options.Frame;
        LstmState state = model.Begin(tape, encoding.Latent);
        if (!model.Options.Feeds)
        {
            (Variable all, _, Variable? looked) = model.Decode(tape, encoding, null, steps, state);
            return (all.Value, looked?.Value ?? default);
        }
        Tensor values = tape.Memory.Rent(count, steps, frame), weights = encoding.Memory is null ? default : tape.Memory.Rent(count, steps, steps);
        Variable previous = model.First(tape, count);
        for (int step = 0; step < steps; step++)
        {
            (previous, state, Variable? looked) = model.Decode(tape, encoding, previous, 1, state);
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

    // Sequences of like length together; what comes out does not depend on that.
    private static void InBatches(LstmAutoencoder model, SequenceSet data, WorkPool? workers,
        Action<Tape, SequenceBatch, int[]> work, CancellationToken cancellationToken)
    {
        var tape = new Tape(workers) { IsRecording = false };
        foreach (int[] indices in Enumerable.Range(0, data.Count).OrderBy(data.Length).Chunk(BatchSize))
        {
            cancellationToken.ThrowIfCancellationRequested();
            work(tape, model.Batch(tape, data, indices), indices);
            tape.Reset();
        }
    }
}

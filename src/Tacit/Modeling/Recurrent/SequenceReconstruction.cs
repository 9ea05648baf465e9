using Tacit.Learning;
using Tacit.Numerics;

namespace Tacit.Modeling.Recurrent;

/// <summary>Sequences through a <see cref="LstmAutoencoder"/> and back, the decoder on what it said itself.</summary>
public static class SequenceReconstruction
{
    /// <summary>A batch of sequences, values normalised.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tape">Where values lie.</param>
    /// <param name="data">The sequences.</param>
    /// <param name="indices">Those that are wanted.</param>
    public static SequenceBatch Batch(this LstmAutoencoder model, Tape tape, SequenceSet data,
        ReadOnlySpan<int> indices)
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
        return data.IsText ? data.Length(index) + 1
            : (data.Length(index) + model.Options.Frame - 1) / model.Options.Frame;
    }

    /// <summary>The latents of sequences, (count, Z).</summary>
    public static float[] Encode(this LstmAutoencoder model, SequenceSet data, WorkPool? workers = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        float[] latents = new float[checked(data.Count * model.Options.Latent)];
        InBatches(model, data, workers, (tape, batch, indices) =>
        {
            Span<float> z = model.Encode(tape, batch).Latent.Value.Span;
            for (int b = 0; b < indices.Length; b++)
                z.Slice(b * model.Options.Latent, model.Options.Latent)
                    .CopyTo(latents.AsSpan(indices[b] * model.Options.Latent));
        }, cancellationToken);
        return latents;
    }

    /// <summary>Token sequences given back greedily, the likeliest token each time, until the end or the model's
    /// length.</summary>
    /// <param name="model">The model.</param>
    /// <param name="data">Token sequences.</param>
    /// <param name="workers">Threads.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static int[][] ReconstructTokens(this LstmAutoencoder model, SequenceSet data, WorkPool? workers = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        int[][] all = new int[data.Count][];
        InBatches(model, data, workers, (tape, batch, indices) =>
        {
            List<int>[] said = SequenceDecoding.FreeRun(model, tape, model.Encode(tape, batch)).Said;
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
    public static float[][] ReconstructValues(this LstmAutoencoder model, SequenceSet data, WorkPool? workers = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        float[][] all = new float[data.Count][];
        (float mean, float deviation) = model.Normalisation;
        InBatches(model, data, workers, (tape, batch, indices) =>
        {
            Tensor values = SequenceDecoding.FreeValues(model, tape, model.Encode(tape, batch), batch.Steps).Values;
            int row = batch.Steps * model.Options.Frame;
            for (int b = 0; b < indices.Length; b++)
                all[indices[b]] = SequenceDecoding.InUnits(values.Span.Slice(b * row, data.Length(indices[b])), mean,
                    deviation);
        }, cancellationToken);
        return all;
    }

    /// <summary>What each token sequence costs with teacher forcing: the mean cross-entropy of its tokens and its end,
    /// in nats.</summary>
    /// <param name="model">The model.</param>
    /// <param name="data">Token sequences.</param>
    /// <param name="workers">Threads.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static double[] Surprise(this LstmAutoencoder model, SequenceSet data, WorkPool? workers = null,
        CancellationToken cancellationToken = default)
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

    /// <summary>Where the decoder looks in the encoder's states while it says a token sequence, or gives values, on its
    /// own.</summary>
    /// <param name="model">A model with attention.</param>
    /// <param name="data">The sequences.</param>
    /// <param name="index">Which of them.</param>
    /// <param name="workers">Threads.</param>
    /// <returns>What was said (tokens, without the end), and the weights (decoder steps, encoder steps).</returns>
    /// <exception cref="ArgumentException">The model has no attention.</exception>
    public static (int[] Said, float[][] Weights) Look(this LstmAutoencoder model, SequenceSet data, int index,
        WorkPool? workers = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.Options.Attention == 0)
            throw new ArgumentException("The model has no attention.", nameof(model));
        var tape = new Tape(workers) { IsRecording = false };
        SequenceBatch batch = model.Batch(tape, data, [index]);
        LstmAutoencoder.Encoding encoding = model.Encode(tape, batch);
        if (data.IsText)
        {
            (List<int>[] said, List<Tensor> weights) = SequenceDecoding.FreeRun(model, tape, encoding);
            return ([.. said[0]], [.. weights.Select(w => w.Span.ToArray())]);
        }
        Tensor all = SequenceDecoding.FreeValues(model, tape, encoding, batch.Steps).Weights;
        return ([], [.. Enumerable.Range(0, batch.Steps)
            .Select(t => all.Span.Slice(t * batch.Steps, batch.Steps).ToArray())]);
    }

    /// <summary>Works on sequences of like length together; what comes out does not depend on that.</summary>
    internal static void InBatches(LstmAutoencoder model, SequenceSet data, WorkPool? workers,
        Action<Tape, SequenceBatch, int[]> work, CancellationToken cancellationToken)
    {
        var tape = new Tape(workers) { IsRecording = false };
        int[] order = [.. Enumerable.Range(0, data.Count).OrderByDescending(data.Length)];
        for (int first = 0, count; first < order.Length; first += count)
        {
            cancellationToken.ThrowIfCancellationRequested();
            count = Math.Min(SequenceDecoding.AtOnce(model.Options, model.Steps(data, order[first])),
                order.Length - first);
            int[] indices = order[first..(first + count)];
            work(tape, model.Batch(tape, data, indices), indices);
            tape.Reset();
        }
    }
}

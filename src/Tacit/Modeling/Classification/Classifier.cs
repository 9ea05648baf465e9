using Tacit.Learning;
using Tacit.Media.DataSets;
using Tacit.Numerics;

namespace Tacit.Modeling.Classification;

/// <summary>A trained classifier: items to the probabilities of their labels.</summary>
/// <remarks>Thread-safe once trained.</remarks>
public sealed class Classifier
{
    /// <summary>A classifier.</summary>
    /// <param name="network">What computes.</param>
    /// <param name="labels">What its classes are called, in their order.</param>
    /// <exception cref="ArgumentException">There are not as many labels as classes.</exception>
    public Classifier(ClassifierNetwork network, IReadOnlyList<string> labels)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(labels);
        if (labels.Count != network.Classes)
            throw new ArgumentException($"Classifier: {labels.Count} labels for {network.Classes} classes.",
                nameof(labels));
        (Network, Labels) = (network, labels);
    }

    /// <summary>What computes.</summary>
    public ClassifierNetwork Network { get; }

    /// <summary>What its classes are called.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>The probability of each class for items.</summary>
    /// <param name="items">Items of the encoder's shape.</param>
    /// <param name="which">Which of them.</param>
    /// <param name="workers">Threads to use; the caller alone if null.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>(which, classes), each row sums to 1.</returns>
    /// <exception cref="ArgumentException">The items are of another shape.</exception>
    public float[] Probabilities(ItemSet items, ReadOnlySpan<int> which, WorkPool? workers = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(items);
        int classes = Network.Classes;
        float[] all = new float[checked(which.Length * classes)];
        InBatches(Network, items, which, workers, (tape, batch, at) =>
        {
            Span<float> logits = Network.Forward(tape, batch).Value.Span;
            Softmax.Forward(logits, classes, all.AsSpan(at * classes, logits.Length), workers);
        }, cancellationToken);
        return all;
    }

    /// <summary>The likeliest class of each row of probabilities; of several the first.</summary>
    public int[] Likeliest(ReadOnlySpan<float> probabilities)
    {
        int classes = Network.Classes;
        int[] likeliest = new int[probabilities.Length / classes];
        for (int i = 0; i < likeliest.Length; i++)
        {
            ReadOnlySpan<float> row = probabilities.Slice(i * classes, classes);
            for (int c = 1; c < classes; c++)
                likeliest[i] = row[c] > row[likeliest[i]] ? c : likeliest[i];
        }
        return likeliest;
    }

    /// <summary>The latents of items (which, D).</summary>
    internal static float[] Encode(ClassifierNetwork network, ItemSet items, ReadOnlySpan<int> which, WorkPool? workers)
    {
        int d = network.Encoder.Latents;
        float[] latents = new float[checked(which.Length * d)];
        InBatches(network, items, which, workers, (tape, batch, at) =>
            network.Encoder.Forward(tape, batch).Value.Span.CopyTo(latents.AsSpan(at * d)), default);
        return latents;
    }

    private static void InBatches(ClassifierNetwork network, ItemSet items, ReadOnlySpan<int> which, WorkPool? workers,
        Action<Tape, Variable, int> work, CancellationToken cancellationToken)
    {
        if (items.Shape != network.Encoder.Shape)
            throw new ArgumentException($"Classifier: items of {items.Shape}, the encoder's are " +
                $"{network.Encoder.Shape}.", nameof(items));
        int atOnce = network.Encoder.ItemsAtOnce;
        var tape = new Tape(workers) { IsRecording = false };
        for (int at = 0; at < which.Length; at += atOnce)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Tensor batch = tape.Memory.Rent(Math.Min(atOnce, which.Length - at), items.Shape.Size);
            for (int i = 0; i < batch.Shape[0]; i++)
                network.Encoder.CopyTo(items, which[at + i], batch[i].Span);
            work(tape, Tape.Input(batch), at);
            tape.Reset();
        }
    }
}

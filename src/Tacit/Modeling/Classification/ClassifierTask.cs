using Tacit.Learning;
using Tacit.Media.DataSets;
using Tacit.Modeling.Autoencoders;
using Tacit.Numerics;

namespace Tacit.Modeling.Classification;

/// <summary>Teaches a classifier the labels of items: its head alone, or the encoder too.</summary>
/// <remarks>
/// The loss is the mean cross-entropy in nats. Where the encoder stays as it is and items are not changed, their
/// latents are computed once.
/// </remarks>
public sealed class ClassifierTask : ITrainingTask
{
    private const int MostForMoments = 10_000;

    private readonly Classifier _classifier;
    private readonly ItemSet _items, _validationItems;
    private readonly int[] _training, _validation, _targets, _validationTargets;
    private readonly ItemBatches _batches;
    private readonly bool _tunes;
    private float[]? _latents, _validationLatents;

    /// <summary>A task. The moments of the latents are found now, unless the classifier has some.</summary>
    /// <param name="classifier">The classifier.</param>
    /// <param name="items">What to learn from, with labels.</param>
    /// <param name="training">Which of them.</param>
    /// <param name="validationItems">What to validate on, with labels.</param>
    /// <param name="validation">Which of those; none for no validation.</param>
    /// <param name="tunes">Whether the encoder learns, too.</param>
    /// <param name="batch">Items in a batch.</param>
    /// <param name="augmentation">What is done to items that are learnt from.</param>
    /// <param name="seed">Decides orders and changes.</param>
    /// <exception cref="ArgumentException">The items are of another shape, have no labels, or none are to be learnt
    /// from.</exception>
    /// <exception cref="InvalidDataException">A label is none of the classifier's.</exception>
    public ClassifierTask(Classifier classifier, ItemSet items, int[] training, ItemSet validationItems,
        int[] validation, bool tunes, int batch,
        Augmentation augmentation, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(validationItems);
        ArgumentNullException.ThrowIfNull(validation);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        if (training.Length == 0 || items.Shape != validationItems.Shape)
            throw new ArgumentException($"ClassifierTask: {training.Length} items of {items.Shape}, validated on " +
                $"items of {validationItems.Shape}.");
        (_classifier, _items, _training, _validationItems, _validation) = (classifier, items, training,
            validationItems, validation);
        _tunes = tunes;
        _batches = new ItemBatches(items, training, batch, augmentation, seed);
        _targets = Targets(classifier, items, training);
        _validationTargets = Targets(classifier, validationItems, validation);
        ClassifierNetwork network = classifier.Network;
        foreach (Parameter parameter in network.Encoder.Parameters)
            parameter.IsTrained = tunes;
        if (!network.Factor.Value.Span.ContainsAnyExcept(0f))
            network.Normalise(Classifier.Encode(network, items,
                training.AsSpan(0, Math.Min(training.Length, MostForMoments)), null));
    }

    /// <inheritdoc/>
    public Module Model => _classifier.Network;

    /// <inheritdoc/>
    public long ItemsPerBatch => _batches.Size;

    /// <inheritdoc/>
    public bool CanValidate => _validation.Length > 0;

    /// <inheritdoc/>
    public Variable Loss(Tape tape, long batch)
    {
        ArgumentNullException.ThrowIfNull(tape);
        ClassifierNetwork network = _classifier.Network;
        int[] places = [.. Enumerable.Range(0, _batches.Size).Select(b => _batches.PlaceOf(batch, b))];
        int[] targets = Array.ConvertAll(places, place => _targets[place]);
        if (!_tunes && _batches.IsPlain)
        {
            _latents ??= Classifier.Encode(network, _items, _training, tape.Workers);
            return tape.CrossEntropy(network.Classify(tape, Rows(tape, _latents, places)), targets);
        }
        Tensor items = _batches.Take(tape, batch, (item, values) => network.Encoder.CopyTo(_items, item, values));
        return tape.CrossEntropy(network.Forward(tape, _batches.Seen(tape, items)), targets);
    }

    /// <inheritdoc/>
    public double Validate(Tape tape, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tape);
        ClassifierNetwork network = _classifier.Network;
        float[] latents = _validationLatents ?? Classifier.Encode(network, _validationItems, _validation, tape.Workers);
        if (!_tunes)
            _validationLatents = latents;
        double sum = 0;
        const int AtOnce = 1024;
        for (int at = 0; at < _validation.Length; at += AtOnce)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int[] some = [.. Enumerable.Range(at, Math.Min(AtOnce, _validation.Length - at))];
            Variable loss = tape.CrossEntropy(network.Classify(tape, Rows(tape, latents, some)),
                _validationTargets.AsMemory(at, some.Length));
            sum += (double)loss.Value.Span[0] * some.Length;
            tape.Reset();
        }
        return sum / _validation.Length;
    }

    private Variable Rows(Tape tape, float[] latents, int[] places)
    {
        int d = _classifier.Network.Encoder.Latents;
        Tensor rows = tape.Memory.Rent(places.Length, d);
        for (int i = 0; i < places.Length; i++)
            latents.AsSpan(places[i] * d, d).CopyTo(rows[i].Span);
        return Tape.Input(rows);
    }

    private static int[] Targets(Classifier classifier, ItemSet items, int[] which)
    {
        if (which.Length > 0 && items.Labels is null)
            throw new ArgumentException("ClassifierTask: the items have no labels.");
        var classes = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int c = 0; c < classifier.Labels.Count; c++)
            classes.Add(classifier.Labels[c], c);
        return Array.ConvertAll(which, i => classes.TryGetValue(items.Labels![i], out int c) ? c
            : throw new InvalidDataException($"{items.NameOf(i)} has the label '{items.Labels[i]}', which is none of " +
                $"the classifier's."));
    }
}

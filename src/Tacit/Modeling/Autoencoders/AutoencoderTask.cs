using System.Globalization;
using Tacit.Learning;
using Tacit.Media.DataSets;
using Tacit.Numerics;

namespace Tacit.Modeling.Autoencoders;

/// <summary>Teaches an autoencoder to give items back.</summary>
/// <remarks>
/// A batch is the next items of an order that is drawn anew for each pass over them; validation goes over all items
/// kept for it.
/// </remarks>
public sealed class AutoencoderTask : ITrainingTask
{
    private readonly Autoencoder _model;
    private readonly ItemSet _items;
    private readonly ItemSet? _validationItems;
    private readonly int[] _validation;
    private readonly ItemBatches _batches;

    /// <summary>A task.</summary>
    /// <param name="model">The model.</param>
    /// <param name="items">What to learn from.</param>
    /// <param name="training">Which of them.</param>
    /// <param name="validationItems">What to validate on; null for no validation.</param>
    /// <param name="validation">Which of those.</param>
    /// <param name="batch">Items in a batch.</param>
    /// <param name="augmentation">What is done to items that are learnt from.</param>
    /// <param name="seed">Decides orders and changes.</param>
    /// <exception cref="ArgumentException">The items are not of the model's shape, or none are to be learnt
    /// from.</exception>
    /// <exception cref="InvalidDataException">Values are beyond 0 to 1, and the loss is cross-entropy: it has no bound
    /// there.</exception>
    public AutoencoderTask(Autoencoder model, ItemSet items, int[] training, ItemSet? validationItems,
        int[] validation, int batch,
        Augmentation augmentation, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(validation);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        if (items.Shape != model.Options.Shape || (validationItems ?? items).Shape != model.Options.Shape
            || training.Length == 0)
            throw new ArgumentException($"AutoencoderTask: {training.Length} items of {items.Shape} for a model of " +
                $"{model.Options.Shape}.");
        (_model, _items, _validationItems, _validation) = (model, items, validationItems, validation);
        if (model.Options.Loss == ItemLoss.CrossEntropy)
        {
            CheckProbabilities(items, training, model.Scale);
            CheckProbabilities(validationItems ?? items, validation, model.Scale);
        }
        _batches = new ItemBatches(items, training, batch, augmentation, seed);
    }

    /// <inheritdoc/>
    public Module Model => _model.Network;

    /// <inheritdoc/>
    public long ItemsPerBatch => _batches.Size;

    /// <inheritdoc/>
    public bool CanValidate => _validationItems is not null && _validation.Length > 0;

    /// <inheritdoc/>
    public Variable Loss(Tape tape, long batch)
    {
        ArgumentNullException.ThrowIfNull(tape);
        Tensor target = _batches.Take(tape, batch, (item, values) => _items.CopyTo(item, _model.Scale, values));
        return _model.Network.Loss(tape, _batches.Seen(tape, target), target);
    }

    /// <inheritdoc/>
    public double Validate(Tape tape, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tape);
        ItemSet items = _validationItems
            ?? throw new InvalidOperationException("AutoencoderTask: there is nothing to validate on.");
        double sum = 0;
        int most = AutoencoderNetwork.ItemsAtOnce(_model.Options);
        for (int at = 0; at < _validation.Length; at += most)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = Math.Min(most, _validation.Length - at);
            Tensor target = tape.Memory.Rent(count, items.Shape.Size);
            for (int b = 0; b < count; b++)
                items.CopyTo(_validation[at + b], _model.Scale, target[b].Span);
            sum += (double)_model.Network.Loss(tape, Tape.Input(target), target).Value.Span[0] * count;
            tape.Reset();
        }
        return sum / _validation.Length;
    }

    private static void CheckProbabilities(ItemSet items, int[] which, ItemScale scale)
    {
        ItemScale range = items.Measure(which);
        if (which.Length > 0 && items.Highest == 0 && (range.Lowest < scale.Lowest || range.Highest > scale.Highest))
        {
            throw new InvalidDataException(string.Create(NumberFormatInfo.InvariantInfo,
                $"there are values from {range.Lowest} to {range.Highest}, " +
                $"and 0 to 1 stand for {scale.Lowest} to {scale.Highest}: cross-entropy takes no values beyond"));
        }
    }
}

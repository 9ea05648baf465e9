using Tacit.Learning;
using Tacit.Media.DataSets;
using Tacit.Modeling.Autoencoders;
using Tacit.Numerics;

namespace Tacit.Modeling.Variational;

/// <summary>What training makes small: −E[ln p(x | z)] + β · w · KL.</summary>
/// <param name="Beta">β: above 1 for fewer bits in the latents (Higgins et al. 2017), 1 for the evidence lower bound.</param>
/// <param name="WarmUp">Batches in which w grows from 0 to 1, so that latents are used before they cost (Bowman et al. 2016); normal values have one variance meanwhile.</param>
/// <param name="FreeBits">Nats a latent may hold at no cost (Kingma et al. 2016).</param>
public readonly record struct VariationalObjective(float Beta = 1f, long WarmUp = 0, float FreeBits = 0f)
{
    internal float Weight(long batch) => batch < WarmUp ? Beta * ((batch + 1f) / WarmUp) : Beta;
}

/// <summary>Teaches a variational autoencoder.</summary>
/// <remarks>
/// A batch is the next items of an order that is drawn anew for each pass over them; where items are drawn to be 0 or 1, they are drawn anew
/// each time. Validation is the evidence lower bound of all items kept for it, whatever β is.
/// </remarks>
public sealed class VariationalTask : ITrainingTask
{
    private readonly VariationalAutoencoder _model;
    private readonly ItemSet _items;
    private readonly ItemSet? _validationItems;
    private readonly int[] _validation;
    private readonly ItemBatches _batches;
    private readonly VariationalObjective _objective;
    private readonly ulong _seed;

    /// <summary>A task.</summary>
    /// <param name="model">The model.</param>
    /// <param name="items">What to learn from.</param>
    /// <param name="training">Which of them.</param>
    /// <param name="validationItems">What to validate on; null for no validation.</param>
    /// <param name="validation">Which of those.</param>
    /// <param name="batch">Items in a batch.</param>
    /// <param name="objective">What is made small.</param>
    /// <param name="augmentation">What is done to items that are learnt from.</param>
    /// <param name="seed">Decides orders, draws and changes.</param>
    /// <exception cref="ArgumentException">The items are not of the model's shape, or none are to be learnt from.</exception>
    public VariationalTask(VariationalAutoencoder model, ItemSet items, int[] training, ItemSet? validationItems, int[] validation, int batch,
        VariationalObjective objective, Augmentation augmentation, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(validation);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        if (items.Shape != model.Shape || (validationItems ?? items).Shape != model.Shape || training.Length == 0)
            throw new ArgumentException($"VariationalTask: {training.Length} items of {items.Shape} for a model of {model.Shape}.");
        (_model, _items, _validationItems, _validation, _objective, _seed) = (model, items, validationItems, validation, objective, seed);
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
        Tensor target = _batches.Take(tape, batch, (item, values) => _model.CopyPlain(_items, item, values));
        if (_model.Options.Binarise)        // a stream beside the batch's own
            Binarisation.Draw(_seed, RandomStreams.Batch(batch) | 1UL << 61, 0, target.Span);
        return _model.Network.Loss(tape, _batches.Seen(tape, target), target, _objective.Weight(batch), _objective.FreeBits, oneVariance: batch < _objective.WarmUp);
    }

    /// <inheritdoc/>
    public double Validate(Tape tape, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tape);
        ItemSet items = _validationItems ?? throw new InvalidOperationException("VariationalTask: there is nothing to validate on.");
        double sum = 0;
        int most = VariationalNetwork.ItemsAtOnce(_model.Options);
        for (int at = 0; at < _validation.Length; at += most)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = Math.Min(most, _validation.Length - at);
            Tensor target = tape.Memory.Rent(count, items.Shape.Size);
            for (int b = 0; b < count; b++)
                _model.CopyTo(items, _validation[at + b], target[b].Span);
            sum += (double)_model.Network.Loss(tape, Tape.Input(target), target).Value.Span[0] * count;
            tape.Reset();
        }
        return sum / _validation.Length;
    }
}

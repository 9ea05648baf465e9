using Tacit.Learning;
using Tacit.Modeling.Variational;

namespace Tacit.Modeling.Recurrent;

/// <summary>Teaches a <see cref="LstmAutoencoder"/> to give sequences back, with teacher forcing.</summary>
public sealed class LstmAutoencoderTask : ITrainingTask
{
    private readonly LstmAutoencoder _model;
    private readonly SequenceSet _data;
    private readonly SequenceSet? _validation;
    private readonly BucketOrder _order;
    private readonly int[] _validationOrder;
    private readonly VariationalObjective _objective;

    /// <summary>A task. Of values, the model's normalisation is set from the data.</summary>
    /// <param name="model">The model.</param>
    /// <param name="data">What to learn from, none of it longer than the model takes.</param>
    /// <param name="validation">What to validate on; null for no validation.</param>
    /// <param name="batch">Sequences in a batch; as many as there are if those are fewer.</param>
    /// <param name="seed">Decides what is in a batch.</param>
    /// <param name="objective">Of a variational model, how the divergence counts; null for as the bound has it.</param>
    /// <exception cref="ArgumentException">There is no data, or of another sort than the model's.</exception>
    /// <exception cref="InvalidDataException">All values are the same.</exception>
    public LstmAutoencoderTask(LstmAutoencoder model, SequenceSet data, SequenceSet? validation, int batch, ulong seed, VariationalObjective? objective = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        if (data.Count == 0 || data.IsText != model.Options.IsText || validation is { Count: 0 })
            throw new ArgumentException($"LstmAutoencoderTask: {data.Count} sequences to learn from, " +
                $"{validation?.Count} to validate on.");
        (_model, _data, _validation, _objective) = (model, data, validation, objective ?? new VariationalObjective(1f));
        if (!data.IsText)
            model.Normalisation = data.Moments();
        _order = new BucketOrder([.. Enumerable.Range(0, data.Count).Select(data.Length)], batch, seed);
        _validationOrder = validation is null ? []
            : [.. Enumerable.Range(0, validation.Count).OrderBy(validation.Length)];
    }

    /// <inheritdoc/>
    public Module Model => _model;

    /// <inheritdoc/>
    public long ItemsPerBatch => _order.Size;

    /// <inheritdoc/>
    public bool CanValidate => _validation is not null;

    /// <inheritdoc/>
    public Variable Loss(Tape tape, long batch) =>
        _model.Loss(tape, _model.Batch(tape, _data, _order.Batch(batch)), _objective.Weight(batch), _objective.FreeBits, oneVariance: batch < _objective.WarmUp);

    /// <inheritdoc/>
    public double Validate(Tape tape, CancellationToken cancellationToken)
    {
        SequenceSet data = _validation ?? throw new InvalidOperationException("There is nothing to validate on.");
        double sum = 0;
        long items = 0;
        for (int first = 0; first < data.Count; first += _order.Size)
        {
            cancellationToken.ThrowIfCancellationRequested();
            SequenceBatch batch = _model.Batch(tape, data,
                _validationOrder.AsSpan(first, Math.Min(_order.Size, data.Count - first)));
            sum += (double)_model.Loss(tape, batch).Value.Span[0] * batch.Items;
            items += batch.Items;
            tape.Reset();
        }
        return sum / items;
    }
}

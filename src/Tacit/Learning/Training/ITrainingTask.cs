namespace Tacit.Learning;

/// <summary>What there is to learn: a model, data, and a loss. All a <see cref="Trainer"/> needs to know.</summary>
public interface ITrainingTask
{
    /// <summary>What learns, with its values before the first step.</summary>
    Module Model { get; }

    /// <summary>Things a batch holds, such as tokens or images: for the rate in messages.</summary>
    long ItemsPerBatch { get; }

    /// <summary>The mean loss of a batch, in nats or whatever else is to be made small.</summary>
    /// <param name="tape">Records the computation.</param>
    /// <param name="batch">
    /// The batch's number in the run, from 0. What is in it depends on this number, a seed and the data alone
    /// (<see cref="RandomStreams.Batch"/>), so that a run can be resumed anywhere.
    /// </param>
    Variable Loss(Tape tape, long batch);

    /// <summary>Whether there is data to validate on.</summary>
    bool CanValidate { get; }

    /// <summary>The mean loss over the validation data, the same in every call.</summary>
    /// <param name="tape">Computes values only; to be reset between batches.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    double Validate(Tape tape, CancellationToken cancellationToken);
}

/// <summary>Numbers of random streams, so that no two uses of one seed draw the same numbers.</summary>
/// <remarks>Parameters draw their initial values from the streams 0, 1, 2, … in the model's order.</remarks>
public static class RandomStreams
{
    /// <summary>The first of the streams a batch's operations draw from, such as dropout: 2^24 for each batch.</summary>
    public static ulong Operations(long batch) => (ulong)(batch + 1) << 24;

    /// <summary>The stream that says what is in a batch.</summary>
    public static ulong Batch(long batch) => 1UL << 63 | (ulong)batch;

    /// <summary>The first of the streams operations draw from in a validation: each draws the same numbers.</summary>
    public static ulong Validation => 3UL << 62;
}

namespace Tacit.Learning;

/// <summary>What a run will need, measured in trial steps whose results are thrown away.</summary>
public sealed record TrainingEstimate
{
    /// <summary>Numbers that are learnt.</summary>
    public required long Parameters { get; init; }

    /// <summary>Bytes of the parameters, their gradients, copies packed for products, what the optimiser keeps and the copy of the best.</summary>
    public required long StateBytes { get; init; }

    /// <summary>Bytes of values and gradients on the way: what the tape's pool held after the trial steps.</summary>
    public required long ActivationBytes { get; init; }

    /// <summary>Time of a step: the mean of the trial steps but the first.</summary>
    public required TimeSpan StepTime { get; init; }

    /// <summary>Time of a validation.</summary>
    public required TimeSpan ValidationTime { get; init; }

    /// <summary>Time the measurement took.</summary>
    public required TimeSpan Spent { get; init; }

    /// <summary>Time of a whole run.</summary>
    /// <param name="options">Its options.</param>
    public TimeSpan RunTime(TrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        TrainingOptions resolved = options.Resolve();
        return StepTime * resolved.Steps + ValidationTime * (1 + (resolved.Steps - 1) / resolved.ValidateEvery);
    }

    /// <summary>How many steps fit a time, validations and this measurement included; from 1 to 2^32.</summary>
    public long StepsIn(TimeSpan time, TrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        // Validations come at most twenty-one times in a run, or as often as asked, and once at the end.
        TimeSpan step = StepTime, validations = 21 * ValidationTime;
        if (options.ValidateEvery > 0)
            (step, validations) = (StepTime + ValidationTime / options.ValidateEvery, ValidationTime);
        return (long)Math.Clamp((time - Spent - validations) / step, 1, TrainingOptions.MostSteps);
    }
}

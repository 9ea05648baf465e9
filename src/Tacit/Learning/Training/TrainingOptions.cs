namespace Tacit.Learning;

/// <summary>The optimisers a run can use.</summary>
public enum OptimiserKind
{
    /// <summary>Adam with decoupled weight decay.</summary>
    AdamW,

    /// <summary>Stochastic gradient descent with momentum.</summary>
    Sgd,
}

/// <summary>How a <see cref="Trainer"/> trains. With data and model, these decide every bit of the result.</summary>
public sealed record TrainingOptions
{
    internal const long MostSteps = 1L << 32;

    /// <summary>Steps of the optimiser.</summary>
    public long Steps { get; init; } = 1000;

    /// <summary>The key of all random numbers.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Batches whose gradients are added up for a step.</summary>
    public int Accumulate { get; init; } = 1;

    /// <summary>The optimiser.</summary>
    public OptimiserKind Optimiser { get; init; }

    /// <summary>The highest learning rate.</summary>
    public float Rate { get; init; } = 1e-3f;

    /// <summary>How the learning rate falls.</summary>
    public ScheduleShape Schedule { get; init; } = ScheduleShape.Cosine;

    /// <summary>Steps over which the learning rate rises; −1 for a tenth of the run, at most 100.</summary>
    public long WarmUp { get; init; } = -1;

    /// <summary>The learning rate at the end, as a fraction of the highest.</summary>
    public float LeastRate { get; init; } = 0.1f;

    /// <summary>Weight decay of matrices and tables.</summary>
    public float Decay { get; init; } = 0.1f;

    /// <summary>How much of AdamW's mean gradient, or of SGD's velocity, stays.</summary>
    public float Beta1 { get; init; } = 0.9f;

    /// <summary>How much of AdamW's mean squared gradient stays.</summary>
    public float Beta2 { get; init; } = 0.99f;

    /// <summary>The length gradients are clipped to; 0 not to clip.</summary>
    public float Clip { get; init; } = 1f;

    /// <summary>Steps from one validation to the next; 0 for a twentieth of the run.</summary>
    public long ValidateEvery { get; init; }

    /// <summary>Validations without a better one after which the run stops; 0 for never.</summary>
    public int Patience { get; init; }

    /// <summary>The options with what the settings give in place.</summary>
    /// <exception cref="InvalidDataException">A value cannot be.</exception>
    public static TrainingOptions From(Settings settings, TrainingOptions? defaults = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        TrainingOptions d = defaults ?? new TrainingOptions();
        return d with
        {
            Steps = settings.Whole("steps", d.Steps, 1, MostSteps),
            Seed = settings.Whole("seed", d.Seed, 0UL, ulong.MaxValue),
            Accumulate = settings.Whole("accumulate", d.Accumulate, 1, 1 << 16),
            Optimiser = settings.Choice("optimiser", d.Optimiser, ("adamw", OptimiserKind.AdamW), ("sgd", OptimiserKind.Sgd)),
            Rate = settings.Real("rate", d.Rate, 0f, 1e6f),
            Schedule = settings.Choice("schedule", d.Schedule,
                ("cosine", ScheduleShape.Cosine), ("linear", ScheduleShape.Linear), ("constant", ScheduleShape.Constant)),
            WarmUp = settings.Whole("warm_up", d.WarmUp, -1, 1L << 32),
            LeastRate = settings.Real("least_rate", d.LeastRate, 0f, 1f),
            Decay = settings.Real("decay", d.Decay, 0f, 1e3f),
            Beta1 = settings.Real("beta1", d.Beta1, 0f, 0.999999f),
            Beta2 = settings.Real("beta2", d.Beta2, 0f, 0.999999f),
            Clip = settings.Real("clip", d.Clip, 0f, 1e9f),
            ValidateEvery = settings.Whole("validate_every", d.ValidateEvery, 0, 1L << 32),
            Patience = settings.Whole("patience", d.Patience, 0, 1 << 20),
        };
    }

    /// <summary>The same with numbers in place of those that depend on the run's length.</summary>
    public TrainingOptions Resolve() => this with
    {
        WarmUp = WarmUp < 0 ? Math.Min(Steps / 10, 100) : WarmUp,
        ValidateEvery = ValidateEvery == 0 ? (Steps + 19) / 20 : ValidateEvery,
    };

    /// <summary>All values as JSON, as <see cref="From"/> reads them.</summary>
    public string ToJson()
    {
        var settings = new Settings();
        From(settings, this);
        return settings.ToJson();
    }

    internal Optimiser MakeOptimiser(Module model) => Optimiser == OptimiserKind.Sgd
        ? new Sgd(model.Parameters, Beta1, Decay)
        : new AdamW(model.Parameters, Beta1, Beta2, decay: Decay);

    internal Schedule MakeSchedule() => new() { Rate = Rate, Shape = Schedule, WarmUp = WarmUp, LeastFraction = LeastRate };
}

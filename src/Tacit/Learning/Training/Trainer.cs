using Tacit.Learning.Safetensors;
using Tacit.Numerics;

namespace Tacit.Learning;

/// <summary>Trains any model: steps, validation, checkpoints, early stop, going on where a run was stopped.</summary>
/// <remarks>
/// A run is a function of the task, its model's values and the options: any number of threads, any interruptions and any
/// checkpoints give the same model, bit for bit. The clock decides only when checkpoints are written and what reports say.
/// </remarks>
/// <param name="task">What there is to learn.</param>
public sealed class Trainer(ITrainingTask task)
{
    private readonly Tensor[] _best = CopyOf(task.Model);
    private readonly TensorPool _memory = new();        // for the measurement and the run
    private (TrainingState State, TrainingOptions Options)? _run;

    /// <summary>Threads the kernels share their work among; the caller alone if null.</summary>
    public WorkPool? Workers { get; init; }

    /// <summary>Where checkpoints are written; null for nowhere.</summary>
    public string? CheckpointPath { get; init; }

    /// <summary>Time between checkpoints.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>What checkpoints say of the model: kind, settings, data.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Metadata { get; init; } = [];

    /// <summary>Is told of the run, on the thread that runs it.</summary>
    public IProgress<TrainingProgress>? Progress { get; init; }

    /// <summary>Steps from one report to the next; 0 for a two-hundredth of the run.</summary>
    public long ReportEvery { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Training losses of the run so far, each the mean since the one before.</summary>
    public IReadOnlyList<LossPoint> Losses => _run?.State.Losses ?? [];

    /// <summary>Validation losses of the run so far.</summary>
    public IReadOnlyList<LossPoint> Validations => _run?.State.Validations ?? [];

    /// <summary>Steps that were done when a checkpoint was written; null if the file is none.</summary>
    public static long? StepOf(SafetensorsReader file) => TrainingState.StepOf(file);

    /// <summary>Measures memory and speed in trial steps, and puts the model back as it was.</summary>
    /// <param name="options">How the run will train.</param>
    /// <param name="budget">Time the measurement may take, beyond two steps and a validation.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="DivergenceException">A loss is not finite already.</exception>
    public TrainingEstimate Measure(TrainingOptions options, TimeSpan budget, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        Keep();
        var tape = new Tape(Workers, _memory);
        Optimiser optimiser = options.MakeOptimiser(task.Model);
        // A rate of zero: the work is the same, but the values stay, so that the clock does not decide whether a trial diverges.
        var step = new TrainingStep(task, options.Resolve() with { Rate = 0f }, optimiser, tape);
        long started = Clock.GetTimestamp();
        try
        {
            step.Take(0);       // compiles, and fills the pool
            long steady = Clock.GetTimestamp();
            int steps = 0;
            do
            {
                cancellationToken.ThrowIfCancellationRequested();
                step.Take(++steps);
            }
            while (Clock.GetElapsedTime(started) < budget);
            TimeSpan stepTime = Clock.GetElapsedTime(steady) / steps, validationTime = default;
            if (task.CanValidate)
            {
                long validating = Clock.GetTimestamp();
                Validate(tape, options.Seed, cancellationToken);
                validationTime = Clock.GetElapsedTime(validating);
            }
            long state = 3 * task.Model.ParameterCount;
            foreach ((_, Tensor value) in optimiser.State)
                state += value.Count;
            foreach (Parameter parameter in task.Model.Parameters)
                state += parameter.PackedCount;
            return new TrainingEstimate
            {
                Parameters = task.Model.ParameterCount,
                StateBytes = state * sizeof(float),
                ActivationBytes = tape.Memory.BytesHeld,
                StepTime = stepTime,
                ValidationTime = validationTime,
                Spent = Clock.GetElapsedTime(started),
            };
        }
        finally
        {
            Restore();
            task.Model.ZeroGradients();
        }
    }

    /// <summary>Runs, or goes on with a run, to its end or until cancelled.</summary>
    /// <param name="options">How to train.</param>
    /// <param name="checkpoint">A checkpoint of the same run to go on from, or null.</param>
    /// <param name="cancellationToken">Ends the run after the step at hand, with a checkpoint.</param>
    /// <exception cref="DivergenceException">A loss, a gradient or a value that is to be saved is not finite; the message names the layer, the last
    /// checkpoint is kept.</exception>
    /// <exception cref="InvalidDataException">The checkpoint is of another run.</exception>
    /// <exception cref="IOException">A checkpoint cannot be written.</exception>
    public TrainingResult Run(TrainingOptions options, SafetensorsReader? checkpoint = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options = options.Resolve();
        var tape = new Tape(Workers, _memory);
        Optimiser optimiser = options.MakeOptimiser(task.Model);
        var state = new TrainingState(optimiser, _best);
        _run = (state, options);
        if (checkpoint is not null)
            state.Load(checkpoint, task.Model, options);
        var step = new TrainingStep(task, options, optimiser, tape);
        var report = new Reporting(this, options, state, step);
        long saved = Clock.GetTimestamp();
        try
        {
            ValidateIfDue(state, options, report, tape, cancellationToken);
            while (state.Step < options.Steps && !Stops(state, options))
            {
                cancellationToken.ThrowIfCancellationRequested();
                state.LossSum += step.Take(state.Step);
                state.LossCount++;
                state.Step++;
                ValidateIfDue(state, options, report, tape, cancellationToken);
                if (CheckpointPath is not null && Clock.GetElapsedTime(saved) >= CheckpointInterval)
                {
                    Save(state, options);
                    saved = Clock.GetTimestamp();
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            if (CheckpointPath is not null)
                Save(state, options);
            return new TrainingResult(TrainingEnd.Cancelled, state.Step, state.BestStep, state.BestLoss);
        }
        TrainingEnd end = state.Step < options.Steps ? TrainingEnd.EarlyStop : TrainingEnd.Completed;
        if (state.BestStep < 0)
            return new TrainingResult(end, state.Step, state.Step, state.Losses is [.., var last] ? last.Loss : double.NaN);
        Restore();
        return new TrainingResult(end, state.Step, state.BestStep, state.BestLoss);
    }

    /// <summary>Writes a checkpoint of a run that has ended, from which it goes on to that end: before long work on the model.</summary>
    /// <exception cref="InvalidOperationException">There was no run, or <see cref="CheckpointPath"/> is null.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void SaveCheckpoint()
    {
        if (_run is not { } run || CheckpointPath is null)
            throw new InvalidOperationException("There is no run to write a checkpoint of, or no name for it.");
        Save(run.State, run.Options);
    }

    private static bool Stops(TrainingState state, TrainingOptions options) => options.Patience > 0 && state.Misses >= options.Patience;

    private static Tensor[] CopyOf(Module model)
    {
        var copy = new Tensor[model.Parameters.Count];
        for (int i = 0; i < copy.Length; i++)
            copy[i] = Like(model.Parameters[i].Shape);
        return copy;
    }

    private static Tensor Like(Shape shape)
    {
        Span<int> sizes = stackalloc int[Shape.MaxRank];
        for (int axis = 0; axis < shape.Rank; axis++)
            sizes[axis] = shape[axis];
        return Tensor.Zeros(sizes[..shape.Rank]);
    }

    private void Keep()
    {
        for (int i = 0; i < _best.Length; i++)
            _best[i].CopyFrom(task.Model.Parameters[i].Value);
    }

    private void Restore()
    {
        for (int i = 0; i < _best.Length; i++)
        {
            task.Model.Parameters[i].Value.CopyFrom(_best[i]);
            task.Model.Parameters[i].Touch();
        }
    }

    private double Validate(Tape tape, ulong seed, CancellationToken cancellationToken)
    {
        tape.IsRecording = false;
        tape.IsTraining = false;
        tape.Seed = seed;
        tape.NextStream = RandomStreams.Validation;
        try
        {
            return task.Validate(tape, cancellationToken);
        }
        finally
        {
            tape.Reset();
        }
    }

    // Validates and reports after the steps where that is to be done, unless it was done before a run was resumed.
    private void ValidateIfDue(TrainingState state, TrainingOptions options, Reporting report, Tape tape, CancellationToken cancellationToken)
    {
        bool last = state.Step == options.Steps, isBest = false;
        double? loss = null;
        if (task.CanValidate && state.Step > 0 && (state.Step % options.ValidateEvery == 0 || last) && state.ValidatedAt < state.Step)
        {
            loss = Validate(tape, options.Seed, cancellationToken);
            if (!double.IsFinite(loss.Value))
                throw new DivergenceException($"Training diverged: after step {state.Step} the validation loss is {loss}.");
            state.ValidatedAt = state.Step;
            state.Validations.Add(new LossPoint(state.Step, loss.Value));
            isBest = loss < state.BestLoss;
            state.Misses = isBest ? 0 : state.Misses + 1;
            if (isBest)
            {
                state.BestLoss = loss.Value;
                state.BestStep = state.Step;
                Keep();
            }
        }
        if (loss is not null || last || state.Step % report.Every == 0)
            report.Write(loss, isBest);
    }

    private void Save(TrainingState state, TrainingOptions options)
    {
        try
        {
            AtomicFile.Write(CheckpointPath!, stream => state.Save(stream, task.Model, options, Metadata));
        }
        catch (ArithmeticException e) when (DivergenceException.Explains(e))
        {
            throw new DivergenceException($"Training diverged: after step {state.Step}: {e.Message}", e);
        }
    }

    /// <summary>Tells of the run.</summary>
    private sealed class Reporting(Trainer trainer, TrainingOptions options, TrainingState state, TrainingStep step)
    {
        private readonly long _began = trainer.Clock.GetTimestamp(), _first = state.Step;
        private long _since = trainer.Clock.GetTimestamp(), _reported = state.Step;

        public long Every { get; } = trainer.ReportEvery > 0 ? trainer.ReportEvery : Math.Max(1, options.Steps / 200);

        public void Write(double? validation, bool isBest)
        {
            if (state.LossCount == 0 && validation is null)
                return;
            double loss = state.LossCount == 0 ? state.Losses[^1].Loss : state.LossSum / state.LossCount;
            if (state.LossCount > 0)
                state.Losses.Add(new LossPoint(state.Step, loss));
            state.LossSum = 0;
            state.LossCount = 0;
            TimeSpan elapsed = trainer.Clock.GetElapsedTime(_began), interval = trainer.Clock.GetElapsedTime(_since);
            double items = (state.Step - _reported) * trainer.Task.ItemsPerBatch * options.Accumulate / Math.Max(interval.TotalSeconds, 1e-9);
            TimeSpan left = state.Step > _first ? elapsed * ((double)(options.Steps - state.Step) / (state.Step - _first)) : default;
            trainer.Progress?.Report(new TrainingProgress(state.Step, options.Steps, loss, validation, isBest, step.Rate, step.GradientNorm,
                items, elapsed, left));
            _since = trainer.Clock.GetTimestamp();
            _reported = state.Step;
        }
    }

    private ITrainingTask Task => task;
}

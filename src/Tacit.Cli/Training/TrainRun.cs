using System.Globalization;
using System.Text;
using Tacit.Cli.Files;
using Tacit.Cli.Series;
using Tacit.Cli.Terminal;
using Tacit.Learning;
using Tacit.Modeling;
using Tacit.Numerics;
using Tacit.Reports;

namespace Tacit.Cli.Training;

/// <summary>One training run of the command: settings, data, the trainer, what is written.</summary>
internal sealed class TrainRun(TrainRequest request)
{
    private const int LongestConfig = 1 << 20;
    private const string TrainingKey = "training", FromKey = "from_sha256";

    private readonly Report _report = request.Report;
    private readonly TrainOutputs _outputs = new(request);

    /// <summary>Runs it and returns the exit code.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        _outputs.Check();
        using ModelFile? checkpoint = request.Resume ? OpenCheckpoint() : null;
        ModelInput.CheckStandardInput(request.From ?? "", request.Data.Contains("-") || request.Validation == "-");
        using OpenModel? opened = request.From is { } from ? await OpenModel.OpenAsync(from, cancellationToken) : null;
        var further = opened is null ? null : new FurtherTraining(request, opened.File);
        Settings given = checkpoint is not null ? await BeganAsync(checkpoint, cancellationToken)
            : further is not null ? further.Combine(await GivenAsync(request.Preset ?? "{}", cancellationToken))
            : await GivenAsync(request.Preset ?? request.Kind.Presets[0].Json, cancellationToken);
        Settings model = given.Copy(), task = given.Copy(), training = given.Copy();
        TrainingOptions options = TrainingOptions.From(training);
        float share = TrainSettings.Share(task);

        TrainData data = await TrainData.ReadAsync(request.Data, request.Validation, share, splits: !request.Kind.KeepsItems, _outputs, _report, cancellationToken);
        TrainJob job = request.Kind.Prepare(model, task, data, options.Seed, checkpoint ?? opened?.File, request.MemoryLimit > 0 ? request.MemoryLimit : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
        foreach (string note in job.Notes)
            _report.Note(note);
        if (!job.Task.CanValidate && data.Validation.Length > 0)
            _report.Note($"there is no validation: {data.Validation.Length} bytes are too few");
        given.RefuseUnknown(model, task, training);
        if (checkpoint is null)
            further?.Load(job.Task.Model);
        string? begin = opened?.File.Sha256 ?? checkpoint?.Tensors.FindMetadata(FromKey);
        KeyValuePair<string, string>[] metadata =
        [
            .. ModelFile.Describe(request.Kind.Name, model.ToJson(), [.. job.Metadata]), .. data.Metadata,
            .. begin is null ? [] : new KeyValuePair<string, string>[] { new(FromKey, begin) }, new(ModelInput.TaskKey, task.ToJson()),
        ];
        if (checkpoint is not null)
            CheckSame(checkpoint, metadata);

        Interruption.BePatient();
        using WorkPool workers = new(request.Threads);
        var display = new TrainDisplay(_report, job);
        var trainer = new Trainer(job.Task)
        {
            Workers = workers,
            CheckpointPath = _outputs.Checkpoint,
            Metadata = metadata,
            Progress = display,
        };
        return await Task.Run(() => Train(trainer, job, display, options, checkpoint, metadata, cancellationToken), CancellationToken.None);
    }

    private int Train(Trainer trainer, TrainJob job, TrainDisplay display, TrainingOptions options, ModelFile? checkpoint,
        KeyValuePair<string, string>[] metadata, CancellationToken cancellationToken)
    {
        try
        {
            options = Estimate(trainer, options, checkpoint, cancellationToken).Resolve();
        }
        catch (OperationCanceledException) when (checkpoint is null && File.Exists(_outputs.Checkpoint))
        {
            _report.Note($"stopped before the first step; '{_outputs.Checkpoint}' is still that of an earlier run");
            throw;
        }
        using TextWriter? log = OpenLog(checkpoint);
        display.Log = log is null ? null : new TrainingLog(log);
        TrainingResult result;
        try
        {
            result = trainer.Run(options, checkpoint?.Tensors, cancellationToken);
        }
        catch (DivergenceException)
        {
            WriteCurve(trainer, job);       // it shows where
            throw;
        }
        WriteCurve(trainer, job);
        if (result.End == TrainingEnd.Cancelled)
        {
            _report.Note($"stopped after step {result.Step} of {options.Steps}; the same command with --resume goes on to the same model");
            return ExitCode.Interrupted;
        }
        if (job.Finish is { } finish)
        {
            trainer.SaveCheckpoint();       // this may take long, and the training is done
            _report.Note(finish.Name);
            try
            {
                finish.Do(trainer.Workers!, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                _report.Note("stopped after the last step; the same command with --resume goes on to the same model");
                return ExitCode.Interrupted;
            }
        }
        CultureInfo plain = CultureInfo.InvariantCulture;
        WriteModel(
        [
            .. metadata,
            new(TrainingKey, options.ToJson()),
            new("seed", options.Seed.ToString(plain)),
            new("steps", options.Steps.ToString(plain)),
            new("steps_done", result.Step.ToString(plain)),
            new("best_step", result.BestStep.ToString(plain)),
            new("loss", result.BestLoss.ToString("R", plain)),
        ], job.Task.Model, result.Step);
        File.Delete(_outputs.Checkpoint);
        (string unit, double scale) = job.Unit;
        string early = result.End == TrainingEnd.EarlyStop ? $"stopped early after step {result.Step}: validation got no better; " : "";
        _report.Note(string.Create(plain, $"{early}{request.Output}: {result.BestLoss * scale:0.0000} {unit}, from step {result.BestStep} of {options.Steps}"));
        return _report.ExitCode;
    }

    private void WriteModel(IReadOnlyList<KeyValuePair<string, string>> metadata, Module model, long step)
    {
        try
        {
            ModelFile.Write(request.Output, metadata, model);
        }
        catch (ArithmeticException e) when (e is not OverflowException)
        {
            throw new DivergenceException($"Training diverged: after step {step}: {e.Message}", e);
        }
    }

    // Says what the run will need, and with --time how many steps it has.
    private TrainingOptions Estimate(Trainer trainer, TrainingOptions options, ModelFile? checkpoint, CancellationToken cancellationToken)
    {
        TimeSpan budget = checkpoint is null && request.Time is { } time ? TimeSpan.FromSeconds(Math.Clamp(time.TotalSeconds / 30, 0.2, 20)) : TimeSpan.FromSeconds(0.2);
        TrainingEstimate estimate = trainer.Measure(options, budget, cancellationToken);
        if (request.MemoryLimit > 0 && estimate.StateBytes + estimate.ActivationBytes > request.MemoryLimit)
        {
            throw new InsufficientMemoryException($"training takes {ByteSize.Format(estimate.StateBytes + estimate.ActivationBytes)}, " +
                $"--memlimit is {ByteSize.Format(request.MemoryLimit)}; a smaller --batch or --preset needs less");
        }
        if (checkpoint is null && request.Time is { } whole)
            options = options with { Steps = estimate.StepsIn(whole, options) };
        _report.Note(string.Create(CultureInfo.InvariantCulture,
            $"{request.Kind.Name} with {estimate.Parameters:N0} parameters: {ByteSize.Format(estimate.StateBytes)} for them, their gradients, " +
            $"moments, packed and best copies, {ByteSize.Format(estimate.ActivationBytes)} for activations (measured in a trial step)"));
        long done = checkpoint is null ? 0 : Trainer.StepOf(checkpoint.Tensors) ?? 0;
        TimeSpan left = estimate.RunTime(options.Resolve() with { Steps = Math.Max(0, options.Steps - done) });
        _report.Note(string.Create(CultureInfo.InvariantCulture,
            $"--steps {options.Steps} --seed {options.Seed}: about {TrainDisplay.Time(left)} {(done > 0 ? $"from step {done} on " : "")}" +
            $"at {estimate.StepTime.TotalMilliseconds:0.0} ms a step"));
        return options;
    }

    private ModelFile OpenCheckpoint()
    {
        if (!File.Exists(_outputs.Checkpoint))
            throw new IOException($"there is no '{_outputs.Checkpoint}' to go on from");
        ModelFile checkpoint = ModelFile.Open(_outputs.Checkpoint);
        if (checkpoint.Kind == request.Kind.Name)
            return checkpoint;
        string kind = checkpoint.Kind;
        checkpoint.Dispose();
        throw new InvalidDataException($"'{_outputs.Checkpoint}' is of a model of the kind '{kind}', not '{request.Kind.Name}'");
    }

    // The preset, in its place what the file says, in its place what the command line says.
    private async Task<Settings> GivenAsync(string preset, CancellationToken cancellationToken)
    {
        Settings given = Settings.Parse(preset);
        if (request.Config is { } path)
        {
            try
            {
                using InputFile file = InputFile.Open(path);
                given.Give(Settings.Parse(await file.ReadAllAsync(LongestConfig, cancellationToken)));
            }
            catch (InvalidDataException e)
            {
                throw new InvalidDataException($"{path}: {e.Message}", e);
            }
        }
        given.Give(request.Given);
        return given;
    }

    // All settings of the run that was stopped; what is given now must be the same, which is found when it is compared.
    private async Task<Settings> BeganAsync(ModelFile checkpoint, CancellationToken cancellationToken)
    {
        Settings given = checkpoint.Settings, training = Settings.Parse(checkpoint.Tensors.FindMetadata(TrainingKey) ?? "{}");
        given.Give(ModelInput.TaskOf(checkpoint));
        given.Give(training);
        given.Give(await GivenAsync(request.Preset ?? "{}", cancellationToken));
        if (request.Time is not null)       // became a number of steps when the run began
            given.Give("steps", training.Whole("steps", 1L, 1L, long.MaxValue).ToString(CultureInfo.InvariantCulture));
        return given;
    }

    private void CheckSame(ModelFile checkpoint, IEnumerable<KeyValuePair<string, string>> metadata)
    {
        foreach ((string key, string value) in metadata)
        {
            if (checkpoint.Tensors.FindMetadata(key) is var began && began != value && !IsOfBefore(checkpoint, key, began, value))
                throw new InvalidDataException($"'{_outputs.Checkpoint}' is of a run with another {key}" + (value.Length + began?.Length > 2000 ? "" : $": {began ?? "none"}, not {value}"));
        }
    }

    // A checkpoint of an earlier version lacks the settings that are new since, and began with what they are unless given; and the rate of sounds.
    private bool IsOfBefore(ModelFile checkpoint, string key, string? began, string value) =>
        began is null ? key == SoundClips.RateKey : key == ModelInput.TaskKey && Asked(checkpoint, began) == Asked(checkpoint, value);

    private string Asked(ModelFile checkpoint, string task)
    {
        Settings settings = Settings.Parse(task);
        TrainSettings.Share(settings);
        request.Kind.Ask(checkpoint.Settings, settings);
        return settings.ToJson();
    }

    // A resumed run keeps the lines of the steps it does not do again.
    private StreamWriter? OpenLog(ModelFile? checkpoint)
    {
        if (request.Log is not { } path)
            return null;
        IReadOnlyList<string> kept = [];
        if (checkpoint is not null && File.Exists(path) && Trainer.StepOf(checkpoint.Tensors) is { } step)
            kept = TrainingLog.LinesUpTo(step, File.ReadLines(path));
        var writer = new StreamWriter(path, append: false, new UTF8Encoding(false));
        foreach (string line in kept)
            writer.WriteLine(line);
        return writer;
    }

    private void WriteCurve(Trainer trainer, TrainJob job)
    {
        if (request.Curve is not { } path)
            return;
        (string unit, double scale) = job.Unit;
        AtomicFile.Write(path, stream =>
        {
            using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true);
            string title = $"{Path.GetFileName(request.Output)} ({request.Kind.Name})";
            LossCurve.Write(writer, title, unit, Scaled(trainer.Losses), Scaled(trainer.Validations));
        });

        LossPoint[] Scaled(IReadOnlyList<LossPoint> points) => [.. points.Select(p => p with { Loss = p.Loss * scale })];
    }
}

using System.Globalization;
using System.Text;
using Tacit.Cli.Files;
using Tacit.Cli.Terminal;
using Tacit.Learning;
using Tacit.Modeling;
using Tacit.Numerics;
using Tacit.Reports;

namespace Tacit.Cli.Training;

/// <summary>One training run of the command: settings, data, the trainer, what is written.</summary>
internal sealed class TrainRun(TrainRequest request)
{
    private const string CheckpointSuffix = ".checkpoint";
    private const string TaskKey = "task", TrainingKey = "training";

    private readonly Report _report = request.Report;
    private readonly string _checkpoint = request.Output + CheckpointSuffix;

    /// <summary>Runs it and returns the exit code.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        FileStatus? existing = CheckOutput();
        using ModelFile? checkpoint = request.Resume ? OpenCheckpoint() : null;
        Settings given = checkpoint is null ? Given() : Began(checkpoint);
        Settings model = given.Copy(), task = given.Copy(), training = given.Copy();
        TrainingOptions options = TrainingOptions.From(training);
        float share = TrainSettings.Share(task);

        TrainData data = await TrainData.ReadAsync(request.Data, request.Validation, share, existing, _report, cancellationToken);
        ITrainingTask job = request.Kind.Prepare(model, task, data, options.Seed);
        given.RefuseUnknown(model, task, training);
        KeyValuePair<string, string>[] metadata =
        [
            .. ModelFile.Describe(request.Kind.Name, model.ToJson(), [.. request.Kind.Metadata]), .. data.Metadata, new(TaskKey, task.ToJson()),
        ];
        if (checkpoint is not null)
            CheckSame(checkpoint, metadata);

        Interruption.BePatient();
        using WorkPool workers = new(request.Threads);
        await using TextWriter? log = OpenLog(checkpoint);
        var trainer = new Trainer(job)
        {
            Workers = workers,
            CheckpointPath = _checkpoint,
            Metadata = metadata,
            Progress = new TrainDisplay(_report, request.Kind, log is null ? null : new TrainingLog(log)),
        };
        return await Task.Run(() => Train(trainer, job, options, checkpoint, metadata, cancellationToken), CancellationToken.None);
    }

    private int Train(Trainer trainer, ITrainingTask job, TrainingOptions options, ModelFile? checkpoint, KeyValuePair<string, string>[] metadata,
        CancellationToken cancellationToken)
    {
        if (checkpoint is null)
            options = Estimate(trainer, options, cancellationToken).Resolve();
        TrainingResult result = trainer.Run(options, checkpoint?.Tensors, cancellationToken);
        if (request.Curve is { } curve)
            WriteCurve(curve, trainer);
        if (result.End == TrainingEnd.Cancelled)
        {
            _report.Note($"stopped after step {result.Step} of {options.Steps}; the same command with --resume goes on to the same model");
            return ExitCode.Interrupted;
        }
        CultureInfo plain = CultureInfo.InvariantCulture;
        ModelFile.Write(request.Output,
        [
            .. metadata,
            new(TrainingKey, options.ToJson()),
            new("seed", options.Seed.ToString(plain)),
            new("steps", options.Steps.ToString(plain)),
            new("steps_done", result.Step.ToString(plain)),
            new("best_step", result.BestStep.ToString(plain)),
            new("loss", result.BestLoss.ToString("R", plain)),
        ], job.Model);
        File.Delete(_checkpoint);
        (string unit, double scale) = request.Kind.Unit;
        string early = result.End == TrainingEnd.EarlyStop ? $"stopped early after step {result.Step}: validation got no better; " : "";
        _report.Note(string.Create(plain, $"{early}{request.Output}: {result.BestLoss * scale:0.0000} {unit}, from step {result.BestStep} of {options.Steps}"));
        return ExitCode.Success;
    }

    // Says what the run will need, and with --time how many steps it has.
    private TrainingOptions Estimate(Trainer trainer, TrainingOptions options, CancellationToken cancellationToken)
    {
        TimeSpan budget = request.Time is { } time ? TimeSpan.FromSeconds(Math.Clamp(time.TotalSeconds / 30, 0.2, 20)) : TimeSpan.FromSeconds(0.2);
        TrainingEstimate estimate = trainer.Measure(options, budget, cancellationToken);
        if (request.MemoryLimit > 0 && estimate.StateBytes + estimate.ActivationBytes > request.MemoryLimit)
        {
            throw new InsufficientMemoryException($"training takes {ByteSize.Format(estimate.StateBytes + estimate.ActivationBytes)}, " +
                $"--memlimit is {ByteSize.Format(request.MemoryLimit)}; a smaller --batch or --preset needs less");
        }
        if (request.Time is { } whole)
            options = options with { Steps = estimate.StepsIn(whole, options) };
        _report.Note(string.Create(CultureInfo.InvariantCulture,
            $"{request.Kind.Name} with {estimate.Parameters:N0} parameters: {ByteSize.Format(estimate.StateBytes)} for them, their gradients, " +
            $"moments and the best copy, {ByteSize.Format(estimate.ActivationBytes)} for activations (measured in a trial step)"));
        _report.Note(string.Create(CultureInfo.InvariantCulture,
            $"--steps {options.Steps} --seed {options.Seed}: about {TrainDisplay.Time(estimate.RunTime(options))} " +
            $"at {estimate.StepTime.TotalMilliseconds:0.0} ms a step"));
        return options;
    }

    private FileStatus? CheckOutput()
    {
        FileStatus? existing = FileStatus.Of(request.Output);
        if (existing is not null and not { IsRegular: true })
            throw new IOException($"'{request.Output}' is no regular file; a model is not written to it");
        if (existing is not null && !request.Force)
        {
            throw new IOException(request.Resume && !File.Exists(_checkpoint)
                ? $"'{request.Output}' is complete, and there is no checkpoint to go on from"
                : $"'{request.Output}' exists already; -f overwrites it");
        }
        if (!Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(request.Output))))
            throw new IOException($"the folder of '{request.Output}' does not exist");
        if (!request.Resume && !request.Force && File.Exists(_checkpoint))
            throw new IOException($"'{_checkpoint}' is of a run that was stopped; --resume goes on with it, -f begins anew");
        return existing;
    }

    private ModelFile OpenCheckpoint()
    {
        if (!File.Exists(_checkpoint))
            throw new IOException($"there is no '{_checkpoint}' to go on from");
        ModelFile checkpoint = ModelFile.Open(_checkpoint);
        if (checkpoint.Kind == request.Kind.Name)
            return checkpoint;
        string kind = checkpoint.Kind;
        checkpoint.Dispose();
        throw new InvalidDataException($"'{_checkpoint}' is of a model of the kind '{kind}', not '{request.Kind.Name}'");
    }

    // The preset, in its place what the file says, in its place what the command line says.
    private Settings Given()
    {
        Settings given = Settings.Parse(request.Preset);
        if (request.Config is { } path)
        {
            try
            {
                given.Give(Settings.Parse(File.ReadAllBytes(path)));
            }
            catch (InvalidDataException e)
            {
                throw new InvalidDataException($"{path}: {e.Message}", e);
            }
        }
        given.Give(request.Given);
        return given;
    }

    // All settings of the run that was stopped; what the command line says must be the same, which is found when it is compared.
    private Settings Began(ModelFile checkpoint)
    {
        Settings given = checkpoint.Settings;
        given.Give(Settings.Parse(checkpoint.Tensors.FindMetadata(TaskKey) ?? "{}"));
        given.Give(Settings.Parse(checkpoint.Tensors.FindMetadata(TrainingKey) ?? "{}"));
        given.Give(request.Given);
        return given;
    }

    private void CheckSame(ModelFile checkpoint, IEnumerable<KeyValuePair<string, string>> metadata)
    {
        foreach ((string key, string value) in metadata)
        {
            if (checkpoint.Tensors.FindMetadata(key) is var began && began != value)
                throw new InvalidDataException($"'{_checkpoint}' is of a run with another {key}: {began ?? "none"}, not {value}");
        }
    }

    // A resumed run keeps the lines of the steps it does not do again.
    private StreamWriter? OpenLog(ModelFile? checkpoint)
    {
        if (request.Log is not { } path)
            return null;
        IReadOnlyList<string> kept = [];
        if (checkpoint is not null && File.Exists(path) && Trainer.StepOf(checkpoint.Tensors) is { } step)
            kept = TrainingLog.LinesUpTo(step, File.ReadLines(path));
        else if (!request.Force && File.Exists(path))
            throw new IOException($"'{path}' exists already; -f overwrites it");
        var writer = new StreamWriter(path, append: false, new UTF8Encoding(false));
        foreach (string line in kept)
            writer.WriteLine(line);
        return writer;
    }

    private void WriteCurve(string path, Trainer trainer)
    {
        (string unit, double scale) = request.Kind.Unit;
        AtomicFile.Write(path, stream =>
        {
            using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true);
            string title = $"{Path.GetFileName(request.Output)} ({request.Kind.Name})";
            LossCurve.Write(writer, title, unit, Scaled(trainer.Losses), Scaled(trainer.Validations));
        });

        LossPoint[] Scaled(IReadOnlyList<LossPoint> points) => [.. points.Select(p => p with { Loss = p.Loss * scale })];
    }
}

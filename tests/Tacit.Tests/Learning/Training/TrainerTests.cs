using System.Text;
using Tacit.Learning;
using Tacit.Learning.Safetensors;
using Tacit.Modeling.Transformers;
using Tacit.Numerics;

namespace Tacit.Tests.Learning.Training;

public sealed class TrainerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AModelLearnsAndEndsWithItsBestValues()
    {
        GptTask task = Tiny.Task();
        double before = task.Validate(new Tape { IsRecording = false }, default);
        var trainer = new Trainer(task) { ReportEvery = 4 };
        TrainingResult result = trainer.Run(Tiny.Options with { Steps = 60 });
        Assert.Equal((TrainingEnd.Completed, 60L), (result.End, result.Step));
        Assert.InRange(result.BestLoss, 0, before - 1);
        Assert.Equal(trainer.Validations.Min(v => v.Loss), result.BestLoss);
        Assert.Equal(result.BestLoss, task.Validate(new Tape { IsRecording = false }, default));
        Assert.Equal([5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60], trainer.Validations.Select(v => v.Step));
        Assert.Equal(Enumerable.Range(1, 60).Where(s => s % 4 == 0 || s % 5 == 0), trainer.Losses.Select(l => (int)l.Step));
    }

    [Fact]
    public void ThreadsMeasurementsAndCheckpointsChangeNothing()
    {
        GptTask task = Tiny.Task();
        float[] expected = Run(new Trainer(task), task);
        foreach (int threads in new[] { 1, 2, 3 })
        {
            using var pool = new WorkPool(threads);
            Assert.Equal(expected, Run(new Trainer(task = Tiny.Task()) { Workers = pool }, task));
        }
        var measured = new Trainer(task = Tiny.Task()) { CheckpointPath = _folder["c"], CheckpointInterval = TimeSpan.Zero, ReportEvery = 1 };
        TrainingEstimate estimate = measured.Measure(Tiny.Options, TimeSpan.FromMilliseconds(20));
        Assert.Equal(task.Model.ParameterCount, estimate.Parameters);
        // Values, gradients, two moments, the best; and the matrices packed, most of them twice.
        Assert.InRange(estimate.StateBytes, 23 * estimate.Parameters, 28 * estimate.Parameters);
        Assert.InRange(estimate.ActivationBytes, 4 * 3 * 16 * 256, 1 << 22);
        Assert.Equal(expected, Run(measured, task));
        Assert.NotEqual(expected, Run(new Trainer(task = Tiny.Task(seed: 8)), task));
    }

    [Fact]
    public void ACheckpointOfARunThatHasEndedGoesOnToItsEnd()
    {
        GptTask task = Tiny.Task();
        var trainer = new Trainer(task) { CheckpointPath = _folder["c"] };
        Assert.Throws<InvalidOperationException>(trainer.SaveCheckpoint);
        TrainingResult result = trainer.Run(Tiny.Options);
        Assert.False(File.Exists(_folder["c"]));
        trainer.SaveCheckpoint();
        GptTask again = Tiny.Task(seed: 8);
        using var file = new SafetensorsReader(File.OpenRead(_folder["c"]));
        Assert.Equal(result, new Trainer(again).Run(Tiny.Options, file));
        Assert.Equal(Tiny.Values(task.Model), Tiny.Values(again.Model));
        Assert.Throws<InvalidOperationException>(new Trainer(task).SaveCheckpoint);
    }

    [Theory]
    [InlineData(OptimiserKind.AdamW)]
    [InlineData(OptimiserKind.Sgd)]
    public void ARunFromAModelsValuesDependsOnNothingElseOfIt(OptimiserKind optimiser)
    {
        TrainingOptions options = Tiny.Options with { Optimiser = optimiser };
        GptTask task = Tiny.Task();
        new Trainer(task).Run(options);
        using var file = new MemoryStream();
        SafetensorsWriter.Write(file, [], ModuleFile.Tensors(task.Model));
        double before = task.Validate(new Tape { IsRecording = false }, default);
        // The same module goes on, with gradients and packed copies of the run before; and another with its values.
        TrainingResult result = new Trainer(task).Run(options);
        GptTask other = Tiny.Task(seed: 8);
        file.Position = 0;
        using (var reader = new SafetensorsReader(file))
            ModuleFile.Load(reader, other.Model);
        Assert.Equal(before, other.Validate(new Tape { IsRecording = false }, default));
        GptTask third = Tiny.Task();
        for (int i = 0; i < third.Model.Parameters.Count; i++)
        {
            third.Model.Parameters[i].Value.CopyFrom(other.Model.Parameters[i].Value);
            third.Model.Parameters[i].Touch();
        }
        new Trainer(third).Run(options);
        Assert.Equal(Tiny.Values(task.Model), Tiny.Values(third.Model));
        Assert.True(result.BestLoss < before, $"{result.BestLoss} after {before}");
    }

    [Theory]
    [InlineData(OptimiserKind.AdamW)]
    [InlineData(OptimiserKind.Sgd)]
    public void AResumedRunEndsTheSameToTheBit(OptimiserKind optimiser)
    {
        TrainingOptions options = Tiny.Options with { Optimiser = optimiser, Accumulate = 2, Patience = 3 };
        GptTask task = Tiny.Task();
        var whole = new Trainer(task);
        TrainingResult expected = whole.Run(options);
        float[] values = Tiny.Values(task.Model);

        // Stopped after every possible step: before, at and after validations.
        for (int stop = 0; stop < 24; stop++)
        {
            string path = _folder[$"{stop}"];
            using (var cancel = new CancellationTokenSource())
            {
                var first = new Trainer(Tiny.Task())
                {
                    CheckpointPath = path,
                    ReportEvery = 1,
                    Progress = new Reports(p => { if (p.Step == stop) cancel.Cancel(); }),
                };
                if (stop == 0)
                    cancel.Cancel();
                Assert.Equal((TrainingEnd.Cancelled, (long)stop), Ends(first.Run(options, cancellationToken: cancel.Token)));
            }
            var second = new Trainer(task = Tiny.Task());
            using SafetensorsReader checkpoint = SafetensorsReader.Open(path);
            Assert.Equal(expected, second.Run(options, checkpoint));
            Assert.Equal(values, Tiny.Values(task.Model));
            Assert.Equal(whole.Validations, second.Validations);
        }

        static (TrainingEnd, long) Ends(TrainingResult result) => (result.End, result.Step);
    }

    [Fact]
    public void AStopDuringValidationLosesNothing()
    {
        GptTask task = Tiny.Task();
        TrainingResult expected = new Trainer(task).Run(Tiny.Options);
        float[] values = Tiny.Values(task.Model);
        using var cancel = new CancellationTokenSource();
        var interrupted = new Interrupted(Tiny.Task(), cancel);
        Assert.Equal(TrainingEnd.Cancelled, new Trainer(interrupted) { CheckpointPath = _folder["c"] }.Run(Tiny.Options, cancellationToken: cancel.Token).End);
        using SafetensorsReader checkpoint = SafetensorsReader.Open(_folder["c"]);
        Assert.Equal(expected, new Trainer(task = Tiny.Task()).Run(Tiny.Options, checkpoint));
        Assert.Equal(values, Tiny.Values(task.Model));
    }

    [Fact]
    public void RandomNumbersInValidationAreTheSameInEveryOne()
    {
        var whole = new Trainer(new Noisy(Tiny.Task()));
        TrainingResult expected = whole.Run(Tiny.Options);
        foreach (int stop in new[] { 3, 5, 11 })
        {
            string path = _folder[$"{stop}"];
            using var cancel = new CancellationTokenSource();
            var reports = new Reports(p => { if (p.Step == stop) cancel.Cancel(); });
            new Trainer(new Noisy(Tiny.Task())) { CheckpointPath = path, ReportEvery = 1, Progress = reports }.Run(Tiny.Options, cancellationToken: cancel.Token);
            var second = new Trainer(new Noisy(Tiny.Task()));
            using SafetensorsReader checkpoint = SafetensorsReader.Open(path);
            Assert.Equal(expected, second.Run(Tiny.Options, checkpoint));
            Assert.Equal(whole.Validations, second.Validations);
        }
        Assert.NotEqual(expected.BestLoss, new Trainer(Tiny.Task()).Run(Tiny.Options).BestLoss);
    }

    [Fact]
    public void TrialStepsChangeNoValuesAndSoDoNotDiverge()
    {
        // A rate and a decay that wreck the model in a step.
        TrainingOptions options = Tiny.Options with { Steps = 1, Rate = 1e6f, Decay = 1000f, WarmUp = 0 };
        GptTask task = Tiny.Task();
        float[] before = Tiny.Values(task.Model);
        new Trainer(task).Measure(options, TimeSpan.FromMilliseconds(50));
        Assert.Equal(before, Tiny.Values(task.Model));
    }

    [Fact]
    public void ARunWhoseValidationGetsNoBetterStops()
    {
        // A rate so high that the model soon forgets.
        GptTask task = Tiny.Task();
        var trainer = new Trainer(task);
        TrainingOptions options = Tiny.Options with { Steps = 400, Rate = 0.3f, Schedule = ScheduleShape.Constant, Patience = 2, ValidateEvery = 4 };
        TrainingResult result = trainer.Run(options);
        Assert.Equal(TrainingEnd.EarlyStop, result.End);
        Assert.Equal(result.BestStep + 8, result.Step);
        Assert.Equal(result.BestLoss, task.Validate(new Tape { IsRecording = false }, default));
    }

    [Fact]
    public void DivergenceNamesTheLayerAndKeepsTheCheckpoint()
    {
        GptTask task = Tiny.Task();
        var trainer = new Trainer(task)
        {
            CheckpointPath = _folder["c"],
            CheckpointInterval = TimeSpan.Zero,
            ReportEvery = 1,
            Progress = new Reports(p =>
            {
                if (p.Step != 6)
                    return;
                Parameter parameter = task.Model.Parameters.Single(q => q.Name == "blocks.0.feed_forward.in.weight");
                parameter.Value.Span[3] = float.NaN;
                parameter.Touch();
            }),
        };
        // The checkpoint of step 6 itself cannot be written with such a value: that of step 5 stays.
        var e = Assert.Throws<DivergenceException>(() => trainer.Run(Tiny.Options));
        Assert.Contains("after step 6", e.Message, StringComparison.Ordinal);
        Assert.Contains("'blocks.0.feed_forward.in.weight'", e.Message, StringComparison.Ordinal);
        using (SafetensorsReader checkpoint = SafetensorsReader.Open(_folder["c"]))
            Assert.Contains("\"step\":5,", checkpoint.FindMetadata("training_state"), StringComparison.Ordinal);

        task = Tiny.Task();
        Parameter weight = task.Model.Parameters.Single(q => q.Name == "blocks.0.feed_forward.in.weight");
        weight.Value.Span[3] = float.NaN;
        weight.Touch();
        var diverged = Assert.Throws<DivergenceException>(() => new Trainer(task).Run(Tiny.Options));
        Assert.Contains("step 1", diverged.Message, StringComparison.Ordinal);
        Assert.Contains("'blocks.0.feed_forward.in.weight'", diverged.Message, StringComparison.Ordinal);
        Assert.Equal(["c"], _folder.Names);
    }

    [Fact]
    public void CheckpointsOfOtherRunsAreRefused()
    {
        using var cancel = new CancellationTokenSource();
        cancel.Cancel();
        new Trainer(Tiny.Task()) { CheckpointPath = _folder["c"] }.Run(Tiny.Options, cancellationToken: cancel.Token);
        using SafetensorsReader checkpoint = SafetensorsReader.Open(_folder["c"]);
        Assert.Contains("other options", Refusal(Tiny.Task(), Tiny.Options with { Rate = 1f }), StringComparison.Ordinal);
        Assert.Contains("no tensor", Refusal(Tiny.Task(sizes: Tiny.Sizes with { Layers = 2 }), Tiny.Options), StringComparison.Ordinal);
        Assert.Contains("the model's is", Refusal(Tiny.Task(sizes: Tiny.Sizes with { Hidden = 64 }), Tiny.Options), StringComparison.Ordinal);
        Assert.Contains("does not know", Refusal(Tiny.Task(sizes: Tiny.Sizes with { FeedForward = FeedForwardKind.Relu }), Tiny.Options), StringComparison.Ordinal);

        string Refusal(GptTask task, TrainingOptions options) =>
            Assert.Throws<InvalidDataException>(() => new Trainer(task).Run(options, checkpoint)).Message;
    }

    [Theory]
    [InlineData("\"step\":3,", "\"step\":9,")]
    [InlineData("\"loss_count\":0,", "\"loss_count\":4,")]
    [InlineData("\"best_loss_bits\":9218868437227405312", "\"best_loss_bits\":9221120237041090560")]        // infinite, NaN
    public void CheckpointsThatContradictThemselvesAreRefused(string was, string now)
    {
        using var cancel = new CancellationTokenSource();
        var reports = new Reports(p => { if (p.Step == 3) cancel.Cancel(); });
        new Trainer(Tiny.Task()) { CheckpointPath = _folder["c"], ReportEvery = 1, Progress = reports }.Run(Tiny.Options, cancellationToken: cancel.Token);
        string file = Encoding.Latin1.GetString(File.ReadAllBytes(_folder["c"]));
        was = was.Replace("\"", "\\\"", StringComparison.Ordinal);      // JSON in JSON
        Assert.Contains(was, file, StringComparison.Ordinal);
        File.WriteAllBytes(_folder["c"], Encoding.Latin1.GetBytes(file.Replace(was, now.Replace("\"", "\\\"", StringComparison.Ordinal), StringComparison.Ordinal)));
        using SafetensorsReader checkpoint = SafetensorsReader.Open(_folder["c"]);
        var e = Assert.Throws<InvalidDataException>(() => new Trainer(Tiny.Task()).Run(Tiny.Options, checkpoint));
        Assert.Contains("contradicts itself", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AStepAllocatesLittle()
    {
        GptTask task = Tiny.Task(sizes: Tiny.Sizes with { Layers = 6 });
        long before = 0, most = 0;
        var reports = new Reports(p =>
        {
            long now = GC.GetAllocatedBytesForCurrentThread();
            if (p.Step > 4 && p.ValidationLoss is null)
                most = Math.Max(most, now - before);
            before = GC.GetAllocatedBytesForCurrentThread();
        });
        new Trainer(task) { ReportEvery = 1, Progress = reports }.Run(Tiny.Options);
        Assert.InRange(most, 1, 64 << 10);
    }

    [Fact]
    public void TimeBecomesANumberOfSteps()
    {
        var estimate = new TrainingEstimate
        {
            Parameters = 1,
            StateBytes = 1,
            ActivationBytes = 1,
            StepTime = TimeSpan.FromMilliseconds(10),
            ValidationTime = TimeSpan.FromMilliseconds(500),
            Spent = TimeSpan.FromSeconds(1),
        };
        var options = new TrainingOptions();
        foreach (double seconds in new[] { 0.5, 2, 20, 61, 3600 })
        {
            long steps = estimate.StepsIn(TimeSpan.FromSeconds(seconds), options);
            TimeSpan left = TimeSpan.FromSeconds(seconds - 1);
            Assert.True(steps == 1 || estimate.RunTime(options with { Steps = steps }) <= left);
            Assert.True(estimate.RunTime(options with { Steps = steps + 60 }) > left);      // validations take 50 steps' time each
        }
        Assert.Equal(1L << 32, (estimate with { StepTime = TimeSpan.FromTicks(1) }).StepsIn(TimeSpan.FromDays(366), options));
        // 59 s less one validation at the end, by 10.5 ms.
        Assert.Equal(5571, estimate.StepsIn(TimeSpan.FromSeconds(60), options with { ValidateEvery = 1000 }));
    }

    private static float[] Run(Trainer trainer, GptTask task)
    {
        trainer.Run(Tiny.Options);
        return Tiny.Values(task.Model);
    }

    /// <summary>Validation draws random numbers: a share of the loss depends on them.</summary>
    private sealed class Noisy(ITrainingTask task) : ITrainingTask
    {
        public Module Model => task.Model;
        public long ItemsPerBatch => task.ItemsPerBatch;
        public bool CanValidate => true;
        public Variable Loss(Tape tape, long batch) => task.Loss(tape, batch);

        public double Validate(Tape tape, CancellationToken cancellationToken)
        {
            (uint high, _, _, _) = Philox.Block(tape.Seed, tape.NextStream++, 0);
            return task.Validate(tape, cancellationToken) + high * 1e-12;
        }
    }

    /// <summary>Is cancelled in the midst of its second validation.</summary>
    private sealed class Interrupted(ITrainingTask task, CancellationTokenSource cancel) : ITrainingTask
    {
        private int _validations;

        public Module Model => task.Model;
        public long ItemsPerBatch => task.ItemsPerBatch;
        public bool CanValidate => true;
        public Variable Loss(Tape tape, long batch) => task.Loss(tape, batch);

        public double Validate(Tape tape, CancellationToken cancellationToken)
        {
            if (++_validations == 2)
                cancel.Cancel();
            return task.Validate(tape, cancellationToken);
        }
    }
}

using Tacit.Numerics;

namespace Tacit.Learning;

/// <summary>One step: batches forward and backward, clipping, the optimiser.</summary>
internal sealed class TrainingStep(ITrainingTask task, TrainingOptions options, Optimiser optimiser, Tape tape)
{
    private readonly Schedule _schedule = options.MakeSchedule();

    /// <summary>The length of the last step's gradients, before clipping.</summary>
    public double GradientNorm { get; private set; }

    /// <summary>The learning rate of the last step.</summary>
    public float Rate { get; private set; }

    /// <summary>Takes a step and returns the mean loss of its batches.</summary>
    /// <param name="step">The step's number, from 0.</param>
    /// <exception cref="DivergenceException">Loss or gradients are not finite; the parameters are as they were.</exception>
    public double Take(long step)
    {
        task.Model.ZeroGradients();
        double loss = 0;
        for (int part = 0; part < options.Accumulate; part++)
            loss += Batch(step * options.Accumulate + part);
        loss /= options.Accumulate;
        double norm = optimiser.GradientNorm(tape.Workers) / options.Accumulate;
        if (!double.IsFinite(loss) || !double.IsFinite(norm))
            throw Diagnose(step, loss);
        float scale = options.Clip > 0f ? Learning.Optimiser.ClipScale(norm, options.Clip) : 1f;
        Rate = _schedule.At(step, options.Steps);
        GradientNorm = norm;
        optimiser.Step(Rate, scale / options.Accumulate, tape.Workers);
        return loss;
    }

    private double Batch(long batch)
    {
        tape.IsRecording = true;
        tape.IsTraining = true;
        tape.Seed = options.Seed;
        tape.NextStream = RandomStreams.Operations(batch);
        try
        {
            tape.Backward(task.Loss(tape, batch));
        }
        finally
        {
            tape.Reset();
        }
        return tape.LastLoss;
    }

    // Does the step again and looks at every value on the way.
    private DivergenceException Diagnose(long step, double loss)
    {
        string begin = $"Training diverged in step {step + 1}: ";
        const string Advice = " A lower learning rate (--rate), more warm-up (--warm-up) or clipping (--clip) helps.";
        tape.ChecksValues = true;
        try
        {
            task.Model.ZeroGradients();
            for (int part = 0; part < options.Accumulate; part++)
                Batch(step * options.Accumulate + part);
        }
        catch (ArithmeticException e)
        {
            return new DivergenceException(begin + e.Message + Advice, e);
        }
        finally
        {
            tape.ChecksValues = false;
        }
        // Gradients go wrong from the end of the model to its beginning.
        for (int i = optimiser.Parameters.Count - 1; i >= 0; i--)
        {
            Parameter parameter = optimiser.Parameters[i];
            if (!parameter.Gradient.IsEmpty && NanGuard.FindNonFinite(parameter.Gradient.Span) >= 0)
                return new DivergenceException($"{begin}the gradient of '{parameter.Name}' is not finite.{Advice}");
        }
        return new DivergenceException($"{begin}the loss is {loss}, the gradients together are too long.{Advice}");
    }
}

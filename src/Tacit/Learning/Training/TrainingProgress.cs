namespace Tacit.Learning;

/// <summary>How far a run is.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Steps">Steps of the run.</param>
/// <param name="Loss">The mean loss of the steps since the last report.</param>
/// <param name="ValidationLoss">The loss over the validation data, if it was found at this step.</param>
/// <param name="IsBest">Whether that is the lowest so far.</param>
/// <param name="Rate">The learning rate of the last step.</param>
/// <param name="GradientNorm">The length of its gradients, before clipping.</param>
/// <param name="ItemsPerSecond">Items (tokens, images) a second since the last report.</param>
/// <param name="Elapsed">Time since the run began, or went on.</param>
/// <param name="Left">Time left at the speed since then.</param>
public sealed record TrainingProgress(long Step, long Steps, double Loss, double? ValidationLoss, bool IsBest, float Rate, double GradientNorm,
    double ItemsPerSecond, TimeSpan Elapsed, TimeSpan Left);

/// <summary>Why a run ended.</summary>
public enum TrainingEnd
{
    /// <summary>All steps are done.</summary>
    Completed,

    /// <summary>Validation got no better.</summary>
    EarlyStop,

    /// <summary>It was cancelled; the checkpoint goes on from there.</summary>
    Cancelled,
}

/// <summary>What a run came to. After a run that was not cancelled, the model has its best values.</summary>
/// <param name="End">Why it ended.</param>
/// <param name="Step">Steps done.</param>
/// <param name="BestStep">Steps after which validation was best; the last without validation.</param>
/// <param name="BestLoss">The validation loss there; the training loss without validation.</param>
public sealed record TrainingResult(TrainingEnd End, long Step, long BestStep, double BestLoss);

/// <summary>A loss or a gradient is not a finite number, so that training cannot go on.</summary>
public sealed class DivergenceException : Exception
{
    /// <summary>Nothing is known of it.</summary>
    public DivergenceException()
    {
    }

    /// <summary>With a message that says where.</summary>
    public DivergenceException(string message)
        : base(message)
    {
    }

    /// <summary>With a message and what it follows from.</summary>
    public DivergenceException(string message, Exception? cause)
        : base(message, cause)
    {
    }

    /// <summary>Whether it is about a value that is not finite, rather than about whole numbers.</summary>
    internal static bool Explains(ArithmeticException e) => e is not (DivideByZeroException or OverflowException);
}

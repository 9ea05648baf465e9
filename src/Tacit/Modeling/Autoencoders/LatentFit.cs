using Tacit.Learning;
using Tacit.Modeling.Latents;

namespace Tacit.Modeling.Autoencoders;

/// <summary>What a trained autoencoder knows of its data besides: where latents lie, and how large errors
/// are.</summary>
public sealed class LatentFit : LatentNormal
{
    /// <summary>Of so many latents.</summary>
    public LatentFit(int latents)
        : base(latents) => Error = Add(new Parameter("error", Initializer.Zeros, 2) { IsTrained = false });

    /// <summary>Mean and standard deviation of the items' mean squared errors (2).</summary>
    public Parameter Error { get; }

    /// <summary>Keeps mean and deviation of errors.</summary>
    public void FitErrors(ReadOnlySpan<float> errors)
    {
        double sum = 0, squares = 0;
        foreach (float error in errors)
            sum += error;
        double mean = sum / errors.Length;
        foreach (float error in errors)
            squares += (error - mean) * (error - mean);
        Error.Value.Span[0] = (float)mean;
        Error.Value.Span[1] = (float)Math.Sqrt(squares / errors.Length);
        Error.Touch();
    }
}

using Tacit.Learning;

namespace Tacit.Modeling.Autoencoders;

/// <summary>What a trained autoencoder knows of its training data besides: where latents lie, and how large errors are.</summary>
/// <remarks>Numbers that are not learnt by steps but found at the end: a normal distribution N(mean, factor · factorᵀ) of the latents.</remarks>
public sealed class LatentFit : Module
{
    /// <summary>Of so many latents.</summary>
    public LatentFit(int latents)
    {
        if (latents > 0)
        {
            Mean = Add(new Parameter("mean", Initializer.Zeros, latents) { IsTrained = false });
            Factor = Add(new Parameter("factor", Initializer.Zeros, latents, latents) { IsTrained = false });
        }
        Error = Add(new Parameter("error", Initializer.Zeros, 2) { IsTrained = false });
    }

    /// <summary>The mean of the latents (D).</summary>
    public Parameter? Mean { get; }

    /// <summary>The lower triangle L of Cholesky's factorisation of their covariance, L · Lᵀ (D, D).</summary>
    public Parameter? Factor { get; }

    /// <summary>Mean and standard deviation of the items' mean squared errors (2).</summary>
    public Parameter Error { get; }

    /// <summary>Fits the normal distribution to latents.</summary>
    /// <param name="latents">(count, D).</param>
    public void FitLatents(ReadOnlySpan<float> latents)
    {
        if (Mean is null || Factor is null)
            return;
        int d = Mean.Shape.Count, count = latents.Length / d;
        double[] mean = new double[d], covariance = new double[d * d];
        for (int i = 0; i < latents.Length; i++)
            mean[i % d] += latents[i];
        for (int i = 0; i < d; i++)
            mean[i] /= count;
        for (int n = 0; n < count; n++)
        {
            ReadOnlySpan<float> row = latents.Slice(n * d, d);
            for (int i = 0; i < d; i++)
            {
                double centred = (row[i] - mean[i]) / count;
                for (int j = 0; j <= i; j++)
                    covariance[i * d + j] += centred * (row[j] - mean[j]);
            }
        }
        for (int i = 0; i < d; i++)
            Mean.Value.Span[i] = (float)mean[i];
        Factorise(covariance, d);
        for (int i = 0; i < d * d; i++)
            Factor.Value.Span[i] = (float)covariance[i];
        Mean.Touch();
        Factor.Touch();
    }

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

    // Cholesky-Banachiewicz in place, the upper triangle zero; a latent that never changes gets a row of zeros.
    private static void Factorise(double[] a, int d)
    {
        for (int i = 0; i < d; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double sum = a[i * d + j];
                for (int k = 0; k < j; k++)
                    sum -= a[i * d + k] * a[j * d + k];
                double pivot = a[j * d + j];
                a[i * d + j] = i == j ? Math.Sqrt(sum > 1e-12 ? sum : 0) : pivot > 0 ? sum / pivot : 0;
            }
            for (int j = i + 1; j < d; j++)
                a[i * d + j] = 0;
        }
    }
}

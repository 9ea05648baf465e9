using Tacit.Learning;
using Tacit.Numerics;

namespace Tacit.Modeling.Latents;

/// <summary>The normal distribution N(mean, factor · factorᵀ) of a model's latents, found in the training data's and
/// drawn from.</summary>
/// <remarks>Its numbers are not learnt by steps but found when training ends; before that they are zero.</remarks>
public class LatentNormal : Module
{
    /// <summary>Of so many latents.</summary>
    public LatentNormal(int latents)
    {
        if (latents > 0)
        {
            Mean = Add(new Parameter("mean", Initializer.Zeros, latents) { IsTrained = false });
            Factor = Add(new Parameter("factor", Initializer.Zeros, latents, latents) { IsTrained = false });
        }
    }

    /// <summary>The mean of the latents (D); null of none.</summary>
    public Parameter? Mean { get; }

    /// <summary>The lower triangle L of Cholesky's factorisation of their covariance, L · Lᵀ (D, D); null of
    /// none.</summary>
    public Parameter? Factor { get; }

    /// <summary>Whether it was found: a checkpoint's was not yet.</summary>
    public bool IsFitted => Factor is not null && Factor.Value.Span.ContainsAnyExcept(0f);

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

    /// <summary>Draws latents.</summary>
    /// <param name="count">How many.</param>
    /// <param name="seed">The same seed gives the same latents everywhere.</param>
    /// <param name="temperature">What their deviation is multiplied by.</param>
    /// <returns>(count, D).</returns>
    public float[] Draw(int count, ulong seed, float temperature = 1f)
    {
        if (Mean is null || Factor is null)
            return [];
        int d = Mean.Shape.Count;
        float[] latents = new float[checked(count * d)], normal = new float[latents.Length];
        RandomFill.Normal(seed, stream: 0, normal);
        for (int i = 0; i < latents.Length; i++)
            latents[i] = Mean.Value.Span[i % d]
                + temperature * Reduce.Dot(Factor.Value[i % d].Span, normal.AsSpan(i - i % d, d));
        return latents;
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

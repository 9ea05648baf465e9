using Tacit.Coding;
using Tacit.Modeling.Linear;
using Tacit.Numerics.Elementary;
using Tacit.Numerics.Lanes;

namespace Tacit.Modeling.Variational;

/// <summary>The line cut into 2^12 parts of the same probability under the prior N(0, 1); a latent is coded as the number of its part.</summary>
/// <remarks>
/// <para>
/// So a latent costs 12 bits under the prior. Under a posterior N(μ, σ²) part i has the places from ⌊Φ((e_i − μ) / σ) · 2^20⌋ to that of i + 1,
/// perhaps none: a part without places is never taken, so it need not be coded. Its value is the quantile in its middle. Townsend, Bird and
/// Barber, "Practical lossless compression with latent variables using bits back coding", 2019. Under a prior N(m, s²) that another layer gives,
/// any part may have to be coded: each has 8 places of 2^24 and its share of the rest; rounding moves a border by fewer.
/// </para>
/// <para>Quantiles: Wichura, "Algorithm AS 241: the percentage points of the normal distribution", 1988, PPND16.</para>
/// </remarks>
internal static class LatentBuckets
{
    /// <summary>The logarithm of the number of parts.</summary>
    public const int Bits = 12;

    /// <summary>Places of a posterior.</summary>
    public static readonly Places Posterior = new(20, 0);

    /// <summary>Places of a prior that is not N(0, 1).</summary>
    public static readonly Places Prior = new(24, 8);

    private const int Count = 1 << Bits;

    private static readonly float[] s_edges = Quantiles(0.0), s_centres = Quantiles(0.5);

    /// <summary>The value of a part.</summary>
    public static float Centre(int part) => s_centres[part];

    /// <summary>Takes a part from the stack under a normal distribution.</summary>
    public static int Pop(RansCoder coder, Places places, float mean, float inverseDeviation)
    {
        uint place = coder.Peek(places.Bits), start = 0, end = 1u << places.Bits;
        int low = 0, high = Count;
        while (high - low > 1)      // start ≤ place < end throughout
        {
            int middle = (low + high) >>> 1;
            uint at = Start(places, middle, mean, inverseDeviation);
            if (at <= place)
                (low, start) = (middle, at);
            else
                (high, end) = (middle, at);
        }
        coder.Pop(start, end - start, places.Bits);
        return low;
    }

    /// <summary>Puts a part on it.</summary>
    /// <exception cref="InvalidDataException">The distribution has no places for it: it was not taken under this one.</exception>
    public static void Push(RansCoder coder, Places places, int part, float mean, float inverseDeviation)
    {
        uint start = Start(places, part, mean, inverseDeviation), end = Start(places, part + 1, mean, inverseDeviation);
        if (end <= start)
            throw new InvalidDataException("The coded latents are not those of the items: the data is damaged.");
        coder.Push(start, end - start, places.Bits);
    }

    /// <summary>Φ⁻¹(p) for 2^-30 &lt; p &lt; 1 − 2^-30, to about 1e-15.</summary>
    public static double Quantile(double p)
    {
        double q = p - 0.5, r;
        if (q * q <= 0.180625)      // |q| ≤ 0.425
        {
            r = 0.180625 - q * q;
            return q * (((((((2.5090809287301226727e+3 * r + 3.3430575583588128105e+4) * r + 6.7265770927008700853e+4) * r + 4.5921953931549871457e+4) * r
                + 1.3731693765509461125e+4) * r + 1.9715909503065514427e+3) * r + 1.3314166789178437745e+2) * r + 3.3871328727963666080e+0)
                / (((((((5.2264952788528545610e+3 * r + 2.8729085735721942674e+4) * r + 3.9307895800092710610e+4) * r + 2.1213794301586595867e+4) * r
                + 5.3941960214247511077e+3) * r + 6.8718700749205790830e+2) * r + 4.2313330701600911252e+1) * r + 1.0);
        }
        r = Math.Sqrt(-DoubleFunctions.Log(q < 0 ? p : 1 - p)) - 1.6;
        double tail = (((((((7.74545014278341407640e-4 * r + 2.27238449892691845833e-2) * r + 2.41780725177450611770e-1) * r + 1.27045825245236838258e+0) * r
            + 3.64784832476320460504e+0) * r + 5.76949722146069140550e+0) * r + 4.63033784615654529590e+0) * r + 1.42343711074968357734e+0)
            / (((((((1.05075007164441684324e-9 * r + 5.47593808499534494600e-4) * r + 1.51986665636164571966e-2) * r + 1.48103976427480074590e-1) * r
            + 6.89767334985100004550e-1) * r + 1.67638483018380384940e+0) * r + 2.05319162663775882187e+0) * r + 1.0);
        return q < 0 ? -tail : tail;
    }

    // Places before a part.
    private static uint Start(Places places, int part, float mean, float inverseDeviation)
    {
        if (part is 0 or Count)
            return part == 0 ? 0 : 1u << places.Bits;
        const float RootHalf = 0.707106769f;
        float below = Erf.Apply<LanesScalar, float>((s_edges[part] - mean) * inverseDeviation * RootHalf);
        return (uint)(int)(MathF.FusedMultiplyAdd(0.5f, below, 0.5f) * ((1 << places.Bits) - Count * places.Least)) + (uint)(part * places.Least);
    }

    // Of (i + shift) / 2^12; the first of the edges is not used.
    private static float[] Quantiles(double shift)
    {
        float[] all = new float[Count];
        for (int i = shift > 0 ? 0 : 1; i < Count; i++)
            all[i] = (float)Quantile((i + shift) / Count);
        return all;
    }

    /// <summary>How a distribution is shared among the parts: 2^Bits places, of which each part has so many at least.</summary>
    internal readonly record struct Places(int Bits, int Least);
}

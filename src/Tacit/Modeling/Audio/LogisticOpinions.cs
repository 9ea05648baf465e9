using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Tacit.Numerics.Lanes;

namespace Tacit.Modeling.Audio;

/// <summary>Functions of eight logistic distributions at once, in binary32 of contract operations, none fused.</summary>
internal static class LogisticOpinions
{
    private const float Log2E = 1.44269504f, Ln2High = 0.693359375f, Ln2Low = -2.12194440e-4f, Ln2 = 0.693147181f;

    /// <summary>Farthest from the middle that tails are told apart.</summary>
    public const float Farthest = 60;

    /// <summary>P(x ≥ z) = 1 / (1 + e^z), z held to ±<see cref="Farthest"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Tail(Vector256<float> z)
    {
        z = Lanes256.Min(Lanes256.Max(z, Vector256.Create(-Farthest)), Vector256.Create(Farthest));
        Vector256<float> one = Vector256<float>.One;
        return one / (one + Exp(z));
    }

    /// <summary>ln x for x from 2^-100 to 2^100.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Log(Vector256<float> x)
    {
        // x = m 2^e with m from √½ to √2; ln m = 2 artanh s.
        Vector256<int> bits = x.AsInt32() - Vector256.Create(0x3F3504F3);
        Vector256<float> exponent = Vector256.ConvertToSingle(bits >> 23);
        Vector256<float> m = ((bits & Vector256.Create(0x7FFFFF)) + Vector256.Create(0x3F3504F3)).AsSingle();
        Vector256<float> one = Vector256<float>.One, s = (m - one) / (m + one), q = s * s;
        Vector256<float> series = s * (Vector256.Create(2f) + q * (Vector256.Create(0.666666667f) + q * (Vector256.Create(0.4f) + q * Vector256.Create(0.285714286f))));
        return exponent * Vector256.Create(Ln2) + series;
    }

    // e^x for |x| ≤ 60: x = k ln 2 + r.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Exp(Vector256<float> x)
    {
        // Adding and taking off 1.5 · 2^23 rounds to the nearest integer, halves to even.
        Vector256<float> magic = Vector256.Create(12582912f), shifted = x * Vector256.Create(Log2E) + magic, k = shifted - magic;
        Vector256<float> r = x - k * Vector256.Create(Ln2High) - k * Vector256.Create(Ln2Low), one = Vector256<float>.One;
        Vector256<float> p = one + r * (one + r * (Vector256.Create(0.5f) + r * (Vector256.Create(0.166666667f) + r * (Vector256.Create(0.0416666667f)
            + r * (Vector256.Create(0.00833333333f) + r * Vector256.Create(0.00138888889f))))));
        return (p.AsInt32() + Vector256.ShiftLeft(shifted.AsInt32() - magic.AsInt32(), 23)).AsSingle();
    }
}

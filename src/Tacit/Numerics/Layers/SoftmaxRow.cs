using System.Runtime.CompilerServices;
using Tacit.Numerics.Elementary;
using Tacit.Numerics.Lanes;
using Tacit.Numerics.Reductions;

namespace Tacit.Numerics.Layers;

/// <summary>e^(x − y), zero below <see cref="Floors.Softmax"/>: the terms of a softmax whose maximum is y.</summary>
internal readonly struct SoftmaxTerm : IFunction2
{
    // A little above ln 2^-60, so that no term is below the floor of the products it may enter.
    private const float LogFloor = -41.5f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<L, V>(V x, V y)
        where L : struct, ILanes<V>
        where V : struct
    {
        V distance = L.Subtract(x, y);
        return L.Select(L.Less(distance, L.Create(LogFloor)), L.Create(0f), Exp.OfNegative<L, V>(distance));
    }
}

/// <summary>One row's softmax: exact maximum, terms, their sum in the fixed shape.</summary>
internal static unsafe class SoftmaxRow
{
    /// <summary>terms[i] = e^(x[i] − maximum), floored; returns their sum. <paramref name="terms"/> may be x.</summary>
    public static float Terms<L, V>(float* x, float* terms, nint count, out float maximum)
        where L : struct, ILanes<V>
        where V : struct
    {
        maximum = Fold.Over<L, V, MaxFold>(x, x, 0f, count);
        TermsBelow<L, V>(x, terms, count, maximum);
        return Fold.Over<L, V, SumFold>(terms, terms, 0f, count);
    }

    /// <summary>terms[i] = e^(x[i] − maximum), floored.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void TermsBelow<L, V>(float* x, float* terms, nint count, float maximum)
        where L : struct, ILanes<V>
        where V : struct
    {
        V m = L.Create(maximum);
        nint i = 0;
        for (; i <= count - L.Count; i += L.Count)
            L.Store(SoftmaxTerm.Apply<L, V>(L.Load(x + i), m), terms + i);
        if (i < count)
            Rest<L, V>(x + i, terms + i, count - i, maximum);
    }

    // On its own for the registers' sake: see Map.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Rest<L, V>(float* x, float* terms, nint count, float maximum)
        where L : struct, ILanes<V>
        where V : struct
    {
        V m = L.Create(maximum);
        float* rest = stackalloc float[16];
        L.Store(m, rest);
        for (nint j = 0; j < count; j++)
            rest[j] = x[j];
        L.Store(SoftmaxTerm.Apply<L, V>(L.Load(rest), m), rest);
        for (nint j = 0; j < count; j++)
            terms[j] = rest[j];
    }

    /// <summary>ln of a scalar by the library's own logarithm.</summary>
    public static float Ln(float x) => Log.Apply<LanesScalar, float>(x);
}

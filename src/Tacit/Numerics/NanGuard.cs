using System.Runtime.CompilerServices;
using Tacit.Numerics.Lanes;

namespace Tacit.Numerics;

/// <summary>Finds what is not a number: NaN is an error, never data (its bits differ between machines).</summary>
public static unsafe class NanGuard
{
    /// <summary>The index of the first NaN or infinity, or −1.</summary>
    public static int FindNonFinite(ReadOnlySpan<float> x)
    {
        fixed (float* px = x)
        {
            var kernel = new Search { X = px, Count = x.Length };
            Widest.Run(ref kernel);
            if (!kernel.Found)
                return -1;
        }
        int i = 0;
        while (float.IsFinite(x[i]))
            i++;
        return i;
    }

    /// <summary>Passes if all values are finite.</summary>
    /// <param name="x">The values.</param>
    /// <param name="what">What they are, for the message.</param>
    /// <exception cref="ArithmeticException">One is NaN or infinite; the message says which and where.</exception>
    public static void Check(ReadOnlySpan<float> x, string what)
    {
        if (FindNonFinite(x) is int at and >= 0)
            throw new ArithmeticException($"{what}: value {at} of {x.Length} is {(float.IsNaN(x[at]) ? "not a number" : "infinite")}.");
    }

    private struct Search : IKernel
    {
        public float* X;
        public int Count;
        public bool Found;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<L, V>()
            where L : struct, ILanes<V>
            where V : struct
        {
            // x · 0 is zero for what is finite, NaN otherwise, and NaN stays in a sum.
            V sum = L.Create(0f), zero = L.Create(0f);
            int i = 0;
            for (; i <= Count - L.Count; i += L.Count)
                sum = L.Fma(L.Load(X + i), zero, sum);
            float rest = 0;
            for (; i < Count; i++)
                rest += X[i] * 0f;
            float* lanes = stackalloc float[16];
            L.Store(sum, lanes);
            for (int j = 0; j < L.Count; j++)
                rest += lanes[j];
            Found = float.IsNaN(rest);
        }
    }
}

using System.Runtime.CompilerServices;
using Tacit.Numerics.Elementary;
using Tacit.Numerics.Lanes;

namespace Tacit.Numerics.Updates;

/// <summary>A step of Adam without a first moment (RMSprop with the start corrected), from some weights to others.</summary>
/// <remarks>
/// <code>
/// g = gradient, zero where below Floors.Gradient      v' = β · v + (1 − β) · g²
/// target = weights − rate · g / (√v' · inverseRoot + ε)         inverseRoot = 1 / √(1 − β^t)
/// </code>
/// A step is at most rate / √(1 − β) / inverseRoot, so weights stay finite whatever the gradients.
/// </remarks>
internal unsafe struct RmsStep : IKernel
{
    public float* Weights, Target, Gradient, Second;
    public nint Count;          // a multiple of 16
    public float Rate, Beta, Epsilon, InverseRoot;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run<L, V>()
        where L : struct, ILanes<V>
        where V : struct
    {
        V rate = L.Create(-Rate), beta = L.Create(Beta), rest = L.Create(1f - Beta), epsilon = L.Create(Epsilon), root = L.Create(InverseRoot);
        for (nint i = 0; i < Count; i += L.Count)
        {
            V g = FlooredTo.Apply<L, V>(L.Load(Gradient + i), Floors.Gradient);
            V v = L.Fma(L.Load(Second + i), beta, L.Multiply(L.Multiply(g, g), rest));
            v = FlooredTo.Apply<L, V>(v, Floors.Moment);
            L.Store(v, Second + i);
            V spread = L.Fma(L.Sqrt(v), root, epsilon);
            L.Store(L.Fma(L.Divide(g, spread), rate, L.Load(Weights + i)), Target + i);
        }
    }
}

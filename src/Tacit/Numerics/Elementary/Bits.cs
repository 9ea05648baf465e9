using System.Runtime.CompilerServices;
using Tacit.Numerics.Lanes;

namespace Tacit.Numerics.Elementary;

/// <summary>Small steps the functions share.</summary>
internal static class Bits
{
    public const int Magnitude = 0x7FFFFFFF;
    public const int Sign = int.MinValue;

    /// <summary>1.5 · 2^23: added to |x| &lt; 2^22 it leaves the nearest integer (ties to even) in the low bits.</summary>
    public const float RoundingShift = 12582912f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Abs<L, V>(V x)
        where L : struct, ILanes<V>
        where V : struct => L.And(x, L.CreateBits(Magnitude));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Negate<L, V>(V x)
        where L : struct, ILanes<V>
        where V : struct => L.Xor(x, L.CreateBits(Sign));

    /// <summary>One step of Horner's rule: p · x + c.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Step<L, V>(V p, V x, float c)
        where L : struct, ILanes<V>
        where V : struct => L.Fma(p, x, L.Create(c));
}

using System.Runtime.CompilerServices;
using Tacit.Numerics.Elementary;
using Tacit.Numerics.Lanes;

namespace Tacit.Numerics.Randomness;

/// <summary>Low + u · Range, u the word's upper 24 bits / 2^24.</summary>
internal struct UniformDraw : IDraw
{
    public const float Unit = 1f / (1 << 24);

    public float Low, Range;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Apply<L, V>(ref V even, ref V odd)
        where L : struct, ILanes<V>
        where V : struct
    {
        even = L.Fma(Fraction<L, V>(even), L.Create(Range), L.Create(Low));
        odd = L.Fma(Fraction<L, V>(odd), L.Create(Range), L.Create(Low));
    }

    /// <summary>u.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Fraction<L, V>(V word)
        where L : struct, ILanes<V>
        where V : struct => L.Multiply(L.ToFloat(Upper<L, V>(word)), L.Create(Unit));

    /// <summary>The upper 24 bits as a number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Upper<L, V>(V word)
        where L : struct, ILanes<V>
        where V : struct => L.And(L.ShiftRightBits(word, 8), L.CreateBits(0x00FFFFFF));
}

/// <summary>0 where u &lt; Rate, else Kept.</summary>
internal struct DropoutDraw : IDraw
{
    public float Rate, Kept;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Apply<L, V>(ref V even, ref V odd)
        where L : struct, ILanes<V>
        where V : struct
    {
        even = L.Select(L.Less(UniformDraw.Fraction<L, V>(even), L.Create(Rate)), L.Create(0f), L.Create(Kept));
        odd = L.Select(L.Less(UniformDraw.Fraction<L, V>(odd), L.Create(Rate)), L.Create(0f), L.Create(Kept));
    }
}

/// <summary>Two normal numbers of two uniform ones. Box and Muller 1958.</summary>
internal struct NormalDraw : IDraw
{
    private const float TwoPi = 6.28318548f;

    public float Mean, Deviation;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Apply<L, V>(ref V even, ref V odd)
        where L : struct, ILanes<V>
        where V : struct
    {
        // (0, 1], so that the logarithm is finite: at most √(48 ln 2) = 5.8 deviations.
        V u = L.Multiply(L.ToFloat(L.AddBits(UniformDraw.Upper<L, V>(even), L.CreateBits(1))), L.Create(UniformDraw.Unit));
        V turn = L.Multiply(UniformDraw.Fraction<L, V>(odd), L.Create(TwoPi));
        V radius = L.Multiply(L.Sqrt(L.Multiply(L.Create(-2f), Log.Apply<L, V>(u))), L.Create(Deviation));
        V mean = L.Create(Mean);
        even = L.Fma(radius, Cos.Apply<L, V>(turn), mean);
        odd = L.Fma(radius, Sin.Apply<L, V>(turn), mean);
    }
}

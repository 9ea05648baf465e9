using System.Runtime.CompilerServices;

namespace Tacit.Numerics.Lanes;

/// <summary>Two vectors side by side.</summary>
internal readonly struct Pair<V>(V first, V second)
    where V : struct
{
    public readonly V First = first, Second = second;
}

/// <summary>Every operation on two vectors in turn, so that a chain of them has a second one to wait with.</summary>
/// <remarks>
/// A processor looks ahead only so many instructions. Where one vector's chain fills that window, two chains entwined
/// keep its units busy.
/// </remarks>
internal readonly unsafe struct LanesPair<L, V> : ILanes<Pair<V>>
    where L : struct, ILanes<V>
    where V : struct
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    public static int Count
    {
        [MethodImpl(Inline)]
        get => 2 * L.Count;
    }

    [MethodImpl(Inline)]
    public static Pair<V> Create(float value) => new(L.Create(value), L.Create(value));

    [MethodImpl(Inline)]
    public static Pair<V> CreateBits(int bits) => new(L.CreateBits(bits), L.CreateBits(bits));

    [MethodImpl(Inline)]
    public static Pair<V> Load(float* source) => new(L.Load(source), L.Load(source + L.Count));

    [MethodImpl(Inline)]
    public static void Store(Pair<V> x, float* target)
    {
        L.Store(x.First, target);
        L.Store(x.Second, target + L.Count);
    }

    [MethodImpl(Inline)]
    public static Pair<V> Add(Pair<V> x, Pair<V> y) => new(L.Add(x.First, y.First), L.Add(x.Second, y.Second));

    [MethodImpl(Inline)]
    public static Pair<V> Subtract(Pair<V> x, Pair<V> y) => new(L.Subtract(x.First, y.First), L.Subtract(x.Second, y.Second));

    [MethodImpl(Inline)]
    public static Pair<V> Multiply(Pair<V> x, Pair<V> y) => new(L.Multiply(x.First, y.First), L.Multiply(x.Second, y.Second));

    [MethodImpl(Inline)]
    public static Pair<V> Divide(Pair<V> x, Pair<V> y) => new(L.Divide(x.First, y.First), L.Divide(x.Second, y.Second));

    [MethodImpl(Inline)]
    public static Pair<V> Sqrt(Pair<V> x) => new(L.Sqrt(x.First), L.Sqrt(x.Second));

    [MethodImpl(Inline)]
    public static Pair<V> Fma(Pair<V> x, Pair<V> y, Pair<V> z) => new(L.Fma(x.First, y.First, z.First), L.Fma(x.Second, y.Second, z.Second));

    [MethodImpl(Inline)]
    public static Pair<V> FmaNegated(Pair<V> x, Pair<V> y, Pair<V> z) =>
        new(L.FmaNegated(x.First, y.First, z.First), L.FmaNegated(x.Second, y.Second, z.Second));

    [MethodImpl(Inline)]
    public static Pair<V> Min(Pair<V> x, Pair<V> y) => new(L.Min(x.First, y.First), L.Min(x.Second, y.Second));

    [MethodImpl(Inline)]
    public static Pair<V> Max(Pair<V> x, Pair<V> y) => new(L.Max(x.First, y.First), L.Max(x.Second, y.Second));

    [MethodImpl(Inline)]
    public static Pair<V> Less(Pair<V> x, Pair<V> y) => new(L.Less(x.First, y.First), L.Less(x.Second, y.Second));

    [MethodImpl(Inline)]
    public static Pair<V> LessOrEqual(Pair<V> x, Pair<V> y) => new(L.LessOrEqual(x.First, y.First), L.LessOrEqual(x.Second, y.Second));

    [MethodImpl(Inline)]
    public static Pair<V> Select(Pair<V> mask, Pair<V> x, Pair<V> y) =>
        new(L.Select(mask.First, x.First, y.First), L.Select(mask.Second, x.Second, y.Second));

    [MethodImpl(Inline)]
    public static Pair<V> And(Pair<V> x, Pair<V> y) => new(L.And(x.First, y.First), L.And(x.Second, y.Second));

    [MethodImpl(Inline)]
    public static Pair<V> Without(Pair<V> mask, Pair<V> x) => new(L.Without(mask.First, x.First), L.Without(mask.Second, x.Second));

    [MethodImpl(Inline)]
    public static Pair<V> Or(Pair<V> x, Pair<V> y) => new(L.Or(x.First, y.First), L.Or(x.Second, y.Second));

    [MethodImpl(Inline)]
    public static Pair<V> Xor(Pair<V> x, Pair<V> y) => new(L.Xor(x.First, y.First), L.Xor(x.Second, y.Second));

    [MethodImpl(Inline)]
    public static Pair<V> AddBits(Pair<V> x, Pair<V> y) => new(L.AddBits(x.First, y.First), L.AddBits(x.Second, y.Second));

    [MethodImpl(Inline)]
    public static Pair<V> SubtractBits(Pair<V> x, Pair<V> y) => new(L.SubtractBits(x.First, y.First), L.SubtractBits(x.Second, y.Second));

    [MethodImpl(Inline)]
    public static Pair<V> MinUnsignedBits(Pair<V> x, Pair<V> y) =>
        new(L.MinUnsignedBits(x.First, y.First), L.MinUnsignedBits(x.Second, y.Second));

    [MethodImpl(Inline)]
    public static Pair<V> MultiplyBits(Pair<V> x, Pair<V> y, out Pair<V> low)
    {
        var high = new Pair<V>(L.MultiplyBits(x.First, y.First, out V first), L.MultiplyBits(x.Second, y.Second, out V second));
        low = new(first, second);
        return high;
    }

    [MethodImpl(Inline)]
    public static Pair<V> ShiftLeftBits(Pair<V> x, int count) => new(L.ShiftLeftBits(x.First, count), L.ShiftLeftBits(x.Second, count));

    [MethodImpl(Inline)]
    public static Pair<V> ShiftRightBits(Pair<V> x, int count) => new(L.ShiftRightBits(x.First, count), L.ShiftRightBits(x.Second, count));

    [MethodImpl(Inline)]
    public static Pair<V> ToFloat(Pair<V> bits) => new(L.ToFloat(bits.First), L.ToFloat(bits.Second));
}

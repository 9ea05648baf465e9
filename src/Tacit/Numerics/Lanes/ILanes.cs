namespace Tacit.Numerics.Lanes;

/// <summary>The arithmetic kernels are written in, once for every vector width.</summary>
/// <remarks>
/// <para>
/// A kernel is a method with two type arguments: L, the operations, and V, the vector they work on
/// (<see cref="Lanes512"/> on Vector512 and so on down to <see cref="LanesScalar"/> on a plain float). Every operation
/// works lane by lane and is one of those the determinism contract allows (rule 1), so a lane's result is the same bits
/// at every width.
/// </para>
/// <para>
/// Masks and integers travel in the same V: a comparison gives all ones or all zeros per lane, and the operations
/// named Bits read a lane as an int.
/// </para>
/// </remarks>
internal unsafe interface ILanes<V>
    where V : struct
{
    /// <summary>Lanes in a vector: 16, 8, 4 or 1. A constant to the compiler.</summary>
    static abstract int Count { get; }

    static abstract V Create(float value);

    static abstract V CreateBits(int bits);

    static abstract V Load(float* source);

    static abstract void Store(V x, float* target);

    static abstract V Add(V x, V y);

    static abstract V Subtract(V x, V y);

    static abstract V Multiply(V x, V y);

    static abstract V Divide(V x, V y);

    static abstract V Sqrt(V x);

    /// <summary>x · y + z, rounded once.</summary>
    static abstract V Fma(V x, V y, V z);

    /// <summary>z − x · y, rounded once.</summary>
    static abstract V FmaNegated(V x, V y, V z);

    /// <summary>x &lt; y ? x : y. The second if either is NaN, or if they are zeros.</summary>
    static abstract V Min(V x, V y);

    /// <summary>x &gt; y ? x : y. The second if either is NaN, or if they are zeros.</summary>
    static abstract V Max(V x, V y);

    /// <summary>x &lt; y; false if either is NaN.</summary>
    static abstract V Less(V x, V y);

    /// <summary>x ≤ y; false if either is NaN.</summary>
    static abstract V LessOrEqual(V x, V y);

    /// <summary>Lanes of <paramref name="x"/> where the mask is ones, else of <paramref name="y"/>.</summary>
    static abstract V Select(V mask, V x, V y);

    static abstract V And(V x, V y);

    static abstract V Or(V x, V y);

    static abstract V Xor(V x, V y);

    static abstract V AddBits(V x, V y);

    static abstract V SubtractBits(V x, V y);

    static abstract V MinUnsignedBits(V x, V y);

    /// <summary>The 64-bit products of the lanes as unsigned ints; returns the high halves.</summary>
    static abstract V MultiplyBits(V x, V y, out V low);

    static abstract V ShiftLeftBits(V x, int count);

    static abstract V ShiftRightBits(V x, int count);

    /// <summary>The lanes' ints as floats, rounded to nearest even.</summary>
    static abstract V ToFloat(V bits);
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Tacit.Numerics.Products;

namespace Tacit.Numerics.Quantised;

/// <summary>Sums of an integer product: up to six rows by 16 columns, or one row by 64.</summary>
/// <remarks>
/// Steps of A lie <c>aStep</c> ints apart per row; a panel of B has 16 columns, step after step, as <c>D</c> reads them.
/// The sums go to a tile of 16 or 64 ints per row.
/// </remarks>
internal static unsafe class IntegerTile
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<D, R>(int* a, nint aStep, byte* b, nint steps, int* sums)
        where D : struct, IIntegerDot
        where R : struct, IRows
    {
        Vector256<int> c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default;
        Vector256<int> c30 = default, c31 = default, c40 = default, c41 = default, c50 = default, c51 = default;
        int* a3 = a + 3 * aStep;
        nint s = steps;
        for (; s >= 2; s -= 2)
        {
            Vector256<int> b0 = D.Load(b), b1 = D.Load(b + D.Bytes);
            Row<D>(a, b0, b1, ref c00, ref c01);
            if (R.Count > 1)
                Row<D>(a + aStep, b0, b1, ref c10, ref c11);
            if (R.Count > 2)
                Row<D>(a + 2 * aStep, b0, b1, ref c20, ref c21);
            if (R.Count > 3)
                Row<D>(a3, b0, b1, ref c30, ref c31);
            if (R.Count > 4)
                Row<D>(a3 + aStep, b0, b1, ref c40, ref c41);
            if (R.Count > 5)
                Row<D>(a3 + 2 * aStep, b0, b1, ref c50, ref c51);
            b0 = D.Load(b + 2 * D.Bytes);
            b1 = D.Load(b + 3 * D.Bytes);
            Row<D>(a + 1, b0, b1, ref c00, ref c01);
            if (R.Count > 1)
                Row<D>(a + aStep + 1, b0, b1, ref c10, ref c11);
            if (R.Count > 2)
                Row<D>(a + 2 * aStep + 1, b0, b1, ref c20, ref c21);
            if (R.Count > 3)
                Row<D>(a3 + 1, b0, b1, ref c30, ref c31);
            if (R.Count > 4)
                Row<D>(a3 + aStep + 1, b0, b1, ref c40, ref c41);
            if (R.Count > 5)
                Row<D>(a3 + 2 * aStep + 1, b0, b1, ref c50, ref c51);
            a += 2;
            a3 += 2;
            b += 4 * D.Bytes;
        }
        if (s != 0)
        {
            Vector256<int> b0 = D.Load(b), b1 = D.Load(b + D.Bytes);
            Row<D>(a, b0, b1, ref c00, ref c01);
            if (R.Count > 1)
                Row<D>(a + aStep, b0, b1, ref c10, ref c11);
            if (R.Count > 2)
                Row<D>(a + 2 * aStep, b0, b1, ref c20, ref c21);
            if (R.Count > 3)
                Row<D>(a3, b0, b1, ref c30, ref c31);
            if (R.Count > 4)
                Row<D>(a3 + aStep, b0, b1, ref c40, ref c41);
            if (R.Count > 5)
                Row<D>(a3 + 2 * aStep, b0, b1, ref c50, ref c51);
        }
        Store(c00, c01, sums);
        if (R.Count > 1)
            Store(c10, c11, sums + 16);
        if (R.Count > 2)
            Store(c20, c21, sums + 32);
        if (R.Count > 3)
            Store(c30, c31, sums + 48);
        if (R.Count > 4)
            Store(c40, c41, sums + 64);
        if (R.Count > 5)
            Store(c50, c51, sums + 80);
    }

    /// <summary>One row by four panels, for enough sums in flight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RunWide<D>(int* a, byte* b, nint panelBytes, nint steps, int* sums)
        where D : struct, IIntegerDot
    {
        Vector256<int> c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default, c6 = default, c7 = default;
        byte* b1 = b + panelBytes, b2 = b1 + panelBytes, b3 = b2 + panelBytes;
        nint s = 0, at = 0;
        for (; s < steps - 1; s += 2, at += 4 * D.Bytes)
        {
            Vector256<int> x = Vector256.Create(a[s]);
            Columns<D>(x, b + at, ref c0, ref c1);
            Columns<D>(x, b1 + at, ref c2, ref c3);
            Columns<D>(x, b2 + at, ref c4, ref c5);
            Columns<D>(x, b3 + at, ref c6, ref c7);
            x = Vector256.Create(a[s + 1]);
            Columns<D>(x, b + at + 2 * D.Bytes, ref c0, ref c1);
            Columns<D>(x, b1 + at + 2 * D.Bytes, ref c2, ref c3);
            Columns<D>(x, b2 + at + 2 * D.Bytes, ref c4, ref c5);
            Columns<D>(x, b3 + at + 2 * D.Bytes, ref c6, ref c7);
        }
        if (s < steps)
        {
            Vector256<int> x = Vector256.Create(a[s]);
            Columns<D>(x, b + at, ref c0, ref c1);
            Columns<D>(x, b1 + at, ref c2, ref c3);
            Columns<D>(x, b2 + at, ref c4, ref c5);
            Columns<D>(x, b3 + at, ref c6, ref c7);
        }
        Store(c0, c1, sums);
        Store(c2, c3, sums + 16);
        Store(c4, c5, sums + 32);
        Store(c6, c7, sums + 48);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Row<D>(int* a, Vector256<int> b0, Vector256<int> b1, ref Vector256<int> c0, ref Vector256<int> c1)
        where D : struct, IIntegerDot
    {
        Vector256<int> x = Vector256.Create(*a);
        c0 = D.Add(c0, x, b0);
        c1 = D.Add(c1, x, b1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Columns<D>(Vector256<int> x, byte* b, ref Vector256<int> c0, ref Vector256<int> c1)
        where D : struct, IIntegerDot
    {
        c0 = D.Add(c0, x, D.Load(b));
        c1 = D.Add(c1, x, D.Load(b + D.Bytes));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector256<int> low, Vector256<int> high, int* sums)
    {
        low.Store(sums);
        high.Store(sums + 8);
    }
}

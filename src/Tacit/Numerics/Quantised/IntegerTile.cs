using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Tacit.Numerics.Products;

namespace Tacit.Numerics.Quantised;

/// <summary>Sums of an integer product: up to six rows by 16 columns, or one row by 64.</summary>
/// <remarks>
/// Steps of A lie <c>aStep</c> ints apart per row; a panel of B has 16 columns, step after step (16 ints each). The sums
/// go to a tile of 16 or 64 ints per row.
/// </remarks>
internal static unsafe class IntegerTile
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<D, R>(int* a, nint aStep, int* b, nint steps, int* sums)
        where D : struct, IIntegerDot
        where R : struct, IRows
    {
        Vector256<int> c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default;
        Vector256<int> c30 = default, c31 = default, c40 = default, c41 = default, c50 = default, c51 = default;
        int* a3 = a + 3 * aStep;
        for (nint s = steps; s > 0; s--)
        {
            Vector256<int> b0 = Vector256.Load(b), b1 = Vector256.Load(b + 8);
            Vector256<int> x = Vector256.Create(*a);
            c00 = D.Add(c00, x, b0);
            c01 = D.Add(c01, x, b1);
            if (R.Count > 1)
            {
                x = Vector256.Create(a[aStep]);
                c10 = D.Add(c10, x, b0);
                c11 = D.Add(c11, x, b1);
            }
            if (R.Count > 2)
            {
                x = Vector256.Create(a[2 * aStep]);
                c20 = D.Add(c20, x, b0);
                c21 = D.Add(c21, x, b1);
            }
            if (R.Count > 3)
            {
                x = Vector256.Create(*a3);
                c30 = D.Add(c30, x, b0);
                c31 = D.Add(c31, x, b1);
            }
            if (R.Count > 4)
            {
                x = Vector256.Create(a3[aStep]);
                c40 = D.Add(c40, x, b0);
                c41 = D.Add(c41, x, b1);
            }
            if (R.Count > 5)
            {
                x = Vector256.Create(a3[2 * aStep]);
                c50 = D.Add(c50, x, b0);
                c51 = D.Add(c51, x, b1);
            }
            a++;
            a3++;
            b += 16;
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
    public static void RunWide<D>(int* a, int* b, nint panelStep, nint steps, int* sums)
        where D : struct, IIntegerDot
    {
        Vector256<int> c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default, c6 = default, c7 = default;
        int* b1 = b + panelStep, b2 = b1 + panelStep, b3 = b2 + panelStep;
        for (nint s = 0; s < steps; s++)
        {
            Vector256<int> x = Vector256.Create(a[s]);
            c0 = D.Add(c0, x, Vector256.Load(b));
            c1 = D.Add(c1, x, Vector256.Load(b + 8));
            c2 = D.Add(c2, x, Vector256.Load(b1));
            c3 = D.Add(c3, x, Vector256.Load(b1 + 8));
            c4 = D.Add(c4, x, Vector256.Load(b2));
            c5 = D.Add(c5, x, Vector256.Load(b2 + 8));
            c6 = D.Add(c6, x, Vector256.Load(b3));
            c7 = D.Add(c7, x, Vector256.Load(b3 + 8));
            b += 16;
            b1 += 16;
            b2 += 16;
            b3 += 16;
        }
        Store(c0, c1, sums);
        Store(c2, c3, sums + 16);
        Store(c4, c5, sums + 32);
        Store(c6, c7, sums + 48);
    }

    private static void Store(Vector256<int> low, Vector256<int> high, int* sums)
    {
        low.Store(sums);
        high.Store(sums + 8);
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Tacit.Numerics.Lanes;

namespace Tacit.Numerics.Products;

/// <summary>Copies operands of products into the order the tiles read, with small values made zero.</summary>
internal static unsafe class Packing
{
    private const int TinyBits = 0x21800000;    // Floors.Product
    private const int MagnitudeBits = 0x7FFFFFFF;
    private const int SignBit = int.MinValue;

    // Panels packed side by side.
    private const int Together = 8;

    /// <summary>A value, or a zero of its sign if it is nearer to zero than <see cref="Floors.Product"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Floored<L, V>(V x)
        where L : struct, ILanes<V>
        where V : struct
    {
        // |x| < floor, on the bits: comparing floats that are denormal would be what this is to avoid.
        V magnitude = L.And(x, L.CreateBits(MagnitudeBits));
        V below = L.ShiftRightBits(L.SubtractBits(magnitude, L.CreateBits(TinyBits)), 31);
        return L.Select(below, L.And(x, L.CreateBits(SignBit)), x);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Floored(float x) => Floored<LanesScalar, float>(x);

    /// <summary>Whether a value lies between zero and <see cref="Floors.Product"/>; x is (rows, columns).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool AnyTiny<L, V>(float* x, nint rowStep, int rows, int columns)
        where L : struct, ILanes<V>
        where V : struct
    {
        // As unsigned numbers, |x| − 1 puts zero last, so the least of them tells.
        V mask = L.CreateBits(MagnitudeBits), one = L.CreateBits(1), least = L.CreateBits(-1), least2 = least;
        uint tail = uint.MaxValue;
        for (int m = 0; m < rows; m++, x += rowStep)
        {
            int k = 0;
            for (; k <= columns - 2 * L.Count; k += 2 * L.Count)
            {
                least = L.MinUnsignedBits(least, L.SubtractBits(L.And(L.Load(x + k), mask), one));
                least2 = L.MinUnsignedBits(least2, L.SubtractBits(L.And(L.Load(x + k + L.Count), mask), one));
            }
            for (; k < columns; k++)
                tail = Math.Min(tail, (BitConverter.SingleToUInt32Bits(x[k]) & MagnitudeBits) - 1);
        }
        float* lanes = stackalloc float[16];
        L.Store(L.MinUnsignedBits(least, least2), lanes);
        for (int i = 0; i < L.Count; i++)
            tail = Math.Min(tail, BitConverter.SingleToUInt32Bits(lanes[i]));
        return tail < TinyBits - 1;
    }

    /// <summary>target[r, c] = source[r, c] with the small ones zero. Steps between rows in floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Copy<L, V>(float* source, nint sourceStep, float* target, nint targetStep, int rows, int columns)
        where L : struct, ILanes<V>
        where V : struct
    {
        for (int r = 0; r < rows; r++, source += sourceStep, target += targetStep)
        {
            int c = 0;
            for (; c <= columns - L.Count; c += L.Count)
                L.Store(Floored<L, V>(L.Load(source + c)), target + c);
            for (; c < columns; c++)
                target[c] = Floored(source[c]);
        }
    }

    /// <summary>target[c, r] = source[r, c] with the small ones zero. Steps between rows in floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void CopyTransposed(float* source, nint sourceStep, float* target, nint targetStep, int rows, int columns)
    {
        int r = 0;
        if (Sse.IsSupported || AdvSimd.Arm64.IsSupported)
        {
            for (; r <= rows - 4; r += 4, source += 4 * sourceStep)
            {
                int c = 0;
                for (; c <= columns - 4; c += 4)
                    Transpose4(source + c, sourceStep, target + c * targetStep + r, targetStep);
                for (; c < columns; c++)
                {
                    for (int i = 0; i < 4; i++)
                        target[c * targetStep + r + i] = Floored(source[i * sourceStep + c]);
                }
            }
        }
        for (; r < rows; r++, source += sourceStep)
        {
            int c = 0;
            for (float* to = target + r; c <= columns - 4; c += 4, to += 4 * targetStep)
            {
                Vector128<float> four = Floored<Lanes128, Vector128<float>>(Vector128.Load(source + c));
                (to[0], to[targetStep], to[2 * targetStep], to[3 * targetStep]) = (four[0], four[1], four[2], four[3]);
            }
            for (; c < columns; c++)
                target[c * targetStep + r] = Floored(source[c]);
        }
    }

    /// <summary>Copies rows × columns of B (element k, n at source + k · rowStep + n · columnStep) to panels.</summary>
    /// <param name="source">B[0, 0].</param>
    /// <param name="rowStep">Floats from B[k, n] to B[k + 1, n]; this or the next is 1, or both are general (slow).</param>
    /// <param name="columnStep">Floats from B[k, n] to B[k, n + 1].</param>
    /// <param name="rows">How many k.</param>
    /// <param name="columns">How many n.</param>
    /// <param name="panels">Target of as many panels as the columns need.</param>
    /// <param name="panelStep">Floats from a panel to the next, at least rows · their width.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack<L, V>(float* source, nint rowStep, nint columnStep, int rows, int columns, float* panels, nint panelStep)
        where L : struct, ILanes<V>
        where V : struct
    {
        int panel = Panel.Width(L.Count), whole = columnStep == 1 ? columns / panel : 0;
        for (int p = 0; p < whole; p += Together)
            PackWhole<L, V>(source + (nint)p * panel, rowStep, rows, Math.Min(Together, whole - p), panels + p * panelStep, panelStep);
        panels += whole * panelStep;
        for (int n = whole * panel; n < columns; n += panel, panels += panelStep)
        {
            int width = Math.Min(panel, columns - n);
            float* from = source + n * columnStep;
            if (columnStep == 1)
            {
                Copy<L, V>(from, rowStep, panels, panel, rows, width);
            }
            else if (rowStep == 1)
            {
                CopyTransposed(from, columnStep, panels, panel, width, rows);
            }
            else
            {
                for (int k = 0; k < rows; k++)
                {
                    for (int c = 0; c < width; c++)
                        panels[k * panel + c] = Floored(from[k * rowStep + c * columnStep]);
                }
            }
            for (int k = 0; width < panel && k < rows; k++)
                new Span<float>(panels + k * panel + width, panel - width).Clear();
        }
    }

    /// <summary>Panels side by side, row after row: rows may lie pages apart, so that each is visited once for all of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackWhole<L, V>(float* source, nint rowStep, int rows, int count, float* panels, nint panelStep)
        where L : struct, ILanes<V>
        where V : struct
    {
        int panel = Panel.Width(L.Count);
        for (nint k = 0; k < rows; k++, source += rowStep, panels += panel)
        {
            float* from = source, to = panels;
            for (int p = 0; p < count; p++, from += panel, to += panelStep)
            {
                for (int c = 0; c < panel; c += L.Count)
                    L.Store(Floored<L, V>(L.Load(from + c)), to + c);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose4(float* source, nint sourceStep, float* target, nint targetStep)
    {
        Vector128<float> a = Floored<Lanes128, Vector128<float>>(Vector128.Load(source));
        Vector128<float> b = Floored<Lanes128, Vector128<float>>(Vector128.Load(source + sourceStep));
        Vector128<float> c = Floored<Lanes128, Vector128<float>>(Vector128.Load(source + 2 * sourceStep));
        Vector128<float> d = Floored<Lanes128, Vector128<float>>(Vector128.Load(source + 3 * sourceStep));
        Transpose(a, b, c, d, target, targetStep);
    }

    /// <summary>Four rows of four, as four columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transpose(Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d, float* target, nint targetStep)
    {
        Vector128<float> ac0 = Low(a, c), ac1 = High(a, c), bd0 = Low(b, d), bd1 = High(b, d);
        Low(ac0, bd0).Store(target);
        High(ac0, bd0).Store(target + targetStep);
        Low(ac1, bd1).Store(target + 2 * targetStep);
        High(ac1, bd1).Store(target + 3 * targetStep);
    }

    // x0 y0 x1 y1, and x2 y2 x3 y3.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Low(Vector128<float> x, Vector128<float> y) =>
        Sse.IsSupported ? Sse.UnpackLow(x, y) : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(x, y)
        : Vector128.Create(x[0], y[0], x[1], y[1]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> High(Vector128<float> x, Vector128<float> y) =>
        Sse.IsSupported ? Sse.UnpackHigh(x, y) : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(x, y)
        : Vector128.Create(x[2], y[2], x[3], y[3]);
}

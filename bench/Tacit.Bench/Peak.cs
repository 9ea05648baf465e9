using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Tacit.Numerics.Lanes;
using Tacit.Numerics.Quantised;

namespace Tacit.Bench;

/// <summary>The processor's multiply-add peak at a vector width: chains in registers, no memory.</summary>
internal static class Peak
{
    private static float s_sink;

    /// <summary>One measurement: seconds of <see cref="Flops"/>.</summary>
    public static void Run(int lanes)
    {
        s_sink = lanes switch
        {
            16 => Chains<Lanes512, Vector512<float>>(),
            8 => Chains<Lanes256, Vector256<float>>(),
            _ => Chains<Lanes128, Vector128<float>>(),
        };
    }

    /// <summary>Floating-point operations of one run.</summary>
    public static double Flops(int lanes) => 2.0 * lanes * 12 * Steps;

    /// <summary>The same for products of small integers, as this machine adds them; seconds of <see cref="IntegerProducts"/>.</summary>
    public static void RunInteger() => s_sink = AvxVnni.IsSupported ? IntegerChains<VnniDot>() : IntegerChains<PairDot>();

    /// <summary>Multiply-adds of integers of one run.</summary>
    public static double IntegerProducts => 8.0 * (AvxVnni.IsSupported ? VnniDot.Depth : PairDot.Depth) * 12 * Steps;

    private const int Steps = 200_000;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe float Chains<L, V>()
        where L : struct, ILanes<V>
        where V : struct
    {
        V x = L.Create(0.999f), y = L.Create(0.001f);
        V a = y, b = x, c = y, d = x, e = y, f = x, g = y, h = x, i = y, j = x, k = y, l = x;
        for (int s = 0; s < Steps; s++)
        {
            a = L.Fma(a, x, y);
            b = L.Fma(b, x, y);
            c = L.Fma(c, x, y);
            d = L.Fma(d, x, y);
            e = L.Fma(e, x, y);
            f = L.Fma(f, x, y);
            g = L.Fma(g, x, y);
            h = L.Fma(h, x, y);
            i = L.Fma(i, x, y);
            j = L.Fma(j, x, y);
            k = L.Fma(k, x, y);
            l = L.Fma(l, x, y);
        }
        V sum = L.Add(L.Add(L.Add(a, b), L.Add(c, d)), L.Add(L.Add(e, f), L.Add(g, h)));
        sum = L.Add(sum, L.Add(L.Add(i, j), L.Add(k, l)));
        float* lanes = stackalloc float[16];
        L.Store(sum, lanes);
        return *lanes;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int IntegerChains<D>()
        where D : struct, IIntegerDot
    {
        Vector256<int> y = Vector256.Create(0x01020304);
        Vector256<int> a = y, b = y, c = y, d = y, e = y, f = y, g = y, h = y, i = y, j = y, k = y, l = y;
        for (int s = 0; s < Steps; s++)
        {
            a = D.Add(a, a, y);
            b = D.Add(b, b, y);
            c = D.Add(c, c, y);
            d = D.Add(d, d, y);
            e = D.Add(e, e, y);
            f = D.Add(f, f, y);
            g = D.Add(g, g, y);
            h = D.Add(h, h, y);
            i = D.Add(i, i, y);
            j = D.Add(j, j, y);
            k = D.Add(k, k, y);
            l = D.Add(l, l, y);
        }
        return (a + b + c + d + e + f + g + h + i + j + k + l)[0];
    }
}

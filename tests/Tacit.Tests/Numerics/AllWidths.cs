using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Tacit.Numerics.Lanes;
using Tacit.Tests.Support;

namespace Tacit.Tests.Numerics;

/// <summary>Tests of the kernels run one after the other, because they force the vector width.</summary>
[CollectionDefinition(Name, DisableParallelization = false)]
public sealed class AllWidths
{
    public const string Name = "Numerics";

    /// <summary>Lanes of every vector width and of the scalar path.</summary>
    public static readonly int[] Lanes = [1, 4, 8, 16];

    /// <summary>Runs with each width; emulated where the machine has no such vectors.</summary>
    public static void Run(Action<int> test)
    {
        foreach (int lanes in Lanes)
            With(lanes, () => test(lanes));
    }

    public static void With(int lanes, Action test)
    {
        try
        {
            Widest.Forced = lanes;
            test();
        }
        finally
        {
            Widest.Forced = 0;
        }
    }

    /// <summary>True without fused multiply-add hardware: everything works, a thousand times slower.</summary>
    public static bool Emulated => !Vector128.IsHardwareAccelerated || !System.Runtime.Intrinsics.X86.Fma.IsSupported
        && !System.Runtime.Intrinsics.Arm.AdvSimd.IsSupported;
}

/// <summary>Inputs and comparisons of the kernel tests.</summary>
internal static class Numbers
{
    /// <summary>Values around ±1, with some zeros of both signs.</summary>
    public static float[] Ordinary(int count, int seed)
    {
        var random = new SplitMix64((ulong)seed * 7919 + 1);
        float[] x = new float[count];
        for (int i = 0; i < count; i++)
        {
            ulong bits = random.Next();
            x[i] = (bits & 63) switch { 0 => 0f, 1 => -0f, _ => ((int)(bits >> 32) / (float)(1u << 31)) * 2f };
        }
        return x;
    }

    /// <summary>Values from 2^-span to 2^span of both signs, zeros and denormals among them.</summary>
    public static float[] Wild(int count, int seed, int span)
    {
        var random = new SplitMix64((ulong)seed * 104729 + 3);
        float[] x = new float[count];
        for (int i = 0; i < count; i++)
        {
            ulong bits = random.Next();
            int exponent = 127 - span + random.Below(2 * span + 1);
            uint value = (uint)bits & 0x807FFFFF | (uint)exponent << 23;
            x[i] = (bits >> 32 & 31) switch
            {
                0 => 0f,
                1 => -0f,
                2 => BitConverter.UInt32BitsToSingle((uint)bits & 0x807FFFFF),     // denormal
                _ => BitConverter.UInt32BitsToSingle(value),
            };
        }
        return x;
    }

    /// <summary>Fails on the first value whose bits differ.</summary>
    public static void AssertSameBits(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, string what = "",
        [CallerArgumentExpression(nameof(actual))] string expression = "")
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            if (BitConverter.SingleToInt32Bits(expected[i]) != BitConverter.SingleToInt32Bits(actual[i]))
                Assert.Fail($"{expression} {what}: element {i} is {actual[i]:R} ({BitConverter.SingleToInt32Bits(actual[i]):x8}), expected {expected[i]:R} ({BitConverter.SingleToInt32Bits(expected[i]):x8})");
        }
    }

    /// <summary>What products make of an operand.</summary>
    public static float Floored(float x) => Math.Abs(x) < Tacit.Numerics.Floors.Product ? MathF.CopySign(0f, x) : x;

    /// <summary>Error in units of the last place of the float nearest to the truth.</summary>
    public static double Ulps(float actual, double truth)
    {
        float nearest = (float)truth;
        if (float.IsInfinity(nearest) || float.IsNaN(nearest))
            return actual.Equals(nearest) ? 0 : double.PositiveInfinity;
        double unit = Math.Max(MathF.BitIncrement(Math.Abs(nearest)) - (double)Math.Abs(nearest), 1.1754943508222875e-38 * 1.1920928955078125e-7);
        return Math.Abs(actual - truth) / unit;
    }
}

using Tacit.Numerics.Elementary;
using Tacit.Numerics.Lanes;
using Tacit.Numerics.Threads;

namespace Tacit.Numerics;

/// <summary>Moves blocks of values between layouts.</summary>
internal static unsafe class Strided
{
    /// <summary>target[i · targetStep + j] = or += source[i · sourceStep + j] for i &lt; blocks, j &lt; length.</summary>
    public static void Copy(ReadOnlySpan<float> source, int sourceStep, Span<float> target, int targetStep, int blocks, int length,
        bool add = false, WorkPool? pool = null)
    {
        if (blocks <= 0 || length <= 0)
            return;
        if (source.Length < (blocks - 1L) * sourceStep + length || target.Length < (blocks - 1L) * targetStep + length || sourceStep < 0 || targetStep < length)
            throw new ArgumentException($"Strided: {blocks} blocks of {length}, {sourceStep} and {targetStep} apart, from {source.Length} values to {target.Length}.");
        fixed (float* ps = source, pt = target)
            Ranges.Run(new Blocks { Source = ps, SourceStep = sourceStep, Target = pt, TargetStep = targetStep, Length = length, Add = add }, blocks, length, pool);
    }

    /// <summary>target[o, b, m, a, i] = source[o, a, m, b, i], whose sizes are given.</summary>
    public static void SwapAxes(ReadOnlySpan<float> source, int outer, int a, int middle, int b, int inner, Span<float> target, WorkPool? pool = null)
    {
        if (source.Length != (long)outer * a * middle * b * inner || target.Length != source.Length)
            throw new ArgumentException($"Strided: {source.Length} values of ({outer}, {a}, {middle}, {b}, {inner}) to {target.Length}.");
        fixed (float* ps = source, pt = target)
            Ranges.Run(new Swap { Source = ps, Target = pt, A = a, Middle = middle, B = b, Inner = inner }, outer * b, (long)a * middle * inner, pool);
    }

    private struct Blocks : IRangeKernel
    {
        public float* Source, Target;
        public nint SourceStep, TargetStep, Length;
        public bool Add;

        public readonly void Run<L, V>(int first, int end)
            where L : struct, ILanes<V>
            where V : struct
        {
            for (nint i = first; i < end; i++)
            {
                float* source = Source + i * SourceStep, target = Target + i * TargetStep;
                if (Add)
                    Map2<Sum2>.Over<L, V>(target, source, target, Length);
                else
                    Buffer.MemoryCopy(source, target, Length * sizeof(float), Length * sizeof(float));
            }
        }
    }

    // A unit is one (o, b) of the target.
    private struct Swap : IRangeKernel
    {
        public float* Source, Target;
        public nint A, Middle, B, Inner;

        public readonly void Run<L, V>(int first, int end)
            where L : struct, ILanes<V>
            where V : struct
        {
            for (nint unit = first; unit < end; unit++)
            {
                nint o = unit / B, b = unit % B;
                float* target = Target + unit * Middle * A * Inner;
                for (nint m = 0; m < Middle; m++)
                {
                    for (nint a = 0; a < A; a++, target += Inner)
                    {
                        float* source = Source + (((o * A + a) * Middle + m) * B + b) * Inner;
                        if (Inner == 1)
                            *target = *source;
                        else
                            Buffer.MemoryCopy(source, target, Inner * sizeof(float), Inner * sizeof(float));
                    }
                }
            }
        }
    }
}

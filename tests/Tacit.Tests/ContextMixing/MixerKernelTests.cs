using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Tacit.Modeling.ContextMixing;

namespace Tacit.Tests.ContextMixing;

/// <summary>Every vector width gives the integers of the plain loop, extremes included.</summary>
public sealed unsafe class MixerKernelTests : IDisposable
{
    private const int Max = MixerKernels.MaxInputs;
    private readonly short* _x = (short*)NativeMemory.AlignedAlloc(Max * sizeof(short), 64);
    private readonly short* _w = (short*)NativeMemory.AlignedAlloc(Max * sizeof(short), 64);
    private readonly short* _w128 = (short*)NativeMemory.AlignedAlloc(Max * sizeof(short), 64);
    private readonly short* _w256 = (short*)NativeMemory.AlignedAlloc(Max * sizeof(short), 64);

    [Fact]
    public void DotAndTrainAgree()
    {
        for (uint seed = 0; seed < 300; seed++)
        {
            var random = new Samples.Lcg(seed);
            int n = MixerKernels.Group * (1 + random.Next(Max / MixerKernels.Group));
            bool extreme = seed % 3 == 0, same = seed % 6 == 0;
            for (int i = 0; i < n; i++)
            {
                _x[i] = (short)(same ? -2047 : extreme ? (random.Next(2) * 2 - 1) * 2047 : random.Next(4095) - 2047);
                _w[i] = _w128[i] = _w256[i] = same || (extreme && random.Next(2) == 0) ? short.MinValue
                    : extreme ? short.MaxValue : (short)(random.Next(65536) - 32768);
            }
            int step = extreme ? (random.Next(2) * 2 - 1) * MixerKernels.MaxStep : random.Next(2 * MixerKernels.MaxStep) - MixerKernels.MaxStep;

            // The definition, in 64 bits.
            long[] sums = new long[8];
            for (int i = 0; i < n; i++)
                sums[i % 16 / 2] += (long)_x[i] * _w[i];
            Assert.All(sums, sum => Assert.InRange(sum, int.MinValue, int.MaxValue));
            long exact = sums.Sum(sum => sum >> MixerKernels.DotShift);
            Assert.Equal(exact, MixerKernels.DotScalar(_x, _w, n));
            Assert.Equal(exact, MixerKernels.Dot128(_x, _w, n));
            Assert.Equal(exact, MixerKernels.Dot(_x, _w, n));

            long[] next = new long[n];
            for (int i = 0; i < n; i++)
                next[i] = Math.Clamp(_w[i] + (long)Math.Floor(_x[i] * step / 32768.0 + 0.5), short.MinValue, short.MaxValue);
            MixerKernels.TrainScalar(_x, _w, n, step);
            MixerKernels.Train128(_x, _w128, n, step);
            var plain = new ReadOnlySpan<short>(_w, n);
            Assert.Equal(next, plain.ToArray().Select(w => (long)w));
            Assert.True(plain.SequenceEqual(new ReadOnlySpan<short>(_w128, n)), $"128 bits, seed {seed}");
            if (!Avx2.IsSupported)
                continue;
            Assert.Equal(exact, MixerKernels.Dot256(_x, _w256, n));
            MixerKernels.Train256(_x, _w256, n, step);
            Assert.True(plain.SequenceEqual(new ReadOnlySpan<short>(_w256, n)), $"256 bits, seed {seed}");
        }
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_x);
        NativeMemory.AlignedFree(_w);
        NativeMemory.AlignedFree(_w128);
        NativeMemory.AlignedFree(_w256);
    }
}

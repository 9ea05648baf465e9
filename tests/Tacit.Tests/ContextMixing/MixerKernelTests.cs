using System.Runtime.InteropServices;
using Tacit.Modeling.ContextMixing;

namespace Tacit.Tests.ContextMixing;

/// <summary>Every vector width gives the integers of the plain loop, extremes included.</summary>
public sealed unsafe class MixerKernelTests : IDisposable
{
    private const int Max = 256;
    private readonly int* _x = (int*)NativeMemory.AlignedAlloc(Max * 4, 64);
    private readonly int* _w = (int*)NativeMemory.AlignedAlloc(Max * 4, 64);
    private readonly int* _w128 = (int*)NativeMemory.AlignedAlloc(Max * 4, 64);
    private readonly int* _w256 = (int*)NativeMemory.AlignedAlloc(Max * 4, 64);

    [Fact]
    public void DotAndTrainAgree()
    {
        for (uint seed = 0; seed < 300; seed++)
        {
            var random = new Samples.Lcg(seed);
            int n = MixerKernels.Group * (1 + random.Next(Max / MixerKernels.Group));
            bool extreme = seed % 3 == 0;
            for (int i = 0; i < n; i++)
            {
                _x[i] = extreme ? (random.Next(2) * 2 - 1) * 2047 : random.Next(4095) - 2047;
                _w[i] = _w128[i] = _w256[i] = extreme
                    ? (random.Next(2) * 2 - 1) * MixerKernels.MaxWeight
                    : random.Next(2 * MixerKernels.MaxWeight + 1) - MixerKernels.MaxWeight;
            }
            int step = extreme ? (random.Next(2) * 2 - 1) * MixerKernels.MaxStep : random.Next(2 * MixerKernels.MaxStep) - MixerKernels.MaxStep;

            long exact = 0;
            for (int i = 0; i < n; i++)
                exact += _x[i] * ((long)_w[i] >> MixerKernels.WeightBits - 16) >> MixerKernels.DotShift;
            Assert.Equal(exact, MixerKernels.DotScalar(_x, _w, n));
            Assert.Equal(exact, MixerKernels.Dot128(_x, _w, n));
            Assert.Equal(exact, MixerKernels.Dot256(_x, _w, n));
            Assert.Equal(exact, MixerKernels.Dot(_x, _w, n));

            MixerKernels.TrainScalar(_x, _w, n, step);
            MixerKernels.Train128(_x, _w128, n, step);
            MixerKernels.Train256(_x, _w256, n, step);
            var plain = new ReadOnlySpan<int>(_w, n);
            Assert.True(plain.SequenceEqual(new ReadOnlySpan<int>(_w128, n)), $"128 bits, seed {seed}");
            Assert.True(plain.SequenceEqual(new ReadOnlySpan<int>(_w256, n)), $"256 bits, seed {seed}");
            foreach (int w in plain)
                Assert.InRange(w, -MixerKernels.MaxWeight, MixerKernels.MaxWeight);
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

using Tacit.Numerics;

namespace Tacit.Tests.Numerics;

/// <summary>Convolutions against their definition.</summary>
[Collection(AllWidths.Name)]
public class ConvolutionTests
{
    private static ConvolutionShape[] Shapes => AllWidths.Emulated
        ? [new() { Batch = 1, InputChannels = 1, OutputChannels = 2, Height = 4, Width = 3, Kernel = 3, Padding = 1 }, new() { Batch = 1, InputChannels = 1, OutputChannels = 2, Height = 1, Width = 5, Kernel = 4, Stride = 2, Padding = 1, AlongRows = true }]
        :
        [
            new() { Batch = 2, InputChannels = 3, OutputChannels = 5, Height = 9, Width = 7, Kernel = 3, Padding = 1 },
            new() { Batch = 1, InputChannels = 2, OutputChannels = 14, Height = 8, Width = 8, Kernel = 4, Stride = 2, Padding = 1 },
            new() { Batch = 3, InputChannels = 1, OutputChannels = 1, Height = 5, Width = 6, Kernel = 1 },
            new() { Batch = 2, InputChannels = 4, OutputChannels = 3, Height = 11, Width = 5, Kernel = 5, Stride = 3, Padding = 4 },
            new() { Batch = 1, InputChannels = 8, OutputChannels = 13, Height = 12, Width = 12, Kernel = 3, Stride = 2 },
            new() { Batch = 3, InputChannels = 8, OutputChannels = 14, Height = 11, Width = 13, Kernel = 3, Padding = 1 },     // enough for threads
            new() { Batch = 2, InputChannels = 3, OutputChannels = 13, Height = 1, Width = 37, Kernel = 4, Stride = 2, Padding = 1, AlongRows = true },
            new() { Batch = 3, InputChannels = 2, OutputChannels = 5, Height = 4, Width = 9, Kernel = 3, Stride = 3, Padding = 2, AlongRows = true },
        ];

    [Fact]
    public void ForwardAndBackwardAreTheirDefinition()
    {
        foreach (ConvolutionShape s in Shapes)
        {
            int p = s.OutputHeight, q = s.OutputWidth, inputs = s.Batch * s.InputChannels * s.Height * s.Width, outputs = s.Batch * s.OutputChannels * p * q;
            int weights = s.OutputChannels * s.InputChannels * Size(s);
            float[] x = Numbers.Ordinary(inputs, 1), w = Numbers.Ordinary(weights, 2), bias = Numbers.Ordinary(s.OutputChannels, 3), dy = Numbers.Ordinary(outputs, 4);
            float[] inputBias = Numbers.Ordinary(s.InputChannels, 6);
            float[] y = new float[outputs], dx = new float[inputs], dw = Numbers.Ordinary(weights, 5), dwBefore = [.. dw];
            for (int b = 0; b < s.Batch; b++)
            {
                for (int o = 0; o < s.OutputChannels; o++)
                {
                    for (int at = 0; at < p * q; at++)
                        y[(b * s.OutputChannels + o) * p * q + at] = Taps(s, b, at).Aggregate((Sum: bias[o], Tap: 0),
                            (t, source) => (MathF.FusedMultiplyAdd(w[o * s.InputChannels * Size(s) + t.Tap], source < 0 ? 0f : x[source], t.Sum), t.Tap + 1)).Sum;
                }
                for (int at = 0; at < s.InputChannels * s.Height * s.Width; at++)
                    dx[b * s.InputChannels * s.Height * s.Width + at] = inputBias[at / (s.Height * s.Width)];
                // Tap by tap, each term a chain over the output channels.
                for (int tap = 0; tap < s.InputChannels * Size(s); tap++)
                {
                    for (int at = 0; at < p * q; at++)
                    {
                        int target = Taps(s, b, at).ElementAt(tap);
                        float sum = 0f;
                        for (int o = 0; o < s.OutputChannels; o++)
                            sum = MathF.FusedMultiplyAdd(w[o * s.InputChannels * Size(s) + tap], dy[(b * s.OutputChannels + o) * p * q + at], sum);
                        if (target >= 0)
                            dx[target] += sum;
                        for (int o = 0; o < s.OutputChannels; o++)
                        {
                            ref float d = ref dw[o * s.InputChannels * Size(s) + tap];
                            d = MathF.FusedMultiplyAdd(dy[(b * s.OutputChannels + o) * p * q + at], target < 0 ? 0f : x[target], d);
                        }
                    }
                }
            }
            AllWidths.Run(lanes => Check(null, $"{s}, {lanes} lanes"));
            using var pool = new WorkPool(3);
            Check(pool, $"{s}, threads");

            void Check(WorkPool? pool, string what)
            {
                float[] actual = new float[outputs], dInput = new float[inputs], dWeights = [.. dwBefore], dBias = new float[s.OutputChannels];
                Convolution.Forward(s, x, w, bias, actual, pool);
                Numbers.AssertSameBits(y, actual, what);
                Convolution.BackwardInput(s, dy, w, inputBias, dInput, pool);
                Numbers.AssertSameBits(dx, dInput, what);
                Convolution.BackwardWeights(s, x, dy, dWeights, dBias, pool);
                Numbers.AssertSameBits(dw, dWeights, what);
                for (int o = 0; o < s.OutputChannels; o++)
                    Assert.Equal(Enumerable.Range(0, s.Batch).Sum(b => dy.Skip((b * s.OutputChannels + o) * p * q).Take(p * q).Sum(v => (double)v)), dBias[o], 1e-4);
            }
        }
    }

    [Fact]
    public void TheTransposedConvolutionIsTheAdjoint()
    {
        foreach (ConvolutionShape s in Shapes)
        {
            int inputs = s.Batch * s.InputChannels * s.Height * s.Width, outputs = s.Batch * s.OutputChannels * s.OutputHeight * s.OutputWidth;
            float[] x = Numbers.Ordinary(inputs, 1), w = Numbers.Ordinary(s.OutputChannels * s.InputChannels * Size(s), 2), z = Numbers.Ordinary(outputs, 3);
            float[] y = new float[outputs], back = new float[inputs];
            Convolution.Forward(s, x, w, default, y);
            Convolution.BackwardInput(s, z, w, default, back);
            Assert.Equal(y.Zip(z, (a, b) => (double)a * b).Sum(), x.Zip(back, (a, b) => (double)a * b).Sum(), 1e-3);
        }
    }

    [Fact]
    public void ErrorsNameTheSizes() => Assert.Contains("(1, 2, 3, 3) with (4, 2, 3, 3), stride 1, padding 0", Assert.Throws<ArgumentException>(() => Convolution.Forward(
        new() { Batch = 1, InputChannels = 2, OutputChannels = 4, Height = 3, Width = 3, Kernel = 3 }, new float[17], new float[72], default, new float[4])).Message);

    private static int Size(ConvolutionShape s) => s.AlongRows ? s.Kernel : s.Kernel * s.Kernel;

    // The input index of each tap of an output position, in the order of (c, i, j); −1 in the padding.
    private static IEnumerable<int> Taps(ConvolutionShape s, int image, int position)
    {
        int step = Math.Max(1, s.Stride);
        for (int c = 0; c < s.InputChannels; c++)
        {
            for (int i = 0; i < Size(s) / s.Kernel; i++)
            {
                for (int j = 0; j < s.Kernel; j++)
                {
                    int y = s.AlongRows ? position / s.OutputWidth : position / s.OutputWidth * step + i - s.Padding, x = position % s.OutputWidth * step + j - s.Padding;
                    yield return y < 0 || y >= s.Height || x < 0 || x >= s.Width ? -1 : ((image * s.InputChannels + c) * s.Height + y) * s.Width + x;
                }
            }
        }
    }
}

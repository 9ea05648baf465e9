using Tacit.Modeling.Recurrent;
using Tacit.Numerics.Threads;
using Tacit.Tests.Numerics;
using Tacit.Tests.Support;

namespace Tacit.Tests.Recurrent;

/// <summary>The network that learns while it codes: its gradients, its bits, and that it learns.</summary>
[Collection(AllWidths.Name)]
public class OnlineLstmTests
{
    private static OnlineLstmOptions Tiny => new() { Layers = 2, Cells = 32, Segment = 5 };

    [Fact]
    public void GradientsAreThoseOfDifferenceQuotients()
    {
        OnlineLstmOptions options = Tiny with { Rate = 0f, OutputRate = 0f };
        using var network = new OnlineLstm(options);
        network.Reset();
        var random = new SplitMix64(5);
        foreach (ref float weight in network.OutputWeights)
            weight = (int)(random.Next() >> 40) / (float)(1 << 24) - 0.5f;
        byte[] bytes = [65, 66, 65, 90, 66, 67];
        foreach (byte value in bytes)
            network.Update(value);
        float[] weights = [.. network.LayerWeights], rows = [.. network.ByteWeights], output = [.. network.OutputWeights];
        float[] gradient = [.. network.Trainer.Gradient];
        for (int i = 0; i < 60; i++)
        {
            int at = (int)(random.Next() % (ulong)weights.Length);
            const double Step = 1e-4;
            double quotient = (Loss(options, weights, rows, output, bytes, at, Step) - Loss(options, weights, rows, output, bytes, at, -Step)) / (2 * Step);
            Assert.InRange(gradient[at] - quotient, -2e-5 - 1e-3 * Math.Abs(quotient), 2e-5 + 1e-3 * Math.Abs(quotient));
        }
        Assert.True(gradient.Max(MathF.Abs) > 1e-3f, "nothing to compare");
    }

    [Fact]
    public void GivesTheSameBitsAtEveryWidthAndWithAThreadBesides()
    {
        byte[] text = Samples.Text(AllWidths.Emulated ? 20 : 300);
        float[] expected = Run(text, null);
        AllWidths.Run(lanes => Assert.Equal(expected, Run(text, null)));
        Assert.Equal(expected, Run(text, new SpareThreads(2)));
    }

    [Fact]
    public void LearnsWhatRepeats()
    {
        if (AllWidths.Emulated)
            return;
        using var network = new OnlineLstm(new OnlineLstmOptions { Layers = 1, Cells = 32, Segment = 16 });
        network.Reset();
        double first = 0, last = 0;
        for (int i = 0; i < 4000; i++)
        {
            byte value = (byte)"abcabdabe "[i % 10];
            double bits = -Math.Log2(Math.Max(network.Probabilities[value], 1e-9));
            if (i < 200)
                first += bits / 200;
            if (i >= 3800)
                last += bits / 200;
            network.Update(value);
        }
        Assert.InRange(first, 1.5, 8.1);
        Assert.InRange(last, 0, 0.1);
        network.Reset();
        Assert.Equal(1f / 256, network.Probabilities[0]);
    }

    private static float[] Run(byte[] text, SpareThreads? spare)
    {
        using var network = new OnlineLstm(Tiny) { Spare = spare };
        network.Reset();
        var seen = new List<float>();
        foreach (byte value in text)
        {
            network.Update(value);
            seen.AddRange(network.Probabilities);
        }
        return [.. seen];
    }

    // −Σ ln p of the bytes after the first, in double, with one weight moved.
    private static double Loss(OnlineLstmOptions options, float[] weights, float[] rows, float[] output, byte[] bytes, int moved, double by)
    {
        int cells = options.Cells, layers = options.Layers;
        double[] w = [.. weights.Select(x => (double)x)];
        w[moved] += by;
        double[][] h = [.. Enumerable.Range(0, layers).Select(_ => new double[cells])], c = [.. Enumerable.Range(0, layers).Select(_ => new double[cells])];
        double loss = 0;
        for (int t = 0; t + 1 < bytes.Length; t++)
        {
            int offset = 0;
            for (int layer = 0; layer < layers; layer++)
            {
                double[] input = layer == 0 ? h[0] : [.. h[layer - 1], .. h[layer]];
                double[] z = new double[4 * cells];
                for (int n = 0; n < z.Length; n++)
                {
                    z[n] = rows[(layer * 256 + bytes[t]) * 4 * cells + n];
                    for (int k = 0; k < input.Length; k++)
                        z[n] += input[k] * w[offset + k * 4 * cells + n];
                }
                offset += input.Length * 4 * cells;
                for (int gate = 0; gate < 4; gate++)
                {
                    double scale = 1 / Math.Sqrt(z.Skip(gate * cells).Take(cells).Sum(x => x * x) / cells + 1e-5f);
                    for (int n = gate * cells; n < (gate + 1) * cells; n++)
                        z[n] = z[n] * scale * w[offset + n] + w[offset + 4 * cells + n];
                }
                offset += 8 * cells;
                double[] next = new double[cells];
                for (int j = 0; j < cells; j++)
                {
                    c[layer][j] = Sigmoid(z[cells + j]) * c[layer][j] + Sigmoid(z[j]) * Math.Tanh(z[2 * cells + j]);
                    next[j] = Sigmoid(z[3 * cells + j]) * Math.Tanh(c[layer][j]);
                }
                h[layer] = next;
            }
            double[] all = [.. h.SelectMany(x => x)], logits = new double[256];
            for (int k = 0; k < all.Length; k++)
            {
                for (int n = 0; n < 256; n++)
                    logits[n] += all[k] * output[k * 256 + n];
            }
            loss += Math.Log(logits.Sum(Math.Exp)) - logits[bytes[t + 1]];
        }
        return loss;
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
}

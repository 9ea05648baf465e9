using Tacit.Learning;
using Tacit.Media.DataSets;
using Tacit.Modeling.Autoencoders;
using Tacit.Modeling.Variational;
using Tacit.Numerics;

namespace Tacit.Tests.Variational;

/// <summary>The loss of a variational autoencoder, its value and its gradient, against plain loops in double.</summary>
public class ObjectiveTests
{
    private const int Batch = 4, Size = 6, Hidden = 5, Latents = 3, Top = 2, Neighbours = 2, Features = 2;

    [Theory, InlineData(1f, 0f, false, false), InlineData(0.3f, 0f, false, false), InlineData(1f, 0.05f, false, false), InlineData(2f, 100f, false, false)]
    [InlineData(1f, 0f, true, false), InlineData(0.4f, 0.02f, true, false), InlineData(1f, 0f, false, true), InlineData(1.5f, 0f, true, true)]
    public void ValueAndGradientAreThoseOfTheFormula(float weight, float freeBits, bool layers, bool pixels) =>
        Check(weight, freeBits, layers, pixels, LikelihoodKind.Bernoulli, oneVariance: false);

    [Theory, InlineData(1f, false), InlineData(0.3f, true)]
    public void OfNormalValuesTheVarianceIsTheDecodersOrOneForAll(float weight, bool oneVariance) =>
        Check(weight, 0f, layers: false, pixels: false, LikelihoodKind.Gaussian, oneVariance);

    private static void Check(float weight, float freeBits, bool layers, bool pixels, LikelihoodKind likelihood, bool oneVariance)
    {
        bool? variance = likelihood == LikelihoodKind.Gaussian ? oneVariance : null;
        var network = new VariationalNetwork(new VariationalOptions
        {
            Shape = new ItemShape(1, 2, Size / 2), Top = layers ? Top : 0, Neighbours = pixels ? Neighbours : 0, Features = Features, Units = 4, Latents = Latents, Hidden = Hidden, Layers = 1, Activation = Activation.Tanh,
            Encoder = ItemEncoderKind.Mlp, Decoder = ItemDecoderKind.Mlp, Likelihood = likelihood,
        });
        network.Initialize(2);
        float[] noise = new float[Batch * Latents], topNoise = new float[layers ? Batch * Top : 0], x = new float[Batch * Size];
        RandomFill.Normal(8, 31, noise);
        RandomFill.Normal(8, 32, topNoise);
        RandomFill.Uniform(1, 1, x);
        var tape = new Tape { Seed = 8, NextStream = 31 };
        Tensor items = Tensor.From(x, Batch, Size);
        Variable loss = network.Loss(tape, Tape.Input(items), items, weight, freeBits, oneVariance);
        float value = loss.Value.Span[0];
        tape.Backward(loss);

        Parameter[] parameters = [.. network.Parameters.Where(p => p.IsTrained)];
        double[][] weights = [.. parameters.Select(p => Array.ConvertAll(p.Value.Span.ToArray(), v => (double)v))];
        Assert.Equal(8 + (layers ? 8 : 0) + (pixels ? 4 : 0), weights.Length);
        double exact = Loss(weights, x, noise, topNoise, pixels, weight, freeBits, variance);
        Assert.Equal(exact, value, 1e-5 * Math.Abs(exact));
        const double Step = 1e-6;
        for (int p = 0; p < weights.Length; p++)
        {
            for (int i = 0; i < weights[p].Length; i++)
            {
                double at = weights[p][i];
                weights[p][i] = at + Step;
                double up = Loss(weights, x, noise, topNoise, pixels, weight, freeBits, variance);
                weights[p][i] = at - Step;
                double slope = (up - Loss(weights, x, noise, topNoise, pixels, weight, freeBits, variance)) / (2 * Step);
                weights[p][i] = at;
                Assert.Equal(slope, parameters[p].Gradient.Span[i], 2e-5 * Math.Max(1, Math.Abs(slope)));
            }
        }
    }

    [Fact]
    public void TheWeightGrowsToBeta()
    {
        var objective = new VariationalObjective(2f, 4);
        Assert.Equal([0.5f, 1f, 1.5f, 2f, 2f], Enumerable.Range(0, 5).Select(b => objective.Weight(b)));
        Assert.Equal(3f, new VariationalObjective(3f).Weight(0));
    }

    // Weights in the order of the network: encoder, decoder, up, down, pixels.
    private static double Loss(double[][] w, float[] x, float[] noise, float[] topNoise, bool pixels, double weight, double freeBits, bool? oneVariance)
    {
        double cost = 0, error = 0;
        double[] divergence = new double[Latents], topDivergence = new double[Top];
        bool layers = topNoise.Length > 0;
        for (int b = 0; b < Batch; b++)
        {
            double[] item = [.. x[(b * Size)..((b + 1) * Size)].Select(v => (double)v)], posterior = Stack(w, 0, item), z = new double[Latents];
            for (int i = 0; i < Latents; i++)
                z[i] = posterior[i] + Math.Exp(posterior[Latents + i] / 2) * noise[b * Latents + i];
            double[] above = new double[2 * Latents];
            if (layers)
            {
                double[] top = Stack(w, 8, z), y = new double[Top];
                for (int i = 0; i < Top; i++)
                {
                    y[i] = top[i] + Math.Exp(top[Top + i] / 2) * topNoise[b * Top + i];
                    topDivergence[i] += (Math.Exp(top[Top + i]) - 1 - top[Top + i] + top[i] * top[i]) / 2 / Batch;
                }
                above = Stack(w, 12, y);
            }
            for (int i = 0; i < Latents; i++)
            {
                double mean = posterior[i], log = posterior[Latents + i];
                divergence[i] += layers ? (above[Latents + i] - log - 1 + Math.Pow(z[i] - above[i], 2) * Math.Exp(-above[Latents + i])) / 2 / Batch
                    : (Math.Exp(log) - 1 - log + mean * mean) / 2 / Batch;
            }
            double[] decoded = Stack(w, 4, z);
            for (int i = 0; i < Size && oneVariance is not null; i++)
            {
                double difference = item[i] - decoded[i], variance = Math.Exp(Math.Log(1 + Math.Exp(decoded[Size + i] + 6)) - 10);
                error += difference * difference / Batch / Size;
                cost += oneVariance.Value ? 0 : (Math.Log(2 * Math.PI * variance) + difference * difference / variance) / 2 / Batch;
            }
            for (int i = 0; i < Size && oneVariance is null; i++)
            {
                double logit = pixels ? Stack(w, layers ? 16 : 8, Seen(decoded, item, i))[0] : decoded[i], p = 1 / (1 + Math.Exp(-logit)), t = x[b * Size + i];
                cost -= (t * Math.Log(p) + (1 - t) * Math.Log(1 - p)) / Batch;
            }
        }
        if (oneVariance is true)
            cost = Size * (Math.Log(2 * Math.PI * (error + Math.Exp(-10))) + 1) / 2;
        return cost + weight * (divergence.Sum(d => Math.Max(d, freeBits)) + (layers ? topDivergence.Sum(d => Math.Max(d, freeBits)) : 0));
    }

    // Two features, the pixel to the left, the one above; two rows of three.
    private static double[] Seen(double[] decoded, double[] item, int i) =>
        [decoded[i], decoded[Size + i], i % 3 > 0 ? item[i - 1] : 0, i >= 3 ? item[i - 3] : 0];

    // Two linear layers.
    private static double[] Stack(double[][] w, int first, double[] x) =>
        Linear(w[first + 2], w[first + 3], [.. Linear(w[first], w[first + 1], x).Select(Math.Tanh)]);

    private static double[] Linear(double[] weights, double[] bias, double[] x) =>
        [.. bias.Select((b, o) => b + x.Select((v, i) => v * weights[o * x.Length + i]).Sum())];
}

using Tacit.Learning;
using Tacit.Media.DataSets;
using Tacit.Modeling.Autoencoders;
using Tacit.Modeling.Variational;
using Tacit.Numerics;

namespace Tacit.Tests.Variational;

/// <summary>The loss of a variational autoencoder, its value and its gradient, against plain loops in double.</summary>
public class ObjectiveTests
{
    private const int Batch = 4, Size = 6, Hidden = 5, Latents = 3;

    [Theory, InlineData(1f, 0f), InlineData(0.3f, 0f), InlineData(1f, 0.05f), InlineData(2f, 100f)]
    public void ValueAndGradientAreThoseOfTheFormula(float weight, float freeBits)
    {
        var network = new VariationalNetwork(new VariationalOptions
        {
            Shape = new ItemShape(1, 1, Size), Latents = Latents, Hidden = Hidden, Layers = 1, Activation = Activation.Tanh,
            Encoder = ItemEncoderKind.Mlp, Decoder = ItemDecoderKind.Mlp, Likelihood = LikelihoodKind.Bernoulli,
        });
        network.Initialize(2);
        float[] noise = new float[Batch * Latents], x = new float[Batch * Size];
        RandomFill.Normal(8, 31, noise);
        RandomFill.Uniform(1, 1, x);
        var tape = new Tape { Seed = 8, NextStream = 31 };
        Tensor items = Tensor.From(x, Batch, Size);
        Variable loss = network.Loss(tape, Tape.Input(items), items, weight, freeBits);
        float value = loss.Value.Span[0];
        tape.Backward(loss);

        Parameter[] parameters = [.. network.Parameters.Where(p => p.IsTrained)];
        double[][] weights = [.. parameters.Select(p => Array.ConvertAll(p.Value.Span.ToArray(), v => (double)v))];
        Assert.Equal(8, weights.Length);
        double exact = Loss(weights, x, noise, weight, freeBits);
        Assert.Equal(exact, value, 1e-5 * Math.Abs(exact));
        const double Step = 1e-6;
        for (int p = 0; p < weights.Length; p++)
        {
            for (int i = 0; i < weights[p].Length; i++)
            {
                double at = weights[p][i];
                weights[p][i] = at + Step;
                double up = Loss(weights, x, noise, weight, freeBits);
                weights[p][i] = at - Step;
                double slope = (up - Loss(weights, x, noise, weight, freeBits)) / (2 * Step);
                weights[p][i] = at;
                Assert.Equal(slope, parameters[p].Gradient.Span[i], 2e-5);
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

    private static double Loss(double[][] w, float[] x, float[] noise, double weight, double freeBits)
    {
        double cost = 0;
        double[] divergence = new double[Latents];
        for (int b = 0; b < Batch; b++)
        {
            double[] posterior = Linear(w[2], w[3], [.. Linear(w[0], w[1], [.. x[(b * Size)..((b + 1) * Size)].Select(v => (double)v)]).Select(Math.Tanh)]);
            double[] z = new double[Latents];
            for (int i = 0; i < Latents; i++)
            {
                double mean = posterior[i], log = posterior[Latents + i];
                z[i] = mean + Math.Exp(log / 2) * noise[b * Latents + i];
                divergence[i] += (Math.Exp(log) - 1 - log + mean * mean) / 2 / Batch;
            }
            double[] logits = Linear(w[6], w[7], [.. Linear(w[4], w[5], z).Select(Math.Tanh)]);
            for (int i = 0; i < Size; i++)
            {
                double p = 1 / (1 + Math.Exp(-logits[i])), t = x[b * Size + i];
                cost -= (t * Math.Log(p) + (1 - t) * Math.Log(1 - p)) / Batch;
            }
        }
        return cost + weight * divergence.Sum(d => Math.Max(d, freeBits));
    }

    private static double[] Linear(double[] weights, double[] bias, double[] x) =>
        [.. bias.Select((b, o) => b + x.Select((v, i) => v * weights[o * x.Length + i]).Sum())];
}

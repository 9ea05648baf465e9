using Tacit.Modeling.Recurrent;
using Tacit.Tests.Learning;

namespace Tacit.Tests.Recurrent;

/// <summary>An LSTM autoencoder in double by plain loops, one sequence at a time without padding: what the real one is
/// held against.</summary>
internal sealed class DoubleAutoencoder(LstmAutoencoderOptions o, IReadOnlyDictionary<string, double[]> p)
{
    /// <summary>The mean loss of token sequences, ends not given, with teacher forcing.</summary>
    public double Loss(IReadOnlyList<int[]> sequences)
    {
        double sum = 0;
        int count = 0;
        foreach (int[] sequence in sequences)
        {
            int[] steps = [.. sequence, o.Vocabulary];
            double[] x = Rows(steps), previous = Rows([o.Vocabulary + 1, .. sequence]),
                features = Decode(x, previous, steps.Length);
            double[] logits = Plain.Linear(features, p["table.weight"], o.Embedding, p["output_bias"]);
            for (int t = 0; t < steps.Length; t++)
                sum -= Math.Log(Plain.Softmax(logits[(t * (o.Vocabulary + 2))..((t + 1) * (o.Vocabulary
                    + 2))])[steps[t]]);
            count += steps.Length;
        }
        return sum / count;
    }

    /// <summary>The mean squared error of normalised value sequences, with teacher forcing if there is any; zeros fill
    /// the last frame.</summary>
    public double Loss(IReadOnlyList<double[]> sequences)
    {
        double sum = 0;
        foreach (double[] x in sequences)
        {
            int steps = (x.Length + o.Frame - 1) / o.Frame;
            double[] whole = [.. x, .. new double[steps * o.Frame - x.Length]],
                y = Decode(whole, [.. new double[o.Frame], .. whole[..^o.Frame]], steps);
            sum += x.Zip(y, (a, b) => (a - b) * (a - b)).Sum();
        }
        return sum / sequences.Sum(s => s.Length);
    }

    /// <summary>The negative evidence lower bound of a normalised value, of sequences with the noise of their latents (B, Z), with teacher forcing
    /// if there is any; values may all have one variance, that of the errors.</summary>
    public double Bound(IReadOnlyList<double[]> sequences, double[] noise, bool oneVariance)
    {
        double sum = 0, error = 0, divergence = 0;
        for (int b = 0; b < sequences.Count; b++)
        {
            double[] x = sequences[b];
            int steps = (x.Length + o.Frame - 1) / o.Frame;
            double[] whole = [.. x, .. new double[steps * o.Frame - x.Length]],
                y = Decode(whole, [.. new double[o.Frame], .. whole[..^o.Frame]], steps, noise[(b * o.Latent)..((b + 1) * o.Latent)]);
            for (int t = 0; t < x.Length; t++)
            {
                int at = t / o.Frame * 2 * o.Frame + t % o.Frame;
                double variance = Math.Exp(Math.Log(1 + Math.Exp(y[at + o.Frame] + 6)) - 10);
                error += (x[t] - y[at]) * (x[t] - y[at]);
                sum += (x[t] - y[at]) * (x[t] - y[at]) / (2 * variance) + Math.Log(Math.Sqrt(2 * Math.PI * variance));
            }
            divergence += _divergence;
        }
        int count = sequences.Sum(s => s.Length);
        return divergence / count + (oneVariance ? (Math.Log(2 * Math.PI) + Math.Log(error / count + Math.Exp(-10)) + 1) / 2 : sum / count);
    }

    private double _divergence;     // of the last sequence

    private double[] Rows(int[] tokens) =>
        [.. tokens.SelectMany(t => p["table.weight"][(t * o.Embedding)..((t + 1) * o.Embedding)])];

    // What stands before the table of tokens, or the values themselves: (T, E) or (T, F), or (T, 2F).
    private double[] Decode(double[] x, double[] previous, int steps, double[]? noise = null)
    {
        int own = o.Bidirectional ? o.Hidden / 2 : o.Hidden;
        double[] memory = x;
        double[] hidden = [], cells = [];
        for (int layer = 0; layer < o.Layers; layer++)
        {
            (double[] ahead, double[] h, double[] c) = Lstm("encoder.layers." + layer, memory, steps, new double[own],
                new double[own], false);
            if (o.Bidirectional)
            {
                (double[] back, double[] hBack, double[] cBack) = Lstm("encoder.backwards." + layer, memory, steps,
                    new double[own], new double[own], true);
                (memory, hidden, cells) = (Beside(ahead, back, steps), [.. h, .. hBack], [.. c, .. cBack]);
            }
            else
            {
                (memory, hidden, cells) = (ahead, h, c);
            }
        }
        double[] z = Plain.Linear([.. hidden, .. cells], p["latent.weight"], 2 * o.Hidden, p["latent.bias"]);
        if (noise is not null)
        {
            double[] mean = z[..o.Latent], logVariance = [.. z[o.Latent..].Select(v => v - 4)];
            _divergence = mean.Zip(logVariance, (m, v) => (m * m + Math.Exp(v) - 1 - v) / 2).Sum();
            z = [.. Enumerable.Range(0, o.Latent).Select(i => mean[i] + Math.Exp(logVariance[i] / 2) * noise[i])];
        }
        double[] begin = Plain.Linear(z, p["begin.weight"], o.Latent, p["begin.bias"]);
        double[] repeated = [.. Enumerable.Range(0, steps).SelectMany(_ => z)];
        double[] input = o.Withheld < 1 ? Beside(previous, repeated, steps) : repeated;
        for (int layer = 0; layer < o.Layers; layer++)
        {
            int at = 2 * layer * o.Hidden;
            double[] h = [.. begin[at..(at + o.Hidden)].Select(Math.Tanh)];
            input = Lstm("decoder.layers." + layer, input, steps, h, begin[(at + o.Hidden)..(at + 2 * o.Hidden)], false)
                .Output;
        }
        if (o.Attention > 0)
        {
            double[] weights = Plain.AdditiveWeights(Plain.Linear(input, p["attention.query.weight"], o.Hidden,
                p["attention.query.bias"]),
                Plain.Linear(memory, p["attention.key.weight"], o.Hidden, new double[o.Attention]),
                    p["attention.vector"], 1, steps, steps, (_, _) => true);
            double[] context = new double[steps * o.Hidden];
            for (int i = 0; i < context.Length; i++)
                context[i] = Enumerable.Range(0, steps)
                    .Sum(s => weights[i / o.Hidden * steps + s] * memory[s * o.Hidden + i % o.Hidden]);
            input = Beside(input, context, steps);
        }
        return Plain.Linear(input, p["output.weight"], input.Length / steps, p["output.bias"]);
    }

    private (double[] Output, double[] Hidden, double[] Cell) Lstm(string name, double[] x, int steps, double[] hidden,
        double[] cell, bool backwards)
    {
        double[] all = Plain.Lstm(x, 1, steps, x.Length / steps, p[name + ".input_weight"],
            p[name + ".recurrent_weight"], p[name + ".bias"], hidden, cell, [steps], backwards);
        int outputs = steps * hidden.Length;
        return (all[..outputs], all[outputs..(outputs + hidden.Length)], all[(outputs + hidden.Length)..]);
    }

    private static double[] Beside(double[] left, double[] right, int steps)
    {
        int l = left.Length / steps, r = right.Length / steps;
        return [.. Enumerable.Range(0, steps)
            .SelectMany(t => left[(t * l)..((t + 1) * l)].Concat(right[(t * r)..((t + 1) * r)]))];
    }
}

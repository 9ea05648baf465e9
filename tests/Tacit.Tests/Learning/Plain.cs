namespace Tacit.Tests.Learning;

/// <summary>Operations in double by plain loops, to difference and to compare with.</summary>
internal static class Plain
{
    public static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    public static double Softplus(double x) => Math.Max(x, 0) + Math.Log(1 + Math.Exp(-Math.Abs(x)));

    // Φ by its series; for |x| ≤ 6.
    public static double Gelu(double x)
    {
        double term = x, sum = x;
        for (int n = 1; n < 150; n++)
        {
            term *= x * x / (2 * n + 1);
            sum += term;
        }
        return x * (0.5 + sum * Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI));
    }

    public static double[] Softmax(double[] row)
    {
        double most = row.Max(), sum = row.Sum(v => Math.Exp(v - most));
        return Array.ConvertAll(row, v => Math.Exp(v - most) / sum);
    }

    public static double[] Linear(double[] x, double[] weight, int inputs, double[] bias)
    {
        int outputs = weight.Length / inputs;
        double[] y = new double[x.Length / inputs * outputs];
        for (int n = 0; n < y.Length; n++)
        {
            y[n] = bias[n % outputs];
            for (int k = 0; k < inputs; k++)
                y[n] += x[n / outputs * inputs + k] * weight[n % outputs * inputs + k];
        }
        return y;
    }

    // x (B, C, H, W), w (O, C, R, R) or (O, C, 1, R): of one row up and down nothing is stepped or padded.
    public static double[] Convolve(double[] x, int[] size, double[] w, int[] kernel, double[] bias, int stride, int padding)
    {
        int r = kernel[3], rows = kernel[2], down = rows < r ? 1 : stride, above = rows < r ? 0 : padding;
        int p = (size[2] + 2 * above - rows) / down + 1, q = (size[3] + 2 * padding - r) / stride + 1;
        double[] y = new double[size[0] * kernel[0] * p * q];
        for (int n = 0; n < y.Length; n++)
        {
            int b = n / (kernel[0] * p * q), o = n / (p * q) % kernel[0];
            y[n] = bias[o];
            for (int t = 0; t < kernel[1] * rows * r; t++)
            {
                int c = t / (rows * r), i = n / q % p * down + t / r % rows - above, j = n % q * stride + t % r - padding;
                if (i >= 0 && j >= 0 && i < size[2] && j < size[3])
                    y[n] += w[o * kernel[1] * rows * r + t] * x[((b * size[1] + c) * size[2] + i) * size[3] + j];
            }
        }
        return y;
    }

    // x (B, I, P, Q), w (I, O, R, R) or (I, O, 1, R): each value spreads over a kernel's place in the output.
    public static double[] ConvolveTransposed(double[] x, int[] size, double[] w, int[] kernel, double[] bias, int stride, int padding, int more)
    {
        int outputs = kernel[1], r = kernel[3], rows = kernel[2], down = rows < r ? 1 : stride, above = rows < r ? 0 : padding;
        int height = rows < r ? size[2] : (size[2] - 1) * stride - 2 * padding + r + more, width = (size[3] - 1) * stride - 2 * padding + r + more;
        double[] y = new double[size[0] * outputs * height * width];
        for (int n = 0; n < y.Length; n++)
            y[n] = bias[n / (height * width) % outputs];
        for (int n = 0; n < x.Length; n++)
        {
            int b = n / (size[1] * size[2] * size[3]), c = n / (size[2] * size[3]) % size[1];
            for (int t = 0; t < outputs * rows * r; t++)
            {
                int o = t / (rows * r), i = n / size[3] % size[2] * down + t / r % rows - above, j = n % size[3] * stride + t % r - padding;
                if (i >= 0 && j >= 0 && i < height && j < width)
                    y[((b * outputs + o) * height + i) * width + j] += x[n] * w[c * outputs * rows * r + t];
            }
        }
        return y;
    }

    public static double[] Attend(double[] q, double[] k, double[] v, int batch, int queries, int keys, int heads, int keyHeads, int size, int valueSize,
        Func<int, int, int, bool> sees)
    {
        double[] y = new double[batch * queries * heads * valueSize];
        for (int n = 0; n < batch * queries * heads; n++)
        {
            int b = n / (queries * heads), t = n / heads % queries, h = n % heads, g = h / (heads / keyHeads);
            int[] seen = [.. Enumerable.Range(0, keys).Where(s => sees(b, t, s))];
            double[] weights = Softmax([.. seen.Select(s => Enumerable.Range(0, size).Sum(d =>
                q[n * size + d] * k[((b * keys + s) * keyHeads + g) * size + d]) / Math.Sqrt(size))]);
            for (int e = 0; e < valueSize; e++)
                y[n * valueSize + e] = seen.Select((s, i) => weights[i] * v[((b * keys + s) * keyHeads + g) * valueSize + e]).Sum();
        }
        return y;
    }

    public static double[] AdditiveWeights(double[] q, double[] k, double[] vector, int batch, int queries, int keys, Func<int, int, bool> sees)
    {
        int size = vector.Length;
        double[] y = new double[batch * queries * keys];
        for (int n = 0; n < batch * queries; n++)
        {
            int b = n / queries;
            int[] seen = [.. Enumerable.Range(0, keys).Where(s => sees(b, s))];
            double[] weights = Softmax([.. seen.Select(s => Enumerable.Range(0, size).Sum(a => vector[a] * Math.Tanh(q[n * size + a] + k[(b * keys + s) * size + a])))]);
            for (int i = 0; i < seen.Length; i++)
                y[n * keys + seen[i]] = weights[i];
        }
        return y;
    }

    /// <summary>An LSTM; gives outputs (B, T, H), then the last hidden states and the last cell states (B, H).</summary>
    public static double[] Lstm(double[] x, int batch, int steps, int inputs, double[] inputWeight, double[] recurrentWeight, double[] bias,
        double[] hidden, double[] cell, int[] lengths, bool backwards)
    {
        int size = hidden.Length / batch;
        double[] y = new double[batch * steps * size], h = [.. hidden], c = [.. cell];
        for (int b = 0; b < batch; b++)
        {
            for (int s = 0; s < steps; s++)
            {
                int t = backwards ? steps - 1 - s : s;
                if (t >= lengths[b])
                    continue;
                double[] z = Linear(x[((b * steps + t) * inputs)..((b * steps + t + 1) * inputs)], inputWeight, inputs, bias);
                double[] recurrent = Linear(h[(b * size)..((b + 1) * size)], recurrentWeight, size, new double[4 * size]);
                for (int k = 0; k < size; k++)
                {
                    double i = Sigmoid(z[k] + recurrent[k]), f = Sigmoid(z[size + k] + recurrent[size + k]);
                    double g = Math.Tanh(z[2 * size + k] + recurrent[2 * size + k]), o = Sigmoid(z[3 * size + k] + recurrent[3 * size + k]);
                    c[b * size + k] = f * c[b * size + k] + i * g;
                    h[b * size + k] = y[(b * steps + t) * size + k] = o * Math.Tanh(c[b * size + k]);
                }
            }
        }
        return [.. y, .. h, .. c];
    }
}

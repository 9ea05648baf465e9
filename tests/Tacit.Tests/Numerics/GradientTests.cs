using Tacit.Numerics;

namespace Tacit.Tests.Numerics;

/// <summary>Every backward kernel against difference quotients of its forward pass, written plainly in double.</summary>
public class GradientTests
{
    private const double Step = 1e-5;

    [Fact]
    public void Activations()
    {
        (Action<float[], float[], float[]> Gradient, Func<double, double> Truth, bool OfValue)[] all =
        [
            ((g, x, d) => Elementwise.GeluGradient(g, x, d), x => x * Normal(x), false),
            ((g, x, d) => Elementwise.GeluTanhGradient(g, x, d), x => x / 2 * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))), false),
            ((g, x, d) => Elementwise.SiluGradient(g, x, d), x => x / (1 + Math.Exp(-x)), false),
            ((g, x, d) => Elementwise.ReluGradient(g, x, d), x => Math.Max(x, 0), false),
            ((g, y, d) => Elementwise.TanhGradient(g, y, d), Math.Tanh, true),
            ((g, y, d) => Elementwise.SigmoidGradient(g, y, d), x => 1 / (1 + Math.Exp(-x)), true),
        ];
        const int N = 40;
        float[] x = [.. Numbers.Ordinary(N, 1).Select(v => v == 0 ? 1f : v * 2)], dy = Numbers.Ordinary(N, 2), dx = new float[N];
        foreach ((Action<float[], float[], float[]> gradient, Func<double, double> truth, bool ofValue) in all)
        {
            gradient(dy, ofValue ? [.. x.Select(v => (float)truth(v))] : x, dx);
            for (int i = 0; i < N; i++)
                Assert.Equal(dy[i] * (truth(x[i] + Step) - truth(x[i] - Step)) / (2 * Step), dx[i], 1e-5);
        }
    }

    [Fact]
    public void SoftmaxAndCrossEntropy()
    {
        const int N = 9;
        float[] x = [.. Numbers.Ordinary(N, 1).Select(v => v * 3)], dy = Numbers.Ordinary(N, 2), y = new float[N], dx = new float[N];
        Softmax.Forward(x, N, y);
        Softmax.Backward(y, dy, N, dx);
        Check(x, dx, v => Dot(Soft(v), dy));
        Softmax.LogForward(x, N, y);
        Softmax.LogBackward(y, dy, N, dx);
        Check(x, dx, v => Dot(Array.ConvertAll(Soft(v), Math.Log), dy));
        float[] loss = new float[1];
        CrossEntropy.ForwardBackward(x, [4], loss, dx, 0.7f);
        Check(x, dx, v => -0.7 * Math.Log(Soft(v)[4]));
        Assert.Equal(-Math.Log(Soft(Array.ConvertAll(x, v => (double)v))[4]), loss[0], 1e-6);

        static double[] Soft(double[] v)
        {
            double sum = v.Sum(Math.Exp);
            return Array.ConvertAll(v, e => Math.Exp(e) / sum);
        }
    }

    [Fact]
    public void NormParameters()
    {
        const int Rows = 3, N = 7;
        float[] x = Numbers.Ordinary(Rows * N, 1), dy = Numbers.Ordinary(Rows * N, 2), gain = Numbers.Ordinary(N, 3), bias = Numbers.Ordinary(N, 4);
        float[] mean = new float[Rows], scale = new float[Rows], dgain = new float[N], dbias = new float[N];
        foreach (bool rms in (bool[])[false, true])
        {
            Array.Clear(dgain);
            if (rms)
            {
                RmsNormalization.Forward(x, gain, 1e-5f, new float[Rows * N], scale);
                RmsNormalization.BackwardParameters(x, scale, dy, dgain);
            }
            else
            {
                LayerNormalization.Forward(x, gain, bias, 1e-5f, new float[Rows * N], mean, scale);
                LayerNormalization.BackwardParameters(x, mean, scale, dy, dgain, dbias);
                Check(bias, dbias, b => Loss(rms, Array.ConvertAll(gain, v => (double)v), b));
            }
            Check(gain, dgain, g => Loss(rms, g, Array.ConvertAll(bias, v => (double)v)));
        }

        double Loss(bool rms, double[] g, double[] b)
        {
            double sum = 0;
            for (int r = 0; r < Rows; r++)
            {
                double[] row = [.. x.Skip(r * N).Take(N).Select(v => (double)v)];
                double average = rms ? 0 : row.Average(), s = 1 / Math.Sqrt(row.Average(v => (v - average) * (v - average)) + 1e-5);
                sum += row.Select((v, c) => ((v - average) * s * g[c] + (rms ? 0 : b[c])) * dy[r * N + c]).Sum();
            }
            return sum;
        }
    }

    [Fact]
    public void Convolutions()
    {
        var s = new ConvolutionShape { Batch = 2, InputChannels = 2, OutputChannels = 3, Height = 5, Width = 4, Kernel = 3, Stride = 2, Padding = 1 };
        int p = s.OutputHeight, q = s.OutputWidth;
        float[] x = Numbers.Ordinary(2 * 2 * 5 * 4, 1), w = Numbers.Ordinary(3 * 2 * 9, 2), dy = Numbers.Ordinary(2 * 3 * p * q, 3);
        float[] dx = new float[x.Length], dw = new float[w.Length], dbias = new float[3], bias = new float[3];
        Convolution.BackwardInput(s, dy, w, default, dx);
        Convolution.BackwardWeights(s, x, dy, dw, dbias);
        double[] exactX = Doubles(x), exactW = Doubles(w);
        Check(x, dx, v => Loss(v, exactW, new double[3]));
        Check(w, dw, v => Loss(exactX, v, new double[3]));
        Check(bias, dbias, v => Loss(exactX, exactW, v));

        // The transposed convolution z → y: forward is BackwardInput, its gradients are Forward and BackwardWeights.
        float[] dz = new float[dy.Length], dwTransposed = new float[w.Length];
        Convolution.Forward(s, x, w, default, dz);
        Convolution.BackwardWeights(s, x, dy, dwTransposed);
        Check(dy, dz, v => Adjoint(v, exactW));
        Check(w, dwTransposed, v => Adjoint(Doubles(dy), v));

        double Adjoint(double[] z, double[] weights) => Sum(exactX, weights, new double[3], z);
        double Loss(double[] input, double[] weights, double[] b) => Sum(input, weights, b, Doubles(dy));
        double Sum(double[] input, double[] weights, double[] b, double[] along)
        {
            double sum = 0;
            for (int n = 0; n < 2 * 3 * p * q; n++)
            {
                int image = n / (3 * p * q), o = n / (p * q) % 3, row = n / q % p, column = n % q;
                double value = b[o];
                for (int t = 0; t < 18; t++)
                {
                    int c = t / 9, y = row * 2 + t / 3 % 3 - 1, z = column * 2 + t % 3 - 1;
                    if (y >= 0 && y < 5 && z >= 0 && z < 4)
                        value += weights[o * 18 + t] * input[((image * 2 + c) * 5 + y) * 4 + z];
                }
                sum += value * along[n];
            }
            return sum;
        }
    }

    [Fact]
    public void LstmCells()
    {
        const int N = 5;
        float[] z = Numbers.Ordinary(4 * N, 1), c = Numbers.Ordinary(N, 2), dh = Numbers.Ordinary(N, 3), dnext = Numbers.Ordinary(N, 4);
        float[] gates = [.. z], cell = new float[N], dcell = [.. dnext], dz = new float[4 * N];
        LstmCell.Forward(gates, c, cell, new float[N], N);
        LstmCell.Backward(gates, c, cell, dh, dcell, dz, N);
        Check(z, dz, v => Loss(v, Doubles(c)));
        Check(c, dcell, v => Loss(Doubles(z), v));

        double Loss(double[] gate, double[] previous)
        {
            double sum = 0;
            for (int k = 0; k < N; k++)
            {
                double state = Sigmoid(gate[k + N]) * previous[k] + Sigmoid(gate[k]) * Math.Tanh(gate[k + 2 * N]);
                sum += dh[k] * Sigmoid(gate[k + 3 * N]) * Math.Tanh(state) + dnext[k] * state;
            }
            return sum;
        }

        static double Sigmoid(double v) => 1 / (1 + Math.Exp(-v));
    }

    [Fact]
    public void RotaryEmbedding()
    {
        const int Rows = 3, Size = 6;
        float[] x = Numbers.Ordinary(Rows * Size, 1), dy = Numbers.Ordinary(Rows * Size, 2), dx = [.. dy];
        new RotaryTable(8, Size, 100).Turn(dx, Rows, 1, firstPosition: 4, back: true);
        Check(x, dx, v =>
        {
            double sum = 0;
            for (int i = 0; i < Rows * Size / 2; i++)
            {
                int r = i / 3, at = r * Size + i % 3;
                double angle = (4 + r) * Math.Pow(100, -2.0 * (i % 3) / Size), cosine = Math.Cos(angle), sine = Math.Sin(angle);
                sum += (v[at] * cosine - v[at + 3] * sine) * dy[at] + (v[at + 3] * cosine + v[at] * sine) * dy[at + 3];
            }
            return sum;
        });
    }

    private static void Check(float[] at, float[] gradient, Func<double[], double> loss)
    {
        for (int i = 0; i < at.Length; i++)
        {
            double[] up = Doubles(at), down = Doubles(at);
            up[i] += Step;
            down[i] -= Step;
            double quotient = (loss(up) - loss(down)) / (2 * Step);
            Assert.True(Math.Abs(quotient - gradient[i]) <= 2e-5 * (1 + Math.Abs(quotient)), $"value {i}: {gradient[i]}, the quotient is {quotient}");
        }
    }

    private static double[] Doubles(float[] x) => Array.ConvertAll(x, v => (double)v);

    private static double Dot(double[] x, float[] y) => x.Zip(y, (a, b) => a * b).Sum();

    // Φ by its series; |x| ≤ 4 here.
    private static double Normal(double x)
    {
        double term = x, sum = x;
        for (int n = 1; n < 100; n++)
        {
            term *= x * x / (2 * n + 1);
            sum += term;
        }
        return 0.5 + sum * Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);
    }
}

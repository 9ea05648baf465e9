using System.Runtime.Intrinsics;
using Tacit.Modeling.Audio;
using Tacit.Tests.Support;

namespace Tacit.Tests.Audio;

/// <summary>The kernels of the codec audio against plain loops, bit for bit, and against what they are approximations of.</summary>
public class PredictorTests
{
    [Theory]
    [InlineData(16)]
    [InlineData(48)]
    [InlineData(256)]
    public void TheLongPredictionIsThePlainLoops(int inputs)
    {
        var filter = new NormalisedLms(inputs, 0.05);
        float[] weights = new float[inputs], window = new float[inputs];
        var random = new SplitMix64((ulong)inputs);
        double power = 0;
        for (int t = 0; t < 5000; t++)
        {
            Assert.Equal(BitConverter.SingleToInt32Bits(PlainDot(window, weights)), BitConverter.SingleToInt32Bits(filter.Predict()));
            double error = random.Below(2000) - 1000;
            filter.Learn(error);
            double step = 0.05 * (1 + 16384.0 / (8192 + t));
            float gain = (float)(step * error / (power + 0.5 * inputs));
            for (int i = 0; i < inputs; i++)
                weights[i] += gain * window[i];
            float next = (random.Below(40_001) - 20_000) / 16f;
            filter.Add(next);
            float oldest = window[0];
            window.AsSpan(1).CopyTo(window);
            window[^1] = next;
            // The power is counted anew when the window's memory is full.
            if (t % 2048 == 0 && t > 0)
            {
                power = 0;
                foreach (float x in (float[])[oldest, .. window[..^1]])
                    power += (double)x * x;
            }
            power = Math.Max(power + ((double)next * next - (double)oldest * oldest), 0);
        }
    }

    [Theory]
    [InlineData(4, 1)]
    [InlineData(8, 3)]
    [InlineData(24, 8)]
    [InlineData(48, 2)]
    public void LeastSquaresAreThePlainLoops(int n, int interval)
    {
        double[] prior = new double[n], ridge = [.. Enumerable.Range(1, n).Select(i => (double)i)];
        prior[n - 1] = 1;
        var kernel = new RecursiveLeastSquares(0.998, interval, prior, ridge);
        var plain = new PlainLeastSquares(0.998, interval, prior, ridge);
        var random = new SplitMix64(9);
        double[] x = new double[n];
        for (int t = 0; t < 400; t++)
        {
            for (int i = 0; i < n; i++)
                x[i] = random.Below(2001) - 1000;
            double y = x[0] * 0.5 - x[n / 2] + random.Below(21) - 10;
            Assert.Equal(BitConverter.DoubleToInt64Bits(plain.Predict(x)), BitConverter.DoubleToInt64Bits(kernel.Predict(x)));
            kernel.Learn(x, y);
            plain.Learn(x, y);
        }
        // And they find what there is to find.
        double expected = x[0] * 0.5 - x[n / 2];
        Assert.InRange(kernel.Predict(x), expected - 40, expected + 40);
    }

    [Fact]
    public void TailsAndLogarithmsAreAccurate()
    {
        for (float z = -70; z <= 70; z += 0.37f)
        {
            double tail = 1 / (1 + Math.Exp(Math.Clamp(z, -60, 60)));
            float actual = LogisticOpinions.Tail(Vector256.Create(z))[3];
            Assert.InRange(actual / tail, 1 - 1e-5, 1 + 1e-5);
        }
        for (double x = 1e-24; x < 1e24; x *= 1.7)
            Assert.InRange(LogisticOpinions.Log(Vector256.Create((float)x))[5] - Math.Log((float)x), -1e-5, 1e-5);
    }

    private static float PlainDot(float[] x, float[] w)
    {
        float[] sums = new float[16];
        for (int i = 0; i < x.Length; i++)
            sums[i % 16] += x[i] * w[i];
        for (int half = 8; half > 0; half /= 2)
        {
            for (int i = 0; i < half; i++)
                sums[i] += sums[i + half];
        }
        return sums[0];
    }

    // The same as docs/FORMAT.md has it, without vectors.
    private sealed class PlainLeastSquares(double memory, int interval, double[] prior, double[] ridge)
    {
        private readonly int _n = prior.Length;
        private readonly double[,] _r = new double[prior.Length, prior.Length];
        private readonly double[] _target = new double[prior.Length];
        private double[] _w = [.. prior];
        private double _errors, _lessons, _last;
        private int _left = 1, _count;

        public double Predict(double[] x) => _last = Dot(x, _w, 0);

        public void Learn(double[] x, double y)
        {
            for (int i = 0; i < _n; i++)
            {
                for (int j = i; j < _n; j++)
                    _r[i, j] = _r[i, j] * memory + x[i] * x[j] + 1e-200;
                _target[i] = _target[i] * memory + y * x[i] + 1e-200;
            }
            _errors = _errors * memory + (y - _last) * (y - _last) + 1e-200;
            _lessons = _lessons * memory + 1;
            _count++;
            if (--_left == 0)
            {
                Solve();
                _left = Math.Min(interval, 1 + _count / 64);
            }
        }

        private void Solve()
        {
            double unit = _errors / _lessons + 1e-6;
            double[,] u = new double[_n, _n];
            double[] inverse = new double[_n], z = new double[_n], right = new double[_n];
            for (int i = 0; i < _n; i++)
            {
                for (int j = i; j < _n; j++)
                {
                    double sum = _r[i, j];
                    for (int k = 0; k < i; k++)
                        sum -= u[k, i] * u[k, j];
                    u[i, j] = sum;
                }
                double least = _r[i, i] * 1e-12 + 1e-6, pivot = u[i, i] + ridge[i] * unit;
                inverse[i] = 1 / Math.Sqrt(pivot > least ? pivot : least);
                for (int j = i; j < _n; j++)
                    u[i, j] *= inverse[i];
            }
            for (int i = 0; i < _n; i++)
                right[i] = _target[i] + ridge[i] * unit * prior[i];
            for (int i = 0; i < _n; i++)
            {
                z[i] = right[i] * inverse[i];
                for (int j = i + 1; j < _n; j++)
                    right[j] -= u[i, j] * z[i];
            }
            double[] w = new double[_n], row = new double[_n];
            for (int i = _n - 1; i >= 0; i--)
            {
                for (int j = 0; j < _n; j++)
                    row[j] = j > i ? u[i, j] : 0;
                w[i] = (z[i] - Dot(row, w, i)) * inverse[i];
            }
            _w = w;
        }

        private double Dot(double[] a, double[] b, int from)
        {
            double[] sums = new double[4];
            for (int i = from & ~3; i < _n; i++)
                sums[i % 4] += a[i] * b[i];
            return (sums[0] + sums[1]) + (sums[2] + sums[3]);
        }
    }
}

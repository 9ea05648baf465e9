namespace Tacit.Tests.Format;

/// <summary>
/// Sections 9, 9.1 and 9.3 of docs/FORMAT.md once more, from the page alone: binary tables beside which nothing lies. Plain
/// loops over reals and objects; nothing shared with the library.
/// </summary>
internal sealed class SecondNumericDecoder
{
    private readonly byte[] _coded;
    private readonly int _level;
    private int _at;

    private SecondNumericDecoder(byte[] coded, int level) => (_coded, _level) = (coded, level);

    public static byte[] Decode(byte[] coded, int rawLength, int level) => new SecondNumericDecoder(coded, level).Table(rawLength);

    private byte[] Table(int rawLength)
    {
        int type = Byte(), width = 1 << (type & 3), prefix = (int)Varint(), columns = (int)Varint();
        bool isFloat = (type & 4) != 0, isBig = (type & 16) != 0;
        Assert.Equal(0, prefix);
        var maps = new (int Style, int Digits, int Map, long Offset, long Step, long[] List)[columns];
        for (int c = 0; c < columns; c++)
        {
            int map = Byte(), flags = Byte();
            Assert.Equal(0, flags & 12);    // no exceptions, no details
            maps[c] = (map >> 4, map & 15, flags, 0, 1, []);
            if (flags == 1)
                (maps[c].Offset, maps[c].Step) = (Signed(), (long)Varint());
            else if (flags == 2)
                maps[c].List = new long[Varint()];
        }
        Assert.Equal(0UL, Varint());        // nothing beside the table
        var coder = new SecondLogistic.Coder(_coded, _at);
        foreach ((_, _, _, _, _, long[] list) in maps)
        {
            var model = new Column(0, 1, _level);
            for (int i = 0; i < list.Length; i++)
                list[i] = model.Decode(coder, [model]);
        }
        Column[] models = [.. Enumerable.Range(0, columns).Select(c => new Column(c, columns, _level))];
        byte[] raw = new byte[rawLength];
        for (int at = 0; at + width * columns <= rawLength;)
        {
            for (int c = 0; c < columns; c++, at += width)
            {
                long index = models[c].Decode(coder, models);
                long m = maps[c].Map switch { 0 => index, 1 => maps[c].Offset + index * maps[c].Step, _ => maps[c].List[index] };
                long o = maps[c].Style switch
                {
                    0 => m,
                    1 when width == 4 => Ordered32(BitConverter.SingleToInt32Bits((float)(m / Math.Pow(10, maps[c].Digits)))),
                    1 => Ordered(BitConverter.DoubleToInt64Bits(m / Math.Pow(10, maps[c].Digits))),
                    _ => Ordered(BitConverter.DoubleToInt64Bits((float)(m / Math.Pow(10, maps[c].Digits)))),
                };
                long bits = !isFloat ? o : width == 4 ? Ordered32((int)o) : Ordered(o);
                for (int i = 0; i < width; i++)
                    raw[at + (isBig ? width - 1 - i : i)] = (byte)(bits >> 8 * i);
            }
        }
        return raw;

        static long Ordered(long b) => b >= 0 ? b : b ^ long.MaxValue;
        static long Ordered32(int b) => b >= 0 ? b : b ^ int.MaxValue;
    }

    private int Byte() => _coded[_at++];

    private ulong Varint()
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            int b = Byte();
            value |= (ulong)(b & 127) << shift;
            if (b < 128)
                return value;
        }
    }

    private long Signed()
    {
        ulong folded = Varint();
        return (folded & 1) == 0 ? (long)(folded / 2) : -(long)(folded / 2) - 1;
    }

    // Weighted least squares.
    private sealed class Predictor(int n, double lambda, int interval)
    {
        private readonly double[,] _r = new double[n, n];
        private readonly double[] _target = new double[n], _w = new double[n];
        private int _lessons;

        public double Predict(double[] x) => Sum(n, k => _w[k] * x[k]);

        public void Learn(double[] x, double y)
        {
            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j <= i; j++)
                    _r[i, j] = _r[i, j] * lambda + (1 - lambda) * x[i] * x[j] + 1e-200;
                _target[i] = _target[i] * lambda + (1 - lambda) * y * x[i] + 1e-200;
            }
            if (_lessons++ % interval != 0)
                return;
            double[,] l = new double[n, n];
            double[] v = new double[n], z = new double[n];
            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j < i; j++)
                    l[i, j] = (_r[i, j] - Sum(j, k => l[i, k] * l[j, k])) * v[j];
                double q = _r[i, i] + _r[i, i] * 1e-9 + 1e-6 - Sum(i, k => l[i, k] * l[i, k]);
                v[i] = 1 / Math.Sqrt(Math.Max(q, _r[i, i] * 1e-10 + 1e-7));
                z[i] = (_target[i] - Sum(i, k => l[i, k] * z[k])) * v[i];
            }
            for (int i = n - 1; i >= 0; i--)
            {
                _w[i] = z[i] * v[i];
                for (int j = 0; j < i; j++)
                    z[j] -= l[i, j] * _w[i];
            }
        }

        private static double Sum(int count, Func<int, double> term)
        {
            double[] partial = new double[4];
            for (int k = 0; k < count; k++)
                partial[k % 4] += term(k);
            return partial[0] + partial[1] + (partial[2] + partial[3]);
        }
    }

    private sealed class Column
    {
        private readonly int _number, _own, _near;
        private readonly int[] _others;
        private readonly Predictor _long, _short;
        private readonly double[] _deviations = new double[4];
        private readonly Dictionary<(int Which, int Context, int Node), SecondLogistic.Adaptive> _adaptive = [];
        private readonly SecondLogistic.Weights[] _mixers = [.. Enumerable.Range(0, 128).Select(_ =>
            new SecondLogistic.Weights(4_660_335, 4_660_335, 4_660_335, 4_660_335, 4_660_335, 4_660_335, 4_660_335, 0))];
        private readonly SecondLogistic.Weights[] _final = [.. Enumerable.Range(0, 64).Select(_ => new SecondLogistic.Weights(1 << 23, 1 << 23))];
        private readonly SecondLogistic.Refiner[] _refiners = [.. Enumerable.Range(0, 64).Select(_ => new SecondLogistic.Refiner())];
        private readonly List<double> _past = [.. new double[32]];
        private double _fast, _slow, _usual, _spread, _e1, _e2;
        private int _count, _surprise;
        private long _first;

        public Column(int number, int columns, int level)
        {
            bool alone = columns == 1;
            (_own, int others, _near, int interval, int nearInterval) = level switch
            {
                <= 3 => (alone ? 11 : 5, 3, 4, 64, 16),
                <= 6 => (alone ? 15 : 8, 8, 8, 32, 8),
                _ => (alone ? 31 : 16, 16, 16, 8, 2),
            };
            _number = number;
            _others = [.. Enumerable.Range(1, Math.Min(others, columns - 1)).Select(i => (number + columns - i) % columns)];
            _long = new Predictor((_own + 2 * _others.Length + 1 + 3) / 4 * 4, 0.9992, interval);
            _short = new Predictor(_near, 0.98, nearInterval);
        }

        public long Decode(SecondLogistic.Coder coder, Column[] table)
        {
            var x = new List<double>(_past[^_own..]);
            foreach (int other in _others)
                x.AddRange(table[other]._past[^2..]);
            x.Add(1);
            while (x.Count % 4 != 0)
                x.Add(0);
            double[] near = [.. _past[^_near..]];
            double p = _past[^1], f = _long.Predict([.. x]), g = _short.Predict(near);
            f = Math.Abs(f) < Math.Pow(2, 61) ? f : p;
            g = Math.Abs(g) < Math.Pow(2, 61) ? g : p;
            double c = Math.Floor(f + 0.5);

            double sigma = Math.Max(_fast, 0.05);
            int h = 0;
            while (h < 60 && Math.Pow(2, h) < 0.4 * sigma)
                h++;
            int ratio = Math.Min((int)(3.2 * sigma / Math.Pow(2, h)), 7), fraction = (int)Math.Floor(4 * (f + 0.5 - c)) % 4;
            int apart = 7 + (int)Math.Clamp(Math.Floor((g - f) / sigma * 3 + 0.5), -7, 7);
            int trend = new[] { 0.6, 0.85, 1.2, 1.8 }.Count(t => !(_slow < t * _fast));
            int neighbour = _number > 0 ? table[_number - 1]._surprise : 0, size = Size(_e1, sigma);
            int[] contexts = [trend * 32 + fraction * 8 + ratio, size * 32 + Size(_e2, sigma) / 2 * 8 + ratio, apart * 16 + neighbour];
            double[] expected = [f, g, p, _usual], scales = [.. new[] { sigma, _deviations[1], _deviations[2], _spread }.Select(s => Math.Max(s, 0.05))];
            double[] locations = [.. expected.Select(t => t - c)];

            long e = Value(coder, locations, scales, h, contexts, trend * 8 + size);
            long integer = unchecked(_first + (long)c + e);
            if (_count == 0)
                _first = integer;
            double y = unchecked(integer - _first), rho = 1.0 / (_count + 1);
            _count++;
            if (_count >= 2)
            {
                _long.Learn([.. x], y);
                _short.Learn(near, y);
            }
            for (int k = 0; k < 4; k++)
                _deviations[k] = Math.Max(_deviations[k] + (Math.Abs(y - expected[k]) - _deviations[k]) * Math.Max(0.03, rho), 0.001);
            _fast = Math.Max(_fast + (Math.Abs(y - f) - _fast) * Math.Max(0.06, rho), 0.001);
            _slow = Math.Max(_slow + (Math.Abs(y - f) - _slow) * Math.Max(0.005, rho), 0.001);
            (_e2, _e1) = (_e1, y - f);
            _surprise = (y >= f ? 8 : 0) + Size(y - f, sigma);
            double delta = y - _usual;
            _spread = Math.Abs(delta) > _spread ? _spread * 1.05 + 0.05 : Math.Max(_spread / 1.05, 0.001);
            _usual += Math.Clamp(delta, -_spread, _spread) * 0.05;
            _past.Add(y);
            return integer;
        }

        private static int Size(double error, double sigma) => new[] { 0.25, 0.45, 0.81, 1.46, 2.6, 4.7, 8.5 }.Count(s => Math.Abs(error) > s * sigma);

        private long Value(SecondLogistic.Coder coder, double[] locations, double[] scales, int h, int[] contexts, int weightSet)
        {
            double[] low = new double[4], high = [1, 1, 1, 1];
            bool down = !Decide(0, 0);
            if (down)
            {
                locations = [.. locations.Select(t => -1 - t)];
                (low, high) = ([.. high.Select(x => 1 - x)], [1, 1, 1, 1]);
            }
            ulong from = 0, step = 1UL << h, limit = 1UL << 63;
            for (int i = 0; from + step < limit && Decide(from + step, (down ? 25 : 1) + Math.Min(i, 23)); i++)
            {
                from += step;
                step <<= i >= 7 ? 1 : 0;
            }
            ulong least = (ulong)scales.Min();
            for (int depth = 0; step > 1; depth++)
            {
                step /= 2;
                if (from + step >= limit)
                    continue;
                bool modelled = depth <= 2 || step > least;
                if (modelled ? Decide(from + step, (down ? 50 : 49) + 2 * Math.Min(depth, 6)) : coder.Bit(1L << 31) == 1)
                    from += step;
            }
            return down ? -1 - (long)from : (long)from;

            bool Decide(ulong bound, int node)
            {
                double[] middle = new double[4];
                long[] x = new long[8];
                for (int k = 0; k < 4; k++)
                {
                    middle[k] = Logistic((bound - 0.5 - locations[k]) * (64 / scales[k]) + 1536);
                    double all = high[k] - low[k], share = all > 1e-9 ? (high[k] - middle[k]) / all : 0.5;
                    x[k] = SecondLogistic.Stretch((int)Math.Round(Math.Clamp(share, 0, 1) * 4095, MidpointRounding.ToEven));
                }
                SecondLogistic.Adaptive[] seen = [.. contexts.Select((context, which) => Adaptive(which, context, node))];
                for (int k = 0; k < 3; k++)
                    x[4 + k] = SecondLogistic.Stretch((int)(seen[k].P >> 10));
                x[7] = 256;
                SecondLogistic.Weights first = _mixers[node], second = _mixers[64 + weightSet];
                long[] answers = [.. new[] { first.Sum(x), second.Sum(x) }.Select(s => Math.Clamp(s >> 8, -2047, 2047))];
                long z = _final[node].Sum(answers), r = _refiners[node].Refine(z);
                int bit = coder.Bit(Math.Clamp(3 * SecondLogistic.Squash(z) + r >> 2, 1 << 8, (1L << 32) - 1 - (1 << 8)));
                first.Move(x, bit, isFinal: false);
                second.Move(x, bit, isFinal: false);
                _final[node].Move(answers, bit, isFinal: true);
                _refiners[node].Learn(z, bit);
                foreach (SecondLogistic.Adaptive one in seen)
                    one.Learn(bit);
                (bit == 1 ? low : high)[0] = middle[0];
                (bit == 1 ? low : high)[1] = middle[1];
                (bit == 1 ? low : high)[2] = middle[2];
                (bit == 1 ? low : high)[3] = middle[3];
                return bit == 1;
            }
        }

        private SecondLogistic.Adaptive Adaptive(int which, int context, int node)
        {
            if (!_adaptive.TryGetValue((which, context, node), out SecondLogistic.Adaptive? found))
                _adaptive[(which, context, node)] = found = new SecondLogistic.Adaptive(1 << 21, 0, 255);
            return found;
        }

        private static double Logistic(double position)
        {
            position = Math.Clamp(position, 0, 3072);
            double entry = Math.Round(Math.Max(position - 0.5, 0), MidpointRounding.ToEven);
            double below = Entry((int)entry), above = Entry((int)entry + 1);
            return below + (position - entry) * (above - below);
        }

        private static double Entry(int i)
        {
            if (i is 0 or >= 3072)
                return i == 0 ? 0 : 1;
            double power = Exponential(-Math.Abs(i - 1536) / 64.0 * 1.3862943611198906);
            return i <= 1536 ? power / (1 + power) : 1 / (1 + power);
        }

        private static double Exponential(double x)
        {
            double k = Math.Floor(x / 0.693147180559945309417 + 0.5), t = (x - k * 0.693147180369123816490) - k * 1.90821492927058770002e-10, s = 1;
            for (int n = 14; n >= 1; n--)
                s = 1 + s * t / n;
            return s * Math.Pow(2, k);
        }
    }
}

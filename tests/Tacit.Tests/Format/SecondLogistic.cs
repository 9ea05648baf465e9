namespace Tacit.Tests.Format;

/// <summary>Section 9.4 of docs/FORMAT.md once more, from the page alone: plain, slow, nothing shared with the library.</summary>
internal static class SecondLogistic
{
    private static readonly long[] Knots = MakeKnots();
    private static readonly int[] StretchTable = MakeStretch();

    public static long Squash(long z)
    {
        long q = Math.Clamp(z, -((1 << 20) - 1), (1 << 20) - 1) + (1 << 20), i = q >> 11;
        return Knots[i] + ((Knots[i + 1] - Knots[i]) * (q % 2048) >> 11);
    }

    public static int Stretch(int entry) => StretchTable[entry];

    private static long[] MakeKnots()
    {
        Int128 e = 0, t = (Int128)1 << 62, p = t;
        for (int n = 1, sign = 1; t != 0; n++, sign = -sign)
        {
            e += sign * t;
            t /= 32 * n;
        }
        long[] knots = new long[1025];
        for (int k = 0; k <= 512; k++)
        {
            knots[512 - k] = Math.Max((long)((p << 32) / (((Int128)1 << 62) + p)), 1 << 10);
            knots[512 + k] = (1L << 32) - knots[512 - k];
            p = p * e >> 62;
        }
        return knots;
    }

    private static int[] MakeStretch()
    {
        int[] table = new int[4096];
        int x = -2047;
        for (int entry = 0; entry < table.Length; entry++)
        {
            while (x < 2047 && Squash((2 * x + 1) * 128) < ((long)entry << 20) + (1 << 19))
                x++;
            table[entry] = x;
        }
        return table;
    }

    public sealed class Coder(byte[] message, int start)
    {
        private ulong _range = ulong.MaxValue, _offset;
        private int _at = start;
        private bool _begun;

        public int Bit(long probability)
        {
            if (!_begun)
            {
                _begun = true;
                for (int i = 0; i < 8; i++)
                    Take();
            }
            ulong bound = (ulong)((UInt128)_range * (ulong)probability >> 32);
            int bit = _offset < bound ? 1 : 0;
            _offset -= bit == 1 ? 0 : bound;
            _range = bit == 1 ? bound : _range - bound;
            while (_range < 1UL << 56)
            {
                _range <<= 8;
                Take();
            }
            return bit;
        }

        private void Take()
        {
            _offset = _offset * 256 + (_at < message.Length ? message[_at] : 0u);
            _at++;
        }
    }

    public sealed class Adaptive(long p, int n, int limit)
    {
        private int _n = n;

        public long P { get; private set; } = p;

        public void Learn(int bit)
        {
            P += (((1L << 22) - 1) * bit - P) * ((1 << 17) / (2 * _n + 3)) >> 16;
            _n += _n < limit ? 1 : 0;
        }
    }

    public sealed class Weights(params long[] start)
    {
        private readonly long[] _w = [.. start];
        private int _uses;

        public long Sum(long[] x) => Math.Clamp(x.Zip(_w, (a, w) => a * (w >> 8) >> 8).Sum(), -((1 << 20) - 1), (1 << 20) - 1);

        public void Move(long[] x, int bit, bool isFinal)
        {
            long error = ((long)bit << 16) - (Squash(Sum(x)) >> 16), rate = isFinal ? 32 : 20 + 186_368 / (512 + _uses), step = Math.Clamp(error * rate >> 4, -((1 << 20) - 1), (1 << 20) - 1);
            for (int i = 0; i < _w.Length; i++)
                _w[i] = Math.Clamp(_w[i] + (x[i] * step + (1 << 10) >> 11), -((1 << 28) - 1), (1 << 28) - 1);
            _uses += _uses < 4095 ? 1 : 0;
        }
    }

    public sealed class Refiner
    {
        private readonly Adaptive[] _row = [.. Enumerable.Range(0, 16).Select(i => new Adaptive((Squash((i << 16) - (1 << 19)) >> 16) * 64, 6, 1023))];

        public long Refine(long z)
        {
            (long i, long t) = Split(z);
            return Number(i) * ((1 << 16) - t) + Number(i + 1) * t >> 16;
        }

        public void Learn(long z, int bit)
        {
            (long i, long t) = Split(z);
            _row[i + (t >= 1 << 15 ? 1 : 0)].Learn(bit);
        }

        private static (long I, long T) Split(long z)
        {
            long q = Math.Clamp(z, -(1 << 19), (7 << 16) - 1) + (1 << 19);
            return (q >> 16, q % (1 << 16));
        }

        private long Number(long i) => _row[i].P * 1024 + 1023;
    }
}

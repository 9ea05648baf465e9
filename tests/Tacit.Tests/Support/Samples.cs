namespace Tacit.Tests.Support;

/// <summary>Seeded data, the same on every machine.</summary>
internal static class Samples
{
    /// <summary>A small generator (Steele, Lea and Flood 2014): the k-th number depends on seed and k only.</summary>
    public sealed class Generator(ulong seed)
    {
        private ulong _state = seed;

        public ulong Next()
        {
            ulong z = _state += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }

        /// <summary>From 0 up to, not including, the bound.</summary>
        public int Below(int bound) => (int)(Next() % (ulong)bound);

        public byte Byte() => (byte)Next();
    }

    private static readonly string[] Words =
        ["the ", "model ", "predicts ", "what ", "goes ", "unsaid", ", ", "a ", "surprise ", "costs ", "bits", ".\n", "and ", "memory ", "of "];

    /// <summary>Bytes that no codec makes smaller.</summary>
    public static byte[] Noise(int length, ulong seed = 1)
    {
        var generator = new Generator(seed);
        byte[] data = new byte[length];
        for (int i = 0; i < length; i++)
            data[i] = generator.Byte();
        return data;
    }

    /// <summary>Text of few words: every codec makes it smaller.</summary>
    public static byte[] Text(int length, ulong seed = 1)
    {
        var generator = new Generator(seed);
        byte[] data = new byte[length];
        for (int i = 0; i < length;)
        {
            foreach (char c in Words[generator.Below(Words.Length)])
            {
                if (i < length)
                    data[i++] = (byte)c;
            }
        }
        return data;
    }

    /// <summary>Stretches of text, noise and zeros in turn.</summary>
    public static byte[] Mixed(int length, ulong seed = 1)
    {
        var generator = new Generator(seed);
        var data = new List<byte>(length);
        while (data.Count < length)
        {
            int part = Math.Min(length - data.Count, 1 + generator.Below(Math.Max(length / 4, 1)));
            data.AddRange(generator.Below(3) switch
            {
                0 => Noise(part, generator.Next()),
                1 => Text(part, generator.Next()),
                _ => new byte[part],
            });
        }
        return [.. data];
    }
}

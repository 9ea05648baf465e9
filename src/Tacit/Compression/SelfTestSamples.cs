using System.Buffers.Binary;
using Tacit.Media.Audio;

namespace Tacit.Compression;

/// <summary>Generated data for <see cref="SelfTest"/>: never to be changed, since the digests depend on it.</summary>
internal static class SelfTestSamples
{
    /// <summary>SplitMix64 (Steele, Lea and Flood 2014).</summary>
    internal struct Generator(ulong seed)
    {
        private ulong _state = seed;

        /// <summary>64 even bits.</summary>
        public ulong Next()
        {
            _state += 0x9E3779B97F4A7C15;
            ulong z = _state;
            z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
            z = (z ^ z >> 27) * 0x94D049BB133111EB;
            return z ^ z >> 31;
        }
    }

    /// <summary>Words of a small vocabulary, with sentences and lines.</summary>
    public static byte[] Text(int length)
    {
        ReadOnlySpan<byte> letters = "etaoinshrdlucmfwypvbgkjqxz"u8;
        var random = new Generator(11);
        byte[] vocabulary = new byte[256 * 8];
        foreach (ref byte letter in vocabulary.AsSpan())
            letter = letters[(int)(random.Next() % 26 * (random.Next() % 26) / 26)];
        byte[] text = new byte[length];
        for (int at = 0; at < length;)
        {
            // The product of two draws prefers low numbers, as words do.
            int word = (int)(random.Next() % 256 * (random.Next() % 256) >> 8), letterCount = 2 + word % 7;
            for (int i = 0; i < letterCount && at < length; i++)
                text[at++] = vocabulary[word * 8 + i];
            if (at < length)
                text[at++] = (random.Next() % 12) switch { 0 => (byte)'\n', 1 => (byte)'.', _ => (byte)' ' };
        }
        return text;
    }

    /// <summary>Rows of 20 bytes: counters, slowly moving and random fields.</summary>
    public static byte[] Records(int length)
    {
        var random = new Generator(12);
        byte[] rows = new byte[length];
        Span<byte> row = stackalloc byte[20];
        uint level = 1000;
        for (int at = 0, number = 0; at < length; at += row.Length, number++)
        {
            level += (uint)(random.Next() % 31) - 15;
            BinaryPrimitives.WriteInt32LittleEndian(row, number);
            BinaryPrimitives.WriteUInt32LittleEndian(row[4..], level);
            BinaryPrimitives.WriteUInt64LittleEndian(row[8..], random.Next() & 0xFF00FF);
            BinaryPrimitives.WriteUInt32BigEndian(row[16..], level * 3);
            row[..Math.Min(row.Length, length - at)].CopyTo(rows.AsSpan(at));
        }
        return rows;
    }

    /// <summary>Lines of a time, a slow wave with noise in hundredths, and a count, with an empty cell now and then.</summary>
    public static byte[] Table(int length)
    {
        var random = new Generator(14);
        var text = new System.Text.StringBuilder("time,level,count\n");
        long speed = 0, place = 2000;
        for (int row = 0; text.Length < length; row++)
        {
            place += speed += (1000 - place) / 64 + (long)(random.Next() % 41) - 20;
            string level = random.Next() % 50 == 0 ? "" : $"{place / 100}.{(place < 0 ? -place : place) % 100:00}";
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"2020-01-{1 + row / 1440:00} {row / 60 % 24:00}:{row % 60:00},{level},{row * 3 + (long)(random.Next() % 4)}\n");
        }
        return System.Text.Encoding.ASCII.GetBytes(text.ToString(0, length));
    }

    /// <summary>A WAV file of two channels of 16 bits: a resonance that noise keeps going, the second channel an echo of the first.</summary>
    public static byte[] Sound(int length)
    {
        var random = new Generator(15);
        byte[] file = new byte[length];
        var format = new PcmFormat(SampleType.S16LE, 2, 44100);
        WaveHeader.TryWritePlain(format, (uint)length - 8, (uint)(length - WaveHeader.PlainLength), file);
        long last = 0, before = 0;
        for (int at = WaveHeader.PlainLength; at + 4 <= length; at += 4)
        {
            long next = (last * 1900 - before * 1000) / 1024 + (long)(random.Next() % 401) - 200;
            BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(at), (short)next);
            BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(at + 2), (short)(before / 2 + (long)(random.Next() % 9)));
            (before, last) = (last, next);
        }
        return file;
    }

    /// <summary>Bytes that are often small, with repeats of earlier stretches.</summary>
    public static byte[] Skewed(int length)
    {
        var random = new Generator(13);
        byte[] bytes = new byte[length];
        for (int at = 0; at < length;)
        {
            if (at > 100 && random.Next() % 50 == 0)
            {
                int from = (int)(random.Next() % (ulong)at), count = (int)(random.Next() % 200);
                while (count-- > 0 && at < length)
                    bytes[at++] = bytes[from++];
            }
            else
            {
                bytes[at++] = (byte)(random.Next() >> (int)(56 + random.Next() % 8));
            }
        }
        return bytes;
    }
}

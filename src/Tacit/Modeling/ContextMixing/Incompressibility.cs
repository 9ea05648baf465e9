using System.Buffers.Binary;

namespace Tacit.Modeling.ContextMixing;

/// <summary>Recognises blocks that are not worth modelling: compressed, encrypted or random bytes.</summary>
/// <remarks>
/// Three questions, the cheapest first, and all must say so: are the byte values even in every part of the block, does
/// nothing repeat, and does a small model gain nothing on samples?
/// </remarks>
internal static class Incompressibility
{
    /// <summary>Shorter blocks are always modelled: that costs little.</summary>
    public const int MinLength = 1 << 16;

    private const int ChunkLength = 1 << 15;
    private const int MinSampleLength = 1 << 10;
    private const int MaxSampleLength = 1 << 12;

    /// <summary>Whether the block is better stored; <paramref name="model"/> is reset for a trial.</summary>
    public static bool Holds(ReadOnlySpan<byte> data, ContextMixer model) =>
        data.Length >= MinLength && IsEven(data) && !Repeats(data) && Resists(data, model);

    // Σ count² of n bytes drawn evenly is about n²/256 + n; the n is met within 9 % of itself (one standard deviation).
    // Compressed data is seldom so even: what Deflate makes is worth modelling, and its codes betray it here.
    private static bool IsEven(ReadOnlySpan<byte> data)
    {
        Span<int> counts = stackalloc int[4 * 256];
        long sum = 0, chunks = 0;
        for (int start = 0; start + ChunkLength <= data.Length; start += ChunkLength)
        {
            counts.Clear();
            ReadOnlySpan<byte> chunk = data.Slice(start, ChunkLength);
            for (int i = 0; i < ChunkLength; i += 4)
            {
                counts[chunk[i]]++;   // four histograms: no count waits for the one before
                counts[256 + chunk[i + 1]]++;
                counts[512 + chunk[i + 2]]++;
                counts[768 + chunk[i + 3]]++;
            }
            long squares = 0;
            for (int i = 0; i < 256; i++)
            {
                long count = counts[i] + counts[256 + i] + counts[512 + i] + counts[768 + i];
                squares += count * count;
            }
            const long Even = (long)ChunkLength * ChunkLength / 256;
            long excess = squares - Even;
            if (excess > ChunkLength + ChunkLength * 5 / 8)
                return false;
            sum += excess;
            chunks++;
        }
        return sum <= chunks * (ChunkLength + ChunkLength / 4);
    }

    // Remembers eight bytes at every 16th place and looks for them everywhere: a repeat of 23 bytes or more is seen.
    private static bool Repeats(ReadOnlySpan<byte> data)
    {
        const int TableBits = 16;
        int step = Math.Max(16, (int)((uint)data.Length >> TableBits));
        int[] places = new int[1 << TableBits];
        int found = 0, enough = Math.Max(4, data.Length >> 14);
        for (int i = 0; i + 8 <= data.Length; i++)
        {
            ulong word = BinaryPrimitives.ReadUInt64LittleEndian(data[i..]);
            ref int place = ref places[word * 0x9E3779B97F4A7C15UL >> (64 - TableBits)];
            if (place != 0 && BinaryPrimitives.ReadUInt64LittleEndian(data[(place - 1)..]) == word && ++found >= enough)
                return true;
            if (i % step == 0)
                place = i + 1;
        }
        return false;
    }

    // Codes a few samples: is anything gained on any of them?
    private static bool Resists(ReadOnlySpan<byte> data, ContextMixer model)
    {
        const int Samples = 3;
        int length = Math.Clamp(data.Length >> 10, MinSampleLength, MaxSampleLength);
        Span<byte> coded = stackalloc byte[MaxSampleLength];
        for (int s = 0; s < Samples; s++)
        {
            int start = (int)((long)(data.Length - length) * (2 * s + 1) / (2 * Samples));
            if (StructureTrial.Cost(data.Slice(start, length), default, model, coded[..length]) < length - length / 100)
                return false;
        }
        return true;
    }
}

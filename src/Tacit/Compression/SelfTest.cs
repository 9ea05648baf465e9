using System.Security.Cryptography;
using Tacit.Coding;

namespace Tacit.Compression;

/// <summary>Computes digests that must be the same on every machine.</summary>
public static class SelfTest
{
    private const int SampleLength = 1 << 15;

    // What the digests are everywhere. A change here is a change of the format.
    private static readonly (string Name, Func<byte[]> Make, string Expected)[] Digests =
    [
        ("coding/binary", BinaryCode, "b4749942d484e4f5"),
        ("coding/range", RangeCode, "0f0e75d0b7892d26"),
        ("coding/rans", RansCode, "c9870cf12c15a441"),
        ("coding/golomb-rice", GolombRiceCode, "7530d80711d65b8c"),
        ("cm/text-1", () => Compressed(SelfTestSamples.Text, 1), "f5758124b1df1fbe"),
        ("cm/records-1", () => Compressed(SelfTestSamples.Records, 1), "8ebfcec2ea858665"),
        ("cm/skewed-1", () => Compressed(SelfTestSamples.Skewed, 1), "60631a825fbbd60e"),
        ("cm/text-5", () => Compressed(SelfTestSamples.Text, 5), "aece026e850cafb2"),
        ("cm/records-5", () => Compressed(SelfTestSamples.Records, 5), "47db3b25663ed764"),
        ("cm/skewed-5", () => Compressed(SelfTestSamples.Skewed, 5), "92bd3addf7a7549a"),
        ("cm/text-9", () => Compressed(SelfTestSamples.Text, 9), "6503cd86d04ffa83"),
        ("cm/records-9", () => Compressed(SelfTestSamples.Records, 9), "740c895295ae8fc0"),
        ("cm/skewed-9", () => Compressed(SelfTestSamples.Skewed, 9), "488aeed22a1f3700"),
    ];

    /// <summary>Runs all digests, one at a time as they are asked for.</summary>
    public static IEnumerable<SelfTestResult> Run() => Digests.Select(d => new SelfTestResult(d.Name, Digest(d.Make()), d.Expected));

    // The first 64 bits of the SHA-256: for comparing, not against attack.
    private static string Digest(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 8));

    private static byte[] Compressed(Func<int, byte[]> sample, int level)
    {
        byte[] data = sample(SampleLength);
        var options = new TacitCompressionOptions { Codec = TacitCodec.ContextMixing, Level = level };
        byte[] packed = new byte[TacitEncoder.GetMaxCompressedLength(data.Length, options)];
        TacitEncoder.TryCompress(data, packed, out int length, options);
        byte[] restored = new byte[data.Length];
        // A machine that does not even undo its own work must not pass by luck.
        return TacitDecoder.TryDecompress(packed.AsSpan(0, length), restored, out _) && restored.AsSpan().SequenceEqual(data)
            ? packed[..length]
            : [];
    }

    private static byte[] BinaryCode()
    {
        byte[] bytes = new byte[SampleLength];
        var encoder = new BinaryEncoder(bytes);
        var random = new SelfTestSamples.Generator(1);
        for (int i = 0; i < SampleLength; i++)
        {
            uint probability = (uint)(random.Next() >> 32) >> (i & 31) | 1;
            encoder.Encode((uint)random.Next() < probability ? 1 : 0, probability);
        }
        return bytes[..encoder.Finish()];
    }

    private static byte[] RangeCode()
    {
        byte[] bytes = new byte[SampleLength];
        var encoder = new RangeEncoder(bytes);
        var random = new SelfTestSamples.Generator(2);
        for (int i = 0; i < SampleLength / 8; i++)
        {
            int totalBits = 1 + i % RangeEncoder.MaxTotalBits;
            uint start = (uint)random.Next() & (1u << totalBits) - 1;
            encoder.Encode(start, 1 + (uint)(random.Next() % ((1u << totalBits) - start)), totalBits);
        }
        return bytes[..encoder.Finish()];
    }

    private static byte[] RansCode()
    {
        var coder = new RansCoder();
        var random = new SelfTestSamples.Generator(3);
        for (int i = 0; i < SampleLength / 8; i++)
        {
            int totalBits = 1 + i % RansCoder.MaxTotalBits;
            uint start = (uint)random.Next() & (1u << totalBits) - 1;
            coder.Push(start, 1 + (uint)(random.Next() % ((1u << totalBits) - start)), totalBits);
        }
        byte[] bytes = new byte[coder.ByteCount];
        coder.WriteTo(bytes);
        return bytes;
    }

    private static byte[] GolombRiceCode()
    {
        var writer = new BitWriter();
        var random = new SelfTestSamples.Generator(4);
        for (int i = 0; i < SampleLength / 8; i++)
            GolombRice.Write(writer, random.Next() >> (i & 63), k: i % 24);
        return writer.ToArray();
    }
}

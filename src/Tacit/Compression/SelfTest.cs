using System.Security.Cryptography;
using Tacit.Coding;

namespace Tacit.Compression;

/// <summary>Computes digests that must be the same on every machine.</summary>
public static class SelfTest
{
    private const int SampleLength = 1 << 15;

    /// <summary>Runs all digests, one at a time as they are asked for.</summary>
    public static IEnumerable<SelfTestResult> Run()
    {
        yield return new("coding/binary", Digest(BinaryCode()), "?");
        yield return new("coding/range", Digest(RangeCode()), "?");
        yield return new("coding/rans", Digest(RansCode()), "?");
        yield return new("coding/golomb-rice", Digest(GolombRiceCode()), "?");
        foreach (int level in new[] { 1, 5, 9 })
        {
            yield return new($"cm/text-{level}", Digest(Compressed(SelfTestSamples.Text(SampleLength), level)), "?");
            yield return new($"cm/records-{level}", Digest(Compressed(SelfTestSamples.Records(SampleLength), level)), "?");
            yield return new($"cm/code-{level}", Digest(Compressed(SelfTestSamples.Skewed(SampleLength), level)), "?");
        }
    }

    // The first 64 bits of the SHA-256: for comparing, not against attack.
    private static string Digest(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 8));

    private static ReadOnlySpan<byte> Compressed(byte[] data, int level)
    {
        var options = new TacitCompressionOptions { Codec = TacitCodec.ContextMixing, Level = level };
        byte[] packed = new byte[TacitEncoder.GetMaxCompressedLength(data.Length, options)];
        TacitEncoder.TryCompress(data, packed, out int length, options);
        byte[] restored = new byte[data.Length];
        // A machine that does not even undo its own work must not pass by luck.
        return TacitDecoder.TryDecompress(packed.AsSpan(0, length), restored, out _) && restored.AsSpan().SequenceEqual(data)
            ? packed.AsSpan(0, length)
            : [];
    }

    private static ReadOnlySpan<byte> BinaryCode()
    {
        byte[] bytes = new byte[SampleLength];
        var encoder = new BinaryEncoder(bytes);
        var random = new SelfTestSamples.Generator(1);
        for (int i = 0; i < SampleLength; i++)
        {
            uint probability = (uint)(random.Next() >> 32) >> (i & 31) | 1;
            encoder.Encode((uint)random.Next() < probability ? 1 : 0, probability);
        }
        return bytes.AsSpan(0, encoder.Finish());
    }

    private static ReadOnlySpan<byte> RangeCode()
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
        return bytes.AsSpan(0, encoder.Finish());
    }

    private static ReadOnlySpan<byte> RansCode()
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

    private static ReadOnlySpan<byte> GolombRiceCode()
    {
        var writer = new BitWriter();
        var random = new SelfTestSamples.Generator(4);
        for (int i = 0; i < SampleLength / 8; i++)
            GolombRice.Write(writer, random.Next() >> (i & 63), k: i % 24);
        return writer.ToArray();
    }
}

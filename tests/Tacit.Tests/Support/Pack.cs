using Tacit.Compression;
using Tacit.Compression.Codecs;

namespace Tacit.Tests.Support;

/// <summary>Archives for tests, and the plain ways to read them.</summary>
internal static class Pack
{
    /// <summary>Every codec of this build that works without a model.</summary>
    public static IEnumerable<TacitCodec> Codecs => CodecRegistry.All.Select(codec => (TacitCodec)codec.Id).Where(codec => codec is not (TacitCodec.LanguageModel or TacitCodec.BitsBack or TacitCodec.Records));

    /// <summary>The same, as data of a theory.</summary>
    public static TheoryData<TacitCodec> CodecData => [.. Codecs];

    /// <summary>How many of very many like cases to skip: the learned codecs take milliseconds for the smallest block.</summary>
    public static int Stride(TacitCodec codec) => codec <= TacitCodec.Brotli ? 1 : 7;

    public static TacitCompressionOptions Options(TacitCodec codec, int blockSize = 0, bool sha = false, int level = 1,
        params (string Key, string Value)[] metadata) => new()
        {
            Codec = codec,
            Level = level,
            BlockSize = blockSize,
            IncludeSha256 = sha,
            Metadata = metadata.Length == 0 ? null : metadata.ToDictionary(m => m.Key, m => m.Value),
        };

    public static byte[] Compress(byte[] data, TacitCompressionOptions options)
    {
        byte[] packed = new byte[TacitEncoder.GetMaxCompressedLength(data.Length, options)];
        Assert.True(TacitEncoder.TryCompress(data, packed, out int length, options));
        return packed[..length];
    }

    /// <summary>Through the stream.</summary>
    public static byte[] CompressStream(byte[] data, TacitCompressionOptions options)
    {
        var target = new MemoryStream();
        using (var stream = new TacitStream(target, options, leaveOpen: true))
            stream.Write(data);
        return target.ToArray();
    }

    /// <summary>Through the stream, with a flush after each part.</summary>
    public static byte[] CompressParts(IEnumerable<byte[]> parts, TacitCompressionOptions options)
    {
        var target = new MemoryStream();
        using (var stream = new TacitStream(target, options, leaveOpen: true))
        {
            foreach (byte[] part in parts)
            {
                stream.Write(part);
                stream.Flush();
            }
        }
        return target.ToArray();
    }

    public static byte[] Decompress(byte[] packed, TacitDecompressionOptions? options = null)
    {
        var output = new MemoryStream();
        using var stream = new TacitStream(new MemoryStream(packed), options ?? new());
        stream.CopyTo(output);
        return output.ToArray();
    }

    /// <summary>With the static function, into a buffer of this length.</summary>
    public static byte[] DecompressSpan(byte[] packed, int length)
    {
        byte[] data = new byte[length];
        Assert.True(TacitDecoder.TryDecompress(packed, data, out int written));
        return data[..written];
    }

    /// <summary>Compares long data without printing it.</summary>
    public static void AssertSame(byte[] expected, byte[] actual, string what = "data")
    {
        int common = expected.AsSpan().CommonPrefixLength(actual);
        Assert.True(common == expected.Length && common == actual.Length,
            $"{what}: {actual.Length} bytes for {expected.Length}, the first difference at {common}");
    }
}

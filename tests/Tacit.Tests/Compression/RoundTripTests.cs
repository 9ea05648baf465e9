using Tacit.Compression;

namespace Tacit.Tests.Compression;

public class RoundTripTests
{
    [Fact]
    public async Task Dump()
    {
        byte[] d = "abc"u8.ToArray();
        byte[] o = new byte[200];
        Assert.True(TacitEncoder.TryCompress(d, o, out int n, new() { Codec = TacitCodec.Store, Level = 1 }));
        Console.WriteLine(Convert.ToHexStringLower(o.AsSpan(0, n)) + " " + n);
        byte[] back = new byte[3];
        Assert.True(TacitDecoder.TryDecompress(o.AsSpan(0, n), back, out int m));
        Assert.Equal(d, back);
        foreach (TacitCodec c in new[] { TacitCodec.Store, TacitCodec.Deflate, TacitCodec.Brotli })
        {
            byte[] data = new byte[1_000_003];
            for (int i = 0; i < data.Length; i++)
                data[i] = (byte)((i * 31) ^ (i >> 9));
            var ms = new MemoryStream();
            using (var s = new TacitStream(ms, new TacitCompressionOptions { Codec = c, BlockSize = 100_000, Threads = 2, IncludeSha256 = true, Metadata = new Dictionary<string, string> { ["name"] = "ü", ["a"] = "" } }, leaveOpen: true))
                s.Write(data);
            Console.WriteLine($"{c} {ms.Length}");
            ms.Position = 0;
            var r = new MemoryStream();
            using (var s = new TacitStream(ms, new TacitDecompressionOptions { Threads = 3 }, leaveOpen: true))
                s.CopyTo(r);
            Assert.True(r.ToArray().AsSpan().SequenceEqual(data));
            TacitArchive a = TacitArchive.Open(ms);
            Assert.Equal(data.Length, a.Length);
            var part = new MemoryStream();
            await a.CopyRangeAsync(99_999, 300_001, part);
            Assert.True(part.ToArray().AsSpan().SequenceEqual(data.AsSpan(99_999..300_001)));
        }
    }
}

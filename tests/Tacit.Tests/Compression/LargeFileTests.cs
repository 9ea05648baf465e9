using System.Buffers.Binary;
using System.IO.Pipelines;
using Tacit.Compression;
using Tacit.Tests.Format;
using Tacit.Tests.Support;

namespace Tacit.Tests.Compression;

/// <summary>Positions and lengths beyond 4 GiB: fast with a file that is nearly all hole, and for real under Category=Slow.</summary>
public class LargeFileTests
{
    private const long Hole = 5L << 30;

    /// <summary>A frame of 21 blocks of 256 MiB zeros, all but the first and the last one in the hole, then another frame.</summary>
    [Fact]
    public async Task AFrameOfMoreThan4GiBIsOpenedAndReadInItsLastBlocks()
    {
        const int BlockLength = 1 << 28;
        byte[] last = Samples.Text(1000), after = Samples.Text(500, 2);
        (byte[] head, long zeros, byte[] tail) = FrameWithAHole(BlockLength, 20, last);
        var file = new SparseStream(head, zeros, [.. tail, .. Pack.Compress(after, Pack.Options(TacitCodec.Deflate, 100))]);
        Assert.True(file.Length > 5L << 30);

        TacitArchive archive = TacitArchive.Open(file, new() { MemoryLimit = 64 << 20 });
        Assert.Equal(2, archive.Frames.Count);
        Assert.Equal((20L * BlockLength) + 1500, archive.Length);
        Assert.Equal((20L * BlockLength) + 1000, archive.Frames[0].Length);
        Assert.Equal(head.Length + zeros + tail.Length, archive.Frames[1].Offset);
        TacitBlock block = archive.Frames[0].Blocks[^1];
        Assert.Equal(20L * BlockLength, block.RawOffset);
        Assert.True(block.Offset > 5L << 30);
        Assert.Equal("stored", archive.DescribeBlock(archive.Frames[0], block));

        var output = new MemoryStream();
        await archive.CopyRangeAsync((20L * BlockLength) + 10, (20L * BlockLength) + 1490, output);
        Pack.AssertSame([.. last[10..], .. after[..490]], output.ToArray());
        Assert.InRange(file.Moved, 1, 1 << 20);
        // Its header is a hole.
        await Assert.ThrowsAnyAsync<Exception>(() => archive.CopyRangeAsync(10L * BlockLength, (10L * BlockLength) + 1, Stream.Null));
    }

    [Fact]
    public void AnArchiveAfterAHoleIsLeftExactlyAtItsEnd()
    {
        byte[] data = Samples.Text(1000);
        byte[] packed = Pack.Compress(data, Pack.Options(TacitCodec.Deflate, 100));
        var file = new SparseStream([], Hole, [.. packed, .. new byte[100_000]]) { Position = Hole };
        using (var stream = new TacitStream(file, new TacitDecompressionOptions(), leaveOpen: true))
        {
            var output = new MemoryStream();
            stream.CopyTo(output);
            Pack.AssertSame(data, output.ToArray());
        }
        Assert.Equal(Hole + packed.Length, file.Position);
    }

    [Trait("Category", "Slow")]
    [Theory, InlineData(TacitCodec.Store), InlineData(TacitCodec.Deflate)]
    public async Task MoreThan4GiBGoThroughTheStream(TacitCodec codec)
    {
        const long Length = (4L << 30) + (70 << 20) + 12345;
        byte[] part = [.. Samples.Text(1 << 19), .. new byte[7 << 19]];
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 8 << 20, resumeWriterThreshold: 4 << 20));
        Task writing = Task.Run(async () =>
        {
            await using var stream = new TacitStream(pipe.Writer.AsStream(), new TacitCompressionOptions { Codec = codec, Level = 1, IncludeSha256 = true, Threads = 2 });
            for (long written = 0; written < Length; written += part.Length)
                await stream.WriteAsync(part.AsMemory(0, (int)Math.Min(part.Length, Length - written)));
        });
        using var reader = new TacitStream(pipe.Reader.AsStream(), new TacitDecompressionOptions { Threads = 2 });
        byte[] buffer = new byte[part.Length];
        long read = 0;
        while (read < Length)
        {
            int expected = (int)Math.Min(part.Length, Length - read);
            await reader.ReadExactlyAsync(buffer.AsMemory(0, expected));
            Assert.True(buffer.AsSpan(0, expected).SequenceEqual(part.AsSpan(0, expected)), $"after {read} bytes");
            read += expected;
        }
        Assert.Equal(-1, reader.ReadByte());
        await writing;
    }

    [Trait("Category", "Slow")]
    [Fact]
    public async Task AStoredFileOfMoreThan4GiBGivesItsRanges()
    {
        string path = Path.Combine(Path.GetTempPath(), $"tacit-large-{Guid.NewGuid():n}.tacit");
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16,
            FileOptions.DeleteOnClose | FileOptions.Asynchronous);
        byte[] part = Samples.Noise(1 << 20);
        const int Parts = 4200;
        await using (var stream = new TacitStream(file, new TacitCompressionOptions { Codec = TacitCodec.Store, Level = 1 }, leaveOpen: true))
        {
            for (int i = 0; i < Parts; i++)
            {
                BinaryPrimitives.WriteInt32LittleEndian(part, i);
                await stream.WriteAsync(part);
            }
        }
        Assert.True(file.Length > 1L << 32);
        TacitArchive archive = TacitArchive.Open(file);
        foreach (int i in new[] { 0, 2047, 2048, 4095, 4096, 4097, Parts - 1 })
        {
            BinaryPrimitives.WriteInt32LittleEndian(part, i);
            var output = new MemoryStream();
            await archive.CopyRangeAsync((long)i * part.Length, (i + 1L) * part.Length, output);
            Pack.AssertSame(part, output.ToArray(), $"part {i}");
        }
    }

    // The header, the hole with all full blocks, and the last block with index and footer; the full blocks' headers are left out.
    private static (byte[] Head, long Zeros, byte[] Tail) FrameWithAHole(int blockLength, int fullBlocks, byte[] last)
    {
        const uint Tag = 0x12345678;
        byte[] body = ForgedFrame.Join([ForgedFrame.VarInt((ulong)fullBlocks + 1), .. Enumerable.Repeat<byte[]>([0, 0], fullBlocks),
            ForgedFrame.VarInt((ulong)(blockLength - last.Length)), [0]]);
        long zeros = fullBlocks * (27L + blockLength);
        var frame = new ForgedFrame(last) { BlockLength = (uint)blockLength, Tag = Tag, IndexBody = body, RawLength = (ulong)(fullBlocks * (long)blockLength) + (ulong)last.Length };
        frame.Blocks[0].Number = (ushort)fullBlocks;
        frame.FrameLength = (ulong)(frame.Build().Length + zeros);
        byte[] built = frame.Build();
        return (built[..20], zeros, built[20..]);
    }
}

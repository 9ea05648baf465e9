using System.IO.Compression;

namespace Tacit.Compression.Codecs;

/// <summary>Codec <c>deflate</c>: one raw Deflate stream (RFC 1951) a block, by .NET's zlib.</summary>
internal sealed unsafe class DeflateCodec(int level) : BlockCodec
{
    public override int Encode(ReadOnlySpan<byte> raw, Span<byte> coded, out byte kind, WorkMonitor monitor)
    {
        kind = 0;
        fixed (byte* start = coded)
        {
            using var target = new UnmanagedMemoryStream(start, 0, coded.Length, FileAccess.ReadWrite);
            try
            {
                using var deflate = new DeflateStream(target, new ZLibCompressionOptions { CompressionLevel = level }, leaveOpen: true);
                while (!raw.IsEmpty)
                {
                    ReadOnlySpan<byte> chunk = raw[..Math.Min(raw.Length, WorkMonitor.Interval)];
                    deflate.Write(chunk);
                    raw = raw[chunk.Length..];
                    monitor.Advance(chunk.Length);
                }
            }
            catch (NotSupportedException)   // the target is full
            {
                return -1;
            }
            return (int)target.Position;
        }
    }

    public override void Decode(ReadOnlySpan<byte> coded, byte kind, Span<byte> raw, WorkMonitor monitor)
    {
        if (kind != 0)
            throw new InvalidDataException($"its kind is {kind}, which codec 'deflate' does not know");
        fixed (byte* start = coded)
        {
            using var source = new UnmanagedMemoryStream(start, coded.Length);
            using var inflate = new DeflateStream(source, CompressionMode.Decompress);
            while (!raw.IsEmpty)
            {
                int read = inflate.Read(raw[..Math.Min(raw.Length, WorkMonitor.Interval)]);
                if (read == 0)
                    throw new InvalidDataException("its Deflate stream ends early");
                raw = raw[read..];
                monitor.Advance(read);
            }
            if (inflate.ReadByte() >= 0)
                throw new InvalidDataException("its Deflate stream holds more than the block");
        }
    }

    /// <summary>What the container knows of it.</summary>
    internal sealed class Description : CodecDescription
    {
        public override byte Id => 1;

        public override string Name => "deflate";

        public override byte[] ParametersFor(int level) => [(byte)level];

        public override void CheckParameters(ReadOnlySpan<byte> parameters) => LevelParameter.Check(Name, parameters);

        // zlib's zconf.h: 2^(windowBits + 2) + 2^(memLevel + 9), with 15 and 8, and room for its state.
        public override long WorkingMemory(ReadOnlySpan<byte> parameters, int blockLength) => 512 << 10;

        public override BlockCodec Create(ReadOnlySpan<byte> parameters, int blockLength) => new DeflateCodec(parameters[0]);
    }
}

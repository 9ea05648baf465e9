using System.Buffers;
using System.IO.Compression;
using System.Numerics;

namespace Tacit.Compression.Codecs;

/// <summary>Codec <c>brotli</c>: one Brotli stream (RFC 7932) a block, by .NET's encoder.</summary>
internal sealed class BrotliCodec(int level) : BlockCodec
{
    private const int MaxWindowLog2 = 24;

    public override int Encode(ReadOnlySpan<byte> raw, Span<byte> coded, out byte kind, WorkMonitor monitor)
    {
        kind = 0;
        using var encoder = new BrotliEncoder(Quality(level), WindowLog2(raw.Length));
        int length = 0;
        while (true)
        {
            ReadOnlySpan<byte> chunk = raw[..Math.Min(raw.Length, WorkMonitor.Interval)];
            OperationStatus status = encoder.Compress(chunk, coded[length..], out int consumed, out int written,
                isFinalBlock: chunk.Length == raw.Length);
            length += written;
            raw = raw[consumed..];
            monitor.Advance(consumed);
            if (status == OperationStatus.DestinationTooSmall)
                return -1;
            if (raw.IsEmpty && status == OperationStatus.Done)
                return length;
        }
    }

    public override void Decode(ReadOnlySpan<byte> coded, byte kind, Span<byte> raw, WorkMonitor monitor)
    {
        if (kind != 0)
            throw new InvalidDataException($"its kind is {kind}, which codec 'brotli' does not know");
        using var decoder = default(BrotliDecoder);
        while (true)
        {
            OperationStatus status = decoder.Decompress(coded, raw[..Math.Min(raw.Length, WorkMonitor.Interval)],
                out int consumed, out int written);
            coded = coded[consumed..];
            raw = raw[written..];
            monitor.Advance(written);
            if (status == OperationStatus.Done && raw.IsEmpty && coded.IsEmpty)
                return;
            if (status != OperationStatus.DestinationTooSmall || raw.IsEmpty)
                throw new InvalidDataException("its Brotli stream is damaged");
        }
    }

    // Levels 1 to 9 spread over Brotli's qualities 1 to 11; the last two are those people mean by "best".
    private static int Quality(int level) => level switch { >= 9 => 11, 8 => 10, 7 => 9, _ => level };

    private static int WindowLog2(int length) => Math.Clamp(BitOperations.Log2((uint)length) + 1, 10, MaxWindowLog2);

    /// <summary>What the container knows of it.</summary>
    internal sealed class Description : CodecDescription
    {
        public override byte Id => 2;

        public override string Name => "brotli";

        public override byte[] ParametersFor(int level) => [(byte)level];

        public override void CheckParameters(ReadOnlySpan<byte> parameters) => LevelParameter.Check(Name, parameters);

        // Measured on the encoder: quality 10 and 11 keep a binary tree of 8 bytes per window byte; a decoder needs
        // the window, the lower qualities the window twice and a hash table.
        public override long WorkingMemory(ReadOnlySpan<byte> parameters, int blockLength) =>
            (16L << 20) + (parameters[0] >= 8 ? 13L : 4L) * (1 << WindowLog2(blockLength));

        public override BlockCodec Create(ReadOnlySpan<byte> parameters, int blockLength) => new BrotliCodec(parameters[0]);
    }
}

using System.Numerics;
using Tacit.Compression.Codecs;
using Tacit.Compression.Container;
using Tacit.Numerics.Threads;

namespace Tacit.Compression.Blocks;

/// <summary>Codes and decodes blocks one at a time, with their checks; keeps its codec's tables in between.</summary>
internal sealed class BlockWorker(CodecDescription description, byte[] parameters, SpareThreads? spare = null) : IDisposable
{
    private BlockCodec? _codec;
    private int _codecCapacity;

    // Half of what the runtime may take: of the machine, or of its container.
    private static readonly Lazy<long> DefaultLimit = new(() => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2);

    /// <summary>False if no block can come out shorter than it went in.</summary>
    public bool MayShorten => description.Id != (byte)TacitCodec.Store;

    /// <summary>Memory it needs for blocks of this length.</summary>
    public long Memory(int blockLength) => Memory(description, parameters, blockLength);

    /// <summary>Memory one worker needs for blocks of this length: two buffers, what is left of them while they grow, and the codec's tables.</summary>
    public static long Memory(CodecDescription description, ReadOnlySpan<byte> parameters, int blockLength) =>
        2L * blockLength + blockLength / 3 + description.WorkingMemory(parameters, blockLength);

    /// <summary>How many workers fit the limit, at least 1 and at most <paramref name="threads"/>.</summary>
    /// <exception cref="InsufficientMemoryException">Not even one fits.</exception>
    public static int CountFor(long memory, long memoryLimit, int threads)
    {
        Check(memory, memoryLimit);
        return (int)Math.Clamp(memoryLimit / Math.Max(memory, 1), 1, threads);
    }

    /// <summary>Refuses what does not fit.</summary>
    /// <exception cref="InsufficientMemoryException">It exceeds the limit.</exception>
    public static void Check(long memory, long memoryLimit)
    {
        if (memory > memoryLimit)
        {
            throw new InsufficientMemoryException($"This needs {memory >> 20} MiB of memory; the limit is " +
                $"{memoryLimit >> 20} MiB. Raise it with --memlimit (MemoryLimit in the library).");
        }
    }

    /// <summary>The limit to keep: as set, or half of the machine's memory.</summary>
    public static long EffectiveLimit(long memoryLimit) => memoryLimit > 0 ? memoryLimit : DefaultLimit.Value;

    /// <summary>What a limit leaves for workers beside models, which they share.</summary>
    /// <exception cref="InsufficientMemoryException">The models alone exceed it.</exception>
    public static long LimitBeside(long memoryLimit, long models)
    {
        long limit = EffectiveLimit(memoryLimit);
        Check(models, limit);
        return limit - models;
    }

    /// <summary>Codes a block.</summary>
    /// <param name="raw">The block, at least one byte; replaced if the codec is lossy.</param>
    /// <param name="coded">Room for as many bytes as <paramref name="raw"/> has.</param>
    /// <param name="number">The block's number in its frame.</param>
    /// <param name="place">What is known of it.</param>
    /// <param name="monitor">Told of progress.</param>
    /// <returns>The block's header. If it says stored, the coded bytes are <paramref name="raw"/> itself.</returns>
    public BlockHeader Encode(Span<byte> raw, Span<byte> coded, long number, BlockPlace place, WorkMonitor monitor)
    {
        if (description.IsLossy)
            Codec(raw.Length).Simplify(raw, place);
        uint rawCrc = Crc32C.Of(raw);
        byte kind = 0;
        // A coded block must be shorter than its raw bytes, so a single byte is always stored.
        int length = -1;
        spare?.Take();
        try
        {
            if (raw.Length > 1 && MayShorten)
                length = Codec(raw.Length).Encode(raw, coded[..(raw.Length - 1)], place, out kind, monitor);
        }
        finally
        {
            spare?.Release();
        }
        monitor.CompleteBlock(raw.Length);
        bool stored = length < 0;
        return new BlockHeader
        {
            Number = (ushort)number,
            Stored = stored,
            Kind = stored ? (byte)0 : kind,
            RawLength = raw.Length,
            CodedLength = stored ? raw.Length : length,
            RawCrc = rawCrc,
            CodedCrc = stored ? rawCrc : Crc32C.Of(coded[..length]),
        };
    }

    /// <summary>Decodes a block whose coded bytes are all there.</summary>
    /// <exception cref="InvalidDataException">The bytes are not what was written.</exception>
    public void Decode(in BlockHeader header, ReadOnlySpan<byte> coded, Span<byte> raw, WorkMonitor monitor)
    {
        Check("coded", Crc32C.Of(coded), header.CodedCrc);
        spare?.Take();
        try
        {
            if (header.Stored)
                coded.CopyTo(raw);
            else
                Codec(header.RawLength).Decode(coded, header.Kind, raw, monitor);
        }
        finally
        {
            spare?.Release();
        }
        Check("raw", Crc32C.Of(raw), header.RawCrc);
        monitor.CompleteBlock(raw.Length);
    }

    /// <summary>Frees the codec's tables.</summary>
    public void Dispose()
    {
        _codec?.Dispose();
        _codec = null;
        _codecCapacity = 0;
    }

    private BlockCodec Codec(int rawLength)
    {
        if (_codec is null || rawLength > _codecCapacity)
        {
            Dispose();
            _codecCapacity = (int)Math.Min(BitOperations.RoundUpToPowerOf2((uint)rawLength), FormatConstants.MaxBlockLength);
            _codec = description.Create(parameters, _codecCapacity);
            _codec.Spare = spare;
        }
        return _codec;
    }

    private static void Check(string what, uint actual, uint expected)
    {
        if (actual != expected)
            throw new InvalidDataException($"the CRC-32C of its {what} bytes is {actual:x8}, the file says {expected:x8}");
    }
}

using Tacit.Compression.Codecs;
using Tacit.Compression.Container;

namespace Tacit.Compression.Blocks;

/// <summary>One block on its way through a worker: its two buffers and the task that works on it.</summary>
internal sealed class BlockSlot(BlockWorker worker, WorkMonitor monitor) : IDisposable
{
    private const int FirstCapacity = 1 << 16;

    // A buffer that grows leaves its smaller selves for the collector; by eighths they hold a seventh of it at most.
    private const int GrowthFactor = 8;

    private byte[] _raw = [];
    private byte[] _coded = [];

    /// <summary>The block's header: input of decoding, result of encoding.</summary>
    public BlockHeader Header { get; set; }

    /// <summary>Raw bytes gathered so far, or decoded.</summary>
    public int RawLength { get; private set; }

    /// <summary>Coded bytes gathered so far.</summary>
    public int CodedLength { get; private set; }

    /// <summary>The work on the block, once started.</summary>
    public Task Work { get; private set; } = Task.CompletedTask;

    /// <summary>The raw bytes.</summary>
    public ReadOnlyMemory<byte> Raw => _raw.AsMemory(0, RawLength);

    /// <summary>The bytes that follow the header in the file, once encoded.</summary>
    public ReadOnlyMemory<byte> Payload => Header.Stored ? Raw : _coded.AsMemory(0, Header.CodedLength);

    /// <summary>Takes raw bytes, up to <paramref name="blockLength"/> in all; returns how many.</summary>
    /// <param name="source">The bytes.</param>
    /// <param name="blockLength">Raw bytes of a full block.</param>
    /// <param name="expected">How many are to be expected in all, if the caller knows; else 0.</param>
    public int AddRaw(ReadOnlySpan<byte> source, int blockLength, int expected)
    {
        int taken = Math.Min(source.Length, blockLength - RawLength);
        if (_raw.Length < expected)
            Grow(ref _raw, RawLength, expected, expected);
        Grow(ref _raw, RawLength, RawLength + taken, blockLength);
        source[..taken].CopyTo(_raw.AsSpan(RawLength));
        RawLength += taken;
        return taken;
    }

    /// <summary>Takes coded bytes, up to what the header says; returns how many.</summary>
    /// <remarks>The buffer grows with what has arrived, not with what the header claims.</remarks>
    public int AddCoded(ReadOnlySpan<byte> source)
    {
        int taken = Math.Min(source.Length, Header.CodedLength - CodedLength);
        Grow(ref _coded, CodedLength, CodedLength + taken, Header.CodedLength);
        source[..taken].CopyTo(_coded.AsSpan(CodedLength));
        CodedLength += taken;
        return taken;
    }

    /// <summary>Starts encoding on the thread pool, or does it here and now.</summary>
    public void StartEncoding(long number, BlockPlace place, bool inline) => Start(() => Encode(number, place), inline);

    /// <summary>Starts decoding on the thread pool, or does it here and now.</summary>
    public void StartDecoding(bool inline = false) => Start(Decode, inline);

    /// <summary>Empties the slot for the next block; buffers are kept.</summary>
    public void Clear() => RawLength = CodedLength = 0;

    /// <summary>Frees the worker. The work must have ended.</summary>
    public void Dispose() => worker.Dispose();

    // Either way a failure shows when the work is waited for.
    private void Start(Action work, bool inline)
    {
        if (!inline)
        {
            Work = Task.Run(work);
            return;
        }
        var done = new Task(work);
        done.RunSynchronously();
        Work = done;
    }

    private void Encode(long number, BlockPlace place)
    {
        if (_coded.Length < RawLength && worker.MayShorten)
            _coded = GC.AllocateUninitializedArray<byte>(RawLength);
        Header = worker.Encode(_raw.AsSpan(0, RawLength), _coded, number, place, monitor);
    }

    private void Decode()
    {
        if (_raw.Length < Header.RawLength)
            _raw = GC.AllocateUninitializedArray<byte>(Header.RawLength);
        worker.Decode(Header, _coded.AsSpan(0, CodedLength), _raw.AsSpan(0, Header.RawLength), monitor);
        RawLength = Header.RawLength;
    }

    private static void Grow(ref byte[] buffer, int used, int needed, int limit)
    {
        if (needed <= buffer.Length)
            return;
        int capacity = (int)Math.Clamp(Math.Max((long)GrowthFactor * buffer.Length, FirstCapacity), needed, Math.Max(needed, limit));
        byte[] larger = GC.AllocateUninitializedArray<byte>(capacity);
        buffer.AsSpan(0, used).CopyTo(larger);
        buffer = larger;
    }
}

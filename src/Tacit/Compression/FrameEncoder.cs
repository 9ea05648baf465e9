using System.Security.Cryptography;
using Tacit.Compression.Blocks;
using Tacit.Compression.Codecs;
using Tacit.Compression.Codecs.Records;
using Tacit.Compression.Container;
using Tacit.Media.Audio;

namespace Tacit.Compression;

/// <summary>Writes one frame: takes raw bytes, codes full blocks on the thread pool, hands out the frame's bytes in order.</summary>
/// <remarks>
/// Knows nothing of streams. While <see cref="Output"/> is not empty, take it; while <see cref="MustCollect"/>, wait
/// for <see cref="Oldest"/> and call <see cref="Collect"/>; otherwise <see cref="Write"/> takes bytes. Blocks come out
/// in the order they went in and the bytes do not depend on the number of threads. Not thread-safe.
/// </remarks>
internal sealed class FrameEncoder : IDisposable
{
    // A frame of one block up to this length is written as single: beside more bytes index and footer count for nothing.
    private const int SingleLength = 1 << 20;

    private readonly CodecDescription _codec;      // what the options say now: they may be changed for another frame
    private readonly byte[] _parameters;
    private readonly byte[] _metadata = [];
    private readonly IReadOnlyList<TacitModel> _models;
    private readonly bool _embeds;
    private readonly int _blockLength;
    private readonly long _memoryLimit;
    private readonly int _expected;                // raw bytes of the first block, if that is known
    private readonly bool _inline;
    private readonly CancellationTokenSource _stop = new();
    private readonly BlockCutter? _cutter;
    private readonly BlockRing _ring;
    private readonly BlockIndex _index = new();
    private readonly IncrementalHash? _sha256;
    private readonly Queue<ReadOnlyMemory<byte>> _output = new();

    private FrameHeader? _header;
    private int _checkedLength; // a block of this length fits the memory limit
    private bool _leaving;      // the oldest slot's payload is in _output
    private int _taken;         // bytes taken of the first chunk in _output
    private AudioLayout? _audio;    // where the samples lie
    private long _items = -1;       // where items of a data set begin
    private int _fullLength;        // of the block at hand
    private long _started, _startedBytes;
    private long _written;
    private uint _chain;
    private int _singleLength;      // of the only block, if it is short enough; else 0
    private bool _isOnly;           // there is one block, or none
    private byte? _onlyKind;        // its kind, as the frame has it
    private Task<byte[][]>? _files; // of the models to embed
    private bool _ended;

    /// <param name="options">What to write.</param>
    /// <param name="progress">Told of raw bytes coded, from any thread, or null.</param>
    /// <param name="sourceLength">Raw bytes to come, if known better than the options say.</param>
    /// <param name="inline">True to code on the calling thread where there is one slot only.</param>
    /// <exception cref="ArgumentException">The metadata exceeds its limits, or the codec and the models do not fit together.</exception>
    /// <exception cref="InsufficientMemoryException">The models, or one block of a source of known length, exceed the memory limit.</exception>
    public FrameEncoder(TacitCompressionOptions options, IProgress<long>? progress = null, long? sourceLength = null, bool inline = false)
    {
        _codec = options.Description;
        _blockLength = _fullLength = options.EffectiveBlockSize;
        _parameters = _codec.ParametersFor(options.Level);
        _cutter = _codec.CutterFor(_parameters);
        _models = [.. options.Models];
        _embeds = options.EmbedModels && _models.Count > 0;
        _memoryLimit = BlockWorker.LimitBeside(options.MemoryLimit, _models.Sum(model => model.Memory + (_embeds ? model.FileLength : 0)));
        _inline = inline;
        long? known = sourceLength ?? options.SourceLength;
        int largest = (int)Math.Clamp(known ?? long.MaxValue, 1, _blockLength);
        long memory = BlockWorker.Memory(_codec, _parameters, largest);
        int slots = 1;
        // Input of unknown length may be short, so it only fails once it has grown too long.
        if (known is not null || memory <= _memoryLimit)
        {
            long blocks = known is > 0 and long length ? (length - 1) / _blockLength + 1 : known is null ? int.MaxValue : 1;
            slots = BlockWorker.CountFor(memory, _memoryLimit, (int)Math.Min(options.Threads, blocks));
            _checkedLength = largest;
        }
        _expected = known is null ? 0 : largest;
        _ring = new BlockRing(_codec, _parameters, slots, options.Threads, progress is null ? null : new WorkProgress(progress), _stop.Token);
        _sha256 = options.IncludeSha256 ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
        if (options.Metadata is { Count: > 0 } metadata)
            _metadata = FrameMetadata.Write(metadata);
        if (options.Pcm is { } pcm)
            _audio = new AudioLayout(pcm, 0, long.MaxValue);
    }

    /// <summary>The next bytes of the frame; empty if none are ready. Valid until <see cref="Advance"/>.</summary>
    public ReadOnlyMemory<byte> Output => _output.TryPeek(out ReadOnlyMemory<byte> chunk) ? chunk[_taken..] : default;

    /// <summary>True if a block must be collected before anything can be written.</summary>
    public bool MustCollect => _ring.IsFull || (_ended && _ring.InFlight > 0);

    /// <summary>True if blocks are being coded.</summary>
    public bool HasWork => _ring.InFlight > 0;

    /// <summary>The work on the oldest block. Only while <see cref="HasWork"/>.</summary>
    public Task Oldest => _files is { IsCompleted: false } ? Task.WhenAll(_ring.Oldest.Work, _files) : _ring.Oldest.Work;

    /// <summary>Takes raw bytes into the current block, starting it when it is full; returns how many were taken.</summary>
    /// <remarks>Takes none while <see cref="Output"/> is not empty or <see cref="MustCollect"/>.</remarks>
    /// <exception cref="InvalidOperationException">The frame has ended.</exception>
    public int Write(ReadOnlySpan<byte> source)
    {
        if (_ended && !source.IsEmpty)
            throw new InvalidOperationException("The frame has ended: nothing can be written after it.");
        int total = 0;
        while (!source.IsEmpty && !_leaving && !_ring.IsFull)
        {
            bool full = false;
            int length = _cutter?.Take(source, _fullLength - _ring.Current.RawLength, out full) ?? source.Length;
            Require((int)Math.Min((long)_ring.Current.RawLength + length, _fullLength));
            int taken = _ring.Current.AddRaw(source[..length], _fullLength, _expected);
            source = source[taken..];
            total += taken;
            if (full || (_cutter is null && _ring.Current.RawLength == _fullLength))
                StartBlock();
        }
        return total;
    }

    /// <summary>Starts coding the current block, however short, unless the codec says where blocks end. Only when nothing is left to take or collect.</summary>
    public void EndBlock()
    {
        if (_cutter is null)
            EndLastBlock();
    }

    private void EndLastBlock()
    {
        if (!_ring.IsFull && _ring.Current.RawLength > 0)
            StartBlock();
    }

    /// <summary>Ends the frame; its last bytes are ready when all blocks have been collected.</summary>
    public void EndFrame()
    {
        if (_ended)
            return;
        // Known before the block is started, so that what is written does not depend on when it is collected.
        _isOnly = _started == 0;
        if (_isOnly && _sha256 is null && !_embeds && _ring.Current.RawLength is > 0 and <= SingleLength and int length)
            _singleLength = length;
        EndLastBlock();
        _ended = true;
        if (_ring.InFlight == 0)
            EmitEnd();
    }

    /// <summary>Moves the oldest block, whose work must have ended, to <see cref="Output"/>, which must be empty.</summary>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public void Collect()
    {
        BlockSlot slot = _ring.Oldest;
        slot.Work.GetAwaiter().GetResult();
        if (_header is null)
            EmitStart(slot.Header.RawCrc, slot.Header);
        byte[] header = new byte[FormatConstants.BlockHeaderLength];
        (_onlyKind is { } kind ? slot.Header with { Kind = kind } : slot.Header).Write(header, _header!.Tag);
        _chain = BlockHeader.Chain(_chain, header);
        _index.Add(slot.Header.RawLength, slot.Header.CodedLength);
        _sha256?.AppendData(slot.Raw.Span);
        Emit(header);
        Emit(slot.Payload);
        _leaving = true;
    }

    /// <summary>Marks bytes of <see cref="Output"/> as taken.</summary>
    public void Advance(int length)
    {
        _taken += length;
        if (_taken < _output.Peek().Length)
            return;
        _output.Dequeue();
        _taken = 0;
        if (_output.Count > 0 || !_leaving)
            return;
        _leaving = false;
        _ring.RemoveOldest();
        if (_ended && _ring.InFlight == 0)
            EmitEnd();
    }

    /// <summary>Makes all work end soon; the frame cannot be completed then.</summary>
    public void Cancel() => _stop.Cancel();

    /// <summary>Stops all work and frees its memory.</summary>
    public void Dispose()
    {
        _ring.Dispose();
        _stop.Dispose();
        _sha256?.Dispose();
    }

    private void Require(int length)
    {
        if (length <= _checkedLength)
            return;
        BlockWorker.Check(BlockWorker.Memory(_codec, _parameters, length), _memoryLimit);
        _checkedLength = length;
    }

    private void StartBlock()
    {
        int length = _ring.Current.RawLength;
        if (_started == 0 && _codec.Id == (byte)TacitCodec.Audio)
            _audio ??= AudioLayout.Read(_ring.Current.Raw.Span);
        if (_embeds && _started == 0)
            _files = ReadFiles();
        if (_started == 0 && (_items = _codec.FindItems(_ring.Current.Raw.Span)) >= 0)
            _fullLength = _codec.LaterBlockLength(_blockLength);
        _ring.Current.StartEncoding(_started++, new BlockPlace(_startedBytes, _audio, _isOnly, _items), _inline && _ring.SlotCount == 1);
        _startedBytes += length;
        _ring.MarkStarted();
    }

    private Task<byte[][]> ReadFiles() => Task.Run(() => _models.Select(model => model.ReadFile()).ToArray());

    // A frame names nothing that its only block does not need.
    private void EmitStart(uint tag, BlockHeader? first)
    {
        FrameForm form = !_isOnly ? new(_codec.Id, _parameters, 0, _models)
            : first is { Stored: true } ? _codec.LeastStored(_parameters, _models)
            : _codec.Least(_parameters, first?.Kind, _models);
        if (_isOnly)
            _onlyKind = form.Kind;
        bool embeds = _embeds && form.Models.Count > 0;
        _header = new FrameHeader
        {
            Flags = (_metadata.Length > 0 ? FormatConstants.FlagMetadata : 0) | (_sha256 is null ? 0 : FormatConstants.FlagSha256)
                | (form.Models.Count > 0 ? FormatConstants.FlagModel : 0) | (embeds ? FormatConstants.FlagEmbeddedModel : 0)
                | (_singleLength > 0 ? FormatConstants.FlagSingle : 0),
            Codec = form.Codec,
            Parameters = form.Parameters,
            BlockLength = _singleLength > 0 ? _singleLength : _blockLength,
            Tag = tag,
            ModelHashes = [.. form.Models.Select(model => model.Hash)],
        };
        byte[] header = new byte[_header.Length];
        _header.Write(header);
        Emit(header);
        if (_metadata.Length > 0)
            Emit(_metadata);
        for (int i = 0; embeds && i < _models.Count; i++)
        {
            if (!form.Models.Contains(_models[i]))
                continue;
            byte[] file = (_files ??= ReadFiles()).GetAwaiter().GetResult()[i];     // read by now, if there was a block
            Emit(EmbeddedModel.Head(file.Length));
            Emit(file);
        }
    }

    private void EmitEnd()
    {
        if (_header is null)
            EmitStart(tag: 0, first: null);
        if (_singleLength > 0)
        {
            Emit(SingleFooter.Write(_written + FormatConstants.SingleFooterLength));
            return;
        }
        byte[] index = _index.Write(_blockLength);
        Emit(index);
        Emit(new FrameFooter
        {
            Header = _header!,
            RawLength = _index.RawBytes,
            FrameLength = _written + _header!.FooterLength,
            IndexLength = index.Length,
            Chain = _chain,
            Sha256 = _sha256?.GetHashAndReset(),
        }.Write());
    }

    private void Emit(ReadOnlyMemory<byte> chunk)
    {
        _output.Enqueue(chunk);
        _written += chunk.Length;
    }
}

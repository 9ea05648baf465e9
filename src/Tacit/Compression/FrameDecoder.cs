using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using Tacit.Coding;
using Tacit.Compression.Blocks;
using Tacit.Compression.Codecs;
using Tacit.Compression.Container;

namespace Tacit.Compression;

/// <summary>Reads concatenated frames: takes their bytes, decodes blocks on the thread pool, hands out raw bytes in order.</summary>
/// <remarks>
/// Knows nothing of streams. While <see cref="Output"/> is not empty, take it; while not <see cref="WantsInput"/> and
/// <see cref="HasWork"/>, wait for <see cref="Oldest"/> and call <see cref="Collect"/>; otherwise <see cref="Feed"/>
/// takes bytes. Nothing is allocated for a number the input only claims: buffers grow with what has arrived, and a
/// block's decoded length is checked against the memory limit first. Any exception leaves the decoder unusable.
/// Not thread-safe.
/// </remarks>
internal sealed class FrameDecoder : IDisposable
{
    /// <summary>What the next bytes are.</summary>
    private enum Part { Boundary, Header, MetadataLength, Metadata, ModelHead, Model, Marker, Block, Payload, IndexLength, IndexCount, Index, Footer }

    private readonly ModelShelf _shelf;
    private readonly int _threads;
    private readonly WorkProgress? _progress;
    private readonly bool _inline;
    private readonly CancellationTokenSource _stop = new();   // of all rings, so that a call to cancel never meets one that is gone

    private byte[] _staged = new byte[FormatConstants.HeaderFixedLength];   // a structure whose bytes are still coming
    private int _stagedLength;
    private int _needed = FormatConstants.HeaderFixedLength;
    private Part _part = Part.Boundary;

    private FrameHeader _header = null!;
    private CodecDescription _codec = null!;
    private readonly List<byte[]?> _embedded = [];    // files of the frame's models as they come, null for those that are here already
    private ModelBytes? _model;    // the one that is coming
    private Task<IReadOnlyList<TacitModel>>? _loading;  // all of them
    private long _blockLimit;      // what the limit leaves beside the models
    private BlockRing? _ring;
    private readonly Queue<(long Number, long Offset)> _places = new();   // of the blocks in flight, for messages
    private IncrementalHash? _sha256;
    private long _position;        // bytes fed
    private long _frameStart;
    private long _blockCount;
    private long _rawLength;
    private long _indexLength;
    private long _indexLeft;       // bytes of it still to come
    private uint _indexCrc;
    private uint _entriesCrc;      // of the index's entries as they came …
    private uint _expectedEntriesCrc;   // … and as they must be, told by the block headers
    private long _expectedEntriesLength;
    private uint _chain;
    private int _outputTaken;
    private bool _leaving;         // the oldest slot's raw bytes are Output

    /// <param name="options">How to decompress.</param>
    /// <param name="progress">Told of raw bytes decoded, from any thread, or null.</param>
    /// <param name="inline">True to decode on the calling thread where there is one slot only.</param>
    public FrameDecoder(TacitDecompressionOptions options, IProgress<long>? progress = null, bool inline = false)
    {
        _inline = inline;
        _shelf = new ModelShelf(options);
        _threads = options.Threads;
        _progress = progress is null ? null : new WorkProgress(progress);
    }

    /// <summary>Frames read to their end.</summary>
    public long FrameCount { get; private set; }

    /// <summary>The next raw bytes; empty if none are ready. Valid until <see cref="Advance"/>.</summary>
    public ReadOnlyMemory<byte> Output => _leaving ? _ring!.Oldest.Raw[_outputTaken..] : default;

    /// <summary>True if blocks are being decoded, or models loaded.</summary>
    public bool HasWork => _loading is not null || _ring is { InFlight: > 0 };

    /// <summary>The work on the oldest block, or on models. Only while <see cref="HasWork"/>.</summary>
    public Task Oldest => _loading ?? _ring!.Oldest.Work;

    /// <summary>True if <see cref="Feed"/> would take bytes, if there are any.</summary>
    /// <remarks>A frame's end is not read before its last block has been taken, so damage there cannot hold back data.</remarks>
    public bool WantsInput => !_leaving && !AtTrailingData && _loading is null && (_part is Part.Block or Part.Marker or Part.Payload
        ? _ring is not { IsFull: true }
        : !HasWork);

    /// <summary>True if the input so far is complete: whole frames, at least one, and all raw bytes taken.</summary>
    public bool AtBoundary => _part == Part.Boundary && FrameCount > 0 && (_stagedLength == 0 || AtTrailingData);

    /// <summary>True if the bytes after a complete frame do not begin another.</summary>
    public bool AtTrailingData { get; private set; }

    /// <summary>How many of the bytes fed belong to what follows the frames. Not 0 only at trailing data.</summary>
    public int Unused => AtTrailingData ? _stagedLength : 0;

    /// <summary>Takes bytes until a block is complete and no slot is free; returns how many.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a frame.</exception>
    /// <exception cref="InsufficientMemoryException">A block needs more than the memory limit.</exception>
    public int Feed(ReadOnlySpan<byte> source)
    {
        int total = 0;
        while (!source.IsEmpty && WantsInput)
        {
            int taken = _part switch
            {
                Part.Payload => FeedPayload(source),
                Part.Index => FeedIndex(source),
                Part.Model => FeedModel(source),
                Part.Boundary => FeedBoundary(source),
                _ => FeedStaged(source),
            };
            _position += taken;
            total += taken;
            source = source[taken..];
            if (_stagedLength == _needed && _needed > 0)
                Complete();
        }
        return total;
    }

    /// <summary>Moves on to the raw bytes of the oldest block, whose work must have ended, or to the blocks once models are loaded. <see cref="Output"/> must be empty.</summary>
    /// <exception cref="InvalidDataException">The block is damaged; or a model is, or is missing.</exception>
    /// <exception cref="InsufficientMemoryException">The models exceed the memory limit.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public void Collect()
    {
        if (_loading is { } loading)
        {
            _loading = null;
            ExpectBlocks(loading.GetAwaiter().GetResult());
            return;
        }
        (long number, long offset) = _places.Dequeue();
        try
        {
            Oldest.GetAwaiter().GetResult();
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"Block {number} at byte {offset} is damaged: {e.Message}. " +
                "'tacit decompress --salvage' recovers the other blocks.", e);
        }
        _leaving = true;
        _outputTaken = 0;
        if (_header.Has(FormatConstants.FlagSha256))
            _sha256!.AppendData(Output.Span);
    }

    /// <summary>Marks bytes of <see cref="Output"/> as taken.</summary>
    public void Advance(int length)
    {
        _outputTaken += length;
        if (Output.IsEmpty)
        {
            _leaving = false;
            _ring!.RemoveOldest();
        }
    }

    /// <summary>Says that no bytes follow.</summary>
    /// <exception cref="InvalidDataException">The input is cut short.</exception>
    public void EndOfInput()
    {
        // One to three bytes after a frame are the start of another, or not ours.
        if (_part == Part.Boundary && FrameCount > 0 && !FormatConstants.FrameMagicBytes.StartsWith(_staged.AsSpan(0, _stagedLength)))
            AtTrailingData = true;
        if (AtBoundary)
            return;
        throw new InvalidDataException(_position == 0
            ? "The input is empty, not a Tacit file."
            : $"The data is cut short: it ends after {_position} bytes, inside frame {FrameCount} (block {_blockCount}). " +
              "'tacit decompress --salvage' recovers what is there.");
    }

    /// <summary>Makes all work end soon; decoding cannot go on then.</summary>
    public void Cancel() => _stop.Cancel();

    /// <summary>Stops all work and frees its memory.</summary>
    public void Dispose()
    {
        if (_loading is not null)
        {
            _stop.Cancel();
            ((Task)_loading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
        }
        _ring?.Dispose();
        _shelf.Clear();
        _stop.Dispose();
        _sha256?.Dispose();
        _model?.Dispose();
    }

    // The magic is compared byte by byte, so that bytes which belong to somebody else are taken back exactly.
    private int FeedBoundary(ReadOnlySpan<byte> source)
    {
        if (_stagedLength == 0)
            _frameStart = _position;
        int taken = FeedStaged(source[..Math.Min(source.Length, 4 - _stagedLength)]);
        if (_stagedLength < 4)
            return taken;
        uint magic = BinaryPrimitives.ReadUInt32LittleEndian(_staged);
        if (magic == FormatConstants.FrameMagic)
        {
            _part = Part.Header;
            return taken;
        }
        if (FrameCount == 0)
            throw new InvalidDataException("Not a Tacit file: the first four bytes are not its magic number.");
        // Another frame's damaged start must not pass for the end of the data.
        if (BitOperations.PopCount(magic ^ FormatConstants.FrameMagic) <= 8)
            throw Damaged($"the magic number of frame {FrameCount} is {magic:x8}");
        AtTrailingData = true;
        return taken;
    }

    private int FeedStaged(ReadOnlySpan<byte> source)
    {
        int taken = Math.Min(source.Length, _needed - _stagedLength);
        source[..taken].CopyTo(_staged.AsSpan(_stagedLength));
        _stagedLength += taken;
        return taken;
    }

    private int FeedPayload(ReadOnlySpan<byte> source)
    {
        BlockSlot slot = _ring!.Current;
        int taken = slot.AddCoded(source);
        if (slot.CodedLength == slot.Header.CodedLength)
        {
            _places.Enqueue((_blockCount++, _position + taken - slot.CodedLength - FormatConstants.BlockHeaderLength));
            slot.StartDecoding(_inline && _ring.SlotCount == 1);
            _ring.MarkStarted();
            if (_header.IsSingle)
                Expect(Part.Footer, _header.FooterLength);
            else
                Expect(Part.Marker, 4);
        }
        return taken;
    }

    private int FeedIndex(ReadOnlySpan<byte> source)
    {
        int taken = (int)Math.Min(source.Length, _indexLeft);
        _indexCrc = Crc32C.Append(_indexCrc, source[..taken]);
        _entriesCrc = Crc32C.Append(_entriesCrc, source[..(int)Math.Clamp(_indexLeft - 4, 0, taken)]);
        _indexLeft -= taken;
        if (_indexLeft == 0)
        {
            if (_indexCrc != Crc32C.Residue)
                throw Damaged("the index");
            if (_entriesCrc != _expectedEntriesCrc)
                throw Damaged("the index is not that of the blocks");
            Expect(Part.Footer, _header.FooterLength);
        }
        return taken;
    }

    private int FeedModel(ReadOnlySpan<byte> source)
    {
        int taken = _model!.Take(source);
        if (_model.IsComplete)
            EndModel();
        return taken;
    }

    private void Expect(Part part, int length, int keep = 0)
    {
        _part = part;
        _needed = length;
        _stagedLength = keep;
        if (_staged.Length < length)
            Array.Resize(ref _staged, length);
    }

    private void Complete()
    {
        ReadOnlySpan<byte> bytes = _staged.AsSpan(0, _stagedLength);
        switch (_part)
        {
            case Part.Header when bytes.Length == FormatConstants.HeaderFixedLength:
                Expect(Part.Header, FrameHeader.LengthOf(bytes), keep: bytes.Length);
                break;
            case Part.Header:
                StartFrame(FrameHeader.Read(bytes));
                break;
            case Part.MetadataLength:
                Expect(Part.Metadata, FrameMetadata.LengthOf(bytes), keep: 4);
                break;
            case Part.Metadata:
                _ = FrameMetadata.Read(bytes);
                ExpectModels();
                break;
            case Part.ModelHead:
                StartModel(EmbeddedModel.LengthOf(bytes));
                break;
            case Part.Marker when BinaryPrimitives.ReadUInt32LittleEndian(bytes) == FormatConstants.BlockMarker:
                Expect(Part.Block, FormatConstants.BlockHeaderLength, keep: 4);
                break;
            case Part.Marker when BinaryPrimitives.ReadUInt32LittleEndian(bytes) == FormatConstants.IndexMarker && !_header.IsSingle:
                Expect(Part.IndexLength, 8, keep: 4);
                break;
            case Part.Marker:
                throw Damaged($"the marker after block {_blockCount - 1}");
            case Part.Block:
                StartBlock(bytes);
                break;
            case Part.IndexLength:
                int body = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
                int countLength = WriteCount(stackalloc byte[VarInt.MaxLength]);
                if (body != countLength + _expectedEntriesLength)
                    throw Damaged("the index's length");
                _indexLength = body + (long)FormatConstants.IndexOverhead;
                Expect(Part.IndexCount, bytes.Length + countLength, keep: bytes.Length);
                break;
            case Part.IndexCount:
                Span<byte> count = stackalloc byte[VarInt.MaxLength];
                if (!bytes[8..].SequenceEqual(count[..WriteCount(count)]))
                    throw Damaged("the index's number of blocks");
                _indexCrc = Crc32C.Of(bytes);
                _entriesCrc = 0;
                _indexLeft = _expectedEntriesLength + 4;
                Expect(Part.Index, 0);
                break;
            case Part.Footer when _header.IsSingle:
                if (SingleFooter.FrameLength(bytes) != _position - _frameStart)
                    throw Damaged("the footer");
                EndFrame();
                break;
            case Part.Footer:
                CheckFooter(bytes);
                EndFrame();
                break;
        }
    }

    private void StartFrame(FrameHeader header)
    {
        _header = header;
        _codec = CodecRegistry.For(header);
        _ring?.Dispose();
        _ring = null;
        _chain = _expectedEntriesCrc = 0;
        _rawLength = _blockCount = _expectedEntriesLength = 0;
        if (header.Has(FormatConstants.FlagSha256))
            _sha256 ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        _shelf.Begin(header);
        _embedded.Clear();
        if (header.Has(FormatConstants.FlagMetadata))
            Expect(Part.MetadataLength, 4);
        else
            ExpectModels();
    }

    // What follows the metadata: models in the frame, or those to be found elsewhere, and then blocks.
    private void ExpectModels()
    {
        if (_header.Has(FormatConstants.FlagEmbeddedModel) && _embedded.Count < _header.ModelHashes.Length)
            Expect(Part.ModelHead, FormatConstants.ModelHeadLength);
        else if (_header.ModelHashes.All(hash => _shelf.Find(hash) is not null))
            ExpectBlocks(_shelf.For(_header));
        else
            StartLoading();
    }

    private void StartModel(int length)
    {
        bool isKnown = _shelf.Find(_header.ModelHashes[_embedded.Count]) is not null;
        if (!isKnown)
            BlockWorker.Check(length + _embedded.Sum(file => file?.Length ?? 0L), _shelf.LimitBeside(_header));
        _model = new ModelBytes(length, isKnown);
        Expect(Part.Model, 0);
    }

    private void EndModel()
    {
        using ModelBytes model = _model!;
        _model = null;
        if (model.IsKnown && !model.Matches(_header.ModelHashes[_embedded.Count]))
            throw Damaged("the embedded model");
        _embedded.Add(model.IsKnown ? null : model.File);
        ExpectModels();
    }

    // Takes long: beside whoever feeds, who gets no blocks until it is done.
    private void StartLoading()
    {
        FrameHeader header = _header;
        byte[]?[] files = [.. _embedded];
        _embedded.Clear();
        var loading = new Task<IReadOnlyList<TacitModel>>(() => _shelf.For(header, files.Length == 0 ? null : Load, _stop.Token));
        if (_inline)
            loading.RunSynchronously();
        else
            loading.Start(TaskScheduler.Default);
        _loading = loading;

        TacitModel? Load(int number, long limit)
        {
            byte[] file = files[number]!;
            files[number] = null;
            return TacitModel.FromBytes(file, limit - files.Sum(later => later?.Length ?? 0L), header.ModelHashes[number], _stop.Token);
        }
    }

    private void ExpectBlocks(IReadOnlyList<TacitModel> models)
    {
        _codec = CodecRegistry.For(_header, models);
        _blockLimit = _shelf.LimitBeside(_header);
        Expect(Part.Marker, 4);
    }

    private void StartBlock(ReadOnlySpan<byte> bytes)
    {
        if (!BlockHeader.TryRead(bytes, _header, out BlockHeader header))
            throw Damaged($"the header of block {_blockCount}");
        if (header.Number != (ushort)_blockCount)
            throw Damaged($"block {_blockCount} is missing or out of place");
        if (_blockCount == 0 && header.RawCrc != _header.Tag)
            throw Damaged("the tag is not the first block's check sum");
        BlockWorker.Check(BlockWorker.Memory(_codec, _header.Parameters, header.RawLength), _blockLimit);
        if (_ring is null)
        {
            // More than one worker only if each could take the largest block the frame may hold.
            long memory = BlockWorker.Memory(_codec, _header.Parameters, _header.BlockLength);
            int slots = memory > _blockLimit ? 1 : BlockWorker.CountFor(memory, _blockLimit, _threads);
            _ring = new BlockRing(_codec, _header.Parameters, slots, _threads, _progress, _stop.Token);
        }
        _ring.Current.Header = header;
        _chain = BlockHeader.Chain(_chain, bytes);
        _rawLength += header.RawLength;
        Span<byte> entry = stackalloc byte[2 * VarInt.MaxLength];
        int length = VarInt.Write(entry, (ulong)(_header.BlockLength - header.RawLength));
        length += VarInt.Write(entry[length..], (ulong)(header.RawLength - header.CodedLength));
        _expectedEntriesCrc = Crc32C.Append(_expectedEntriesCrc, entry[..length]);
        _expectedEntriesLength += length;
        Expect(Part.Payload, 0);
    }

    private int WriteCount(Span<byte> destination) => VarInt.Write(destination, (ulong)_blockCount);

    private void CheckFooter(ReadOnlySpan<byte> bytes)
    {
        FrameFooter footer = FrameFooter.Read(bytes);
        Span<byte> header = stackalloc byte[_header.Length];
        _header.Write(header);
        if (!bytes[.._header.CopyLength].SequenceEqual(header[4..^4]))
            throw Damaged("the footer is another frame's");
        if (footer.RawLength != _rawLength || footer.IndexLength != _indexLength || footer.FrameLength != _position - _frameStart)
            throw Damaged("the footer's lengths are not those of the frame");
        if (footer.Chain != _chain)
            throw Damaged("blocks are missing or out of place");
        if (_blockCount == 0 && _header.Tag != 0)
            throw Damaged("there is a tag, but no block");
        if (footer.Sha256 is { } expected && !_sha256!.GetHashAndReset().AsSpan().SequenceEqual(expected))
            throw Damaged("the SHA-256 of the data is not the one in the footer");
    }

    private void EndFrame()
    {
        FrameCount++;
        Expect(Part.Boundary, FormatConstants.HeaderFixedLength);
    }

    private InvalidDataException Damaged(string what) => new($"The data is damaged before byte {_position}: {what}. " +
        "'tacit decompress --salvage' recovers what is intact.");
}

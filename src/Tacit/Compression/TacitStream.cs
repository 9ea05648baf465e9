using System.IO.Compression;

namespace Tacit.Compression;

/// <summary>Compresses what is written to it, or decompresses what is read from it, over another stream.</summary>
/// <remarks>
/// <para>
/// Works like the streams of System.IO.Compression. Concatenated frames read as one. Reading stops after the last
/// frame and, if the base stream can seek, leaves it exactly there. Damaged and truncated data throws
/// <see cref="InvalidDataException"/>; a raw byte is handed out only after its block's check has passed.
/// </para>
/// <para>
/// Coding runs on the thread pool; asynchronous calls wait for it without blocking, and a cancelled token stops it
/// within 64 KB (a few times that with Brotli). A call that was cancelled or failed leaves the stream fit for disposal
/// only. After an exception while writing, the stream ends without the frame's footer, so that what was
/// written reads as truncated. Not thread-safe.
/// </para>
/// </remarks>
public sealed class TacitStream : Stream
{
    private const int BufferLength = 1 << 16;

    private readonly bool _leaveOpen;
    private readonly FrameEncoder? _encoder;
    private readonly FrameDecoder? _decoder;
    private readonly byte[] _buffer = [];     // compressed bytes read from the base and not yet fed
    private Stream? _base;
    private int _bufferStart, _bufferEnd;
    private bool _ended;                      // of the base stream, or of the frames
    private bool _rewound;
    private bool _failed;
    private bool _finished;
    private bool _active;

    /// <summary>Compresses with the default options, or decompresses.</summary>
    /// <param name="stream">The stream with the compressed data.</param>
    /// <param name="mode">Whether to compress to it or decompress from it.</param>
    /// <param name="leaveOpen">True to leave the base stream open after disposal.</param>
    /// <exception cref="ArgumentNullException">The stream is null.</exception>
    /// <exception cref="ArgumentException">The stream cannot be written or read, or the mode is unknown.</exception>
    public TacitStream(Stream stream, CompressionMode mode, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(stream);
        switch (mode)
        {
            case CompressionMode.Compress:
                RequireWritable(stream);
                _encoder = new FrameEncoder(new());
                break;
            case CompressionMode.Decompress:
                RequireReadable(stream);
                _decoder = new FrameDecoder(new());
                _buffer = new byte[BufferLength];
                break;
            default:
                throw new ArgumentException($"Unknown mode {mode}.", nameof(mode));
        }
        _base = stream;
        _leaveOpen = leaveOpen;
    }

    /// <summary>Compresses at a level: <see cref="CompressionLevel.Fastest"/> is 1, Optimal 5, SmallestSize 9, NoCompression stores.</summary>
    /// <exception cref="ArgumentNullException">The stream is null.</exception>
    /// <exception cref="ArgumentException">The stream cannot be written, or the level is unknown.</exception>
    public TacitStream(Stream stream, CompressionLevel level, bool leaveOpen = false)
        : this(stream, OptionsFor(level), leaveOpen)
    {
    }

    /// <summary>Compresses.</summary>
    /// <param name="stream">Receives the compressed data.</param>
    /// <param name="options">How to compress.</param>
    /// <param name="leaveOpen">True to leave the base stream open after disposal.</param>
    /// <param name="progress">Told of raw bytes coded so far, from any thread.</param>
    /// <exception cref="ArgumentNullException">The stream or the options are null.</exception>
    /// <exception cref="ArgumentException">The stream cannot be written, or the metadata exceeds its limits.</exception>
    /// <exception cref="InsufficientMemoryException">One block of a source of known length exceeds the memory limit.</exception>
    public TacitStream(Stream stream, TacitCompressionOptions options, bool leaveOpen = false, IProgress<long>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(options);
        RequireWritable(stream);
        _encoder = new FrameEncoder(options, progress);
        _base = stream;
        _leaveOpen = leaveOpen;
    }

    /// <summary>Decompresses.</summary>
    /// <param name="stream">Holds the compressed data.</param>
    /// <param name="options">How to decompress.</param>
    /// <param name="leaveOpen">True to leave the base stream open after disposal.</param>
    /// <param name="progress">Told of raw bytes decoded so far, from any thread.</param>
    /// <exception cref="ArgumentNullException">The stream or the options are null.</exception>
    /// <exception cref="ArgumentException">The stream cannot be read.</exception>
    public TacitStream(Stream stream, TacitDecompressionOptions options, bool leaveOpen = false, IProgress<long>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(options);
        RequireReadable(stream);
        _decoder = new FrameDecoder(options, progress);
        _buffer = new byte[BufferLength];
        _base = stream;
        _leaveOpen = leaveOpen;
    }

    /// <summary>The stream this one reads from or writes to.</summary>
    /// <exception cref="ObjectDisposedException">The stream is disposed.</exception>
    public Stream BaseStream => Base;

    /// <inheritdoc/>
    public override bool CanRead => _base is { CanRead: true } && _decoder is not null;

    /// <inheritdoc/>
    public override bool CanWrite => _base is { CanWrite: true } && _encoder is not null;

    /// <summary>False: positions in raw data are not known here. <see cref="TacitArchive"/> reads ranges.</summary>
    public override bool CanSeek => false;

    /// <summary>Not supported.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override long Length => throw new NotSupportedException();

    /// <summary>Not supported.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Not supported.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <summary>Not supported.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The data is damaged or cut short.</exception>
    /// <exception cref="InsufficientMemoryException">A block needs more than the memory limit.</exception>
    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return Read(buffer.AsSpan(offset, count));
    }

    /// <inheritdoc/>
    public override int ReadByte()
    {
        Span<byte> one = stackalloc byte[1];
        return Read(one) == 0 ? -1 : one[0];
    }

    /// <inheritdoc cref="Read(byte[], int, int)"/>
    public override int Read(Span<byte> buffer)
    {
        FrameDecoder decoder = Begin(_decoder, "written to");
        try
        {
            while (true)
            {
                if (TakeOutput(decoder, buffer, out int taken))
                    return taken;
                if (MustCollect(decoder))
                    decoder.Collect();
                else
                    Refill(_base!.Read(_buffer));
            }
        }
        catch
        {
            _failed = true;
            throw;
        }
        finally
        {
            _active = false;
        }
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    /// <inheritdoc cref="Read(byte[], int, int)"/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        FrameDecoder decoder = Begin(_decoder, "written to");
        try
        {
            using CancellationTokenRegistration stop = cancellationToken.UnsafeRegister(_ => decoder.Cancel(), null);
            while (true)
            {
                if (TakeOutput(decoder, buffer.Span, out int taken))
                    return taken;
                if (MustCollect(decoder))
                {
                    await decoder.Oldest.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    cancellationToken.ThrowIfCancellationRequested();
                    decoder.Collect();
                }
                else
                {
                    Refill(await _base!.ReadAsync(_buffer, cancellationToken).ConfigureAwait(false));
                }
            }
        }
        catch
        {
            _failed = true;
            throw;
        }
        finally
        {
            _active = false;
        }
    }

    /// <inheritdoc/>
    public override IAsyncResult BeginRead(byte[] buffer, int offset, int count, AsyncCallback? callback, object? state) =>
        TaskToAsyncResult.Begin(ReadAsync(buffer, offset, count, CancellationToken.None), callback, state);

    /// <inheritdoc/>
    public override int EndRead(IAsyncResult asyncResult) => TaskToAsyncResult.End<int>(asyncResult);

    /// <inheritdoc/>
    /// <exception cref="InsufficientMemoryException">The block has grown beyond the memory limit.</exception>
    public override void Write(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        Write(buffer.AsSpan(offset, count));
    }

    /// <inheritdoc/>
    public override void WriteByte(byte value) => Write([value]);

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        FrameEncoder encoder = Begin(_encoder, "read from");
        try
        {
            while (!buffer.IsEmpty)
            {
                buffer = buffer[encoder.Write(buffer)..];
                if (encoder.MustCollect)
                    CollectAndWrite(encoder);
            }
        }
        catch
        {
            _failed = true;
            throw;
        }
        finally
        {
            _active = false;
        }
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        FrameEncoder encoder = Begin(_encoder, "read from");
        try
        {
            while (!buffer.IsEmpty)
            {
                buffer = buffer[encoder.Write(buffer.Span)..];
                if (encoder.MustCollect)
                    await CollectAndWriteAsync(encoder, cancellationToken).ConfigureAwait(false);
            }
        }
        catch
        {
            _failed = true;
            throw;
        }
        finally
        {
            _active = false;
        }
    }

    /// <inheritdoc/>
    public override IAsyncResult BeginWrite(byte[] buffer, int offset, int count, AsyncCallback? callback, object? state) =>
        TaskToAsyncResult.Begin(WriteAsync(buffer, offset, count, CancellationToken.None), callback, state);

    /// <inheritdoc/>
    public override void EndWrite(IAsyncResult asyncResult) => TaskToAsyncResult.End(asyncResult);

    /// <summary>Ends the current block, so that all bytes written so far can be decompressed from the base stream.</summary>
    /// <remarks>With <see cref="TacitCodec.Records"/>, whose blocks have a fixed number of records, only blocks that are complete.</remarks>
    /// <remarks>Each call that has something to end costs about 32 bytes and what the model has learnt.</remarks>
    public override void Flush()
    {
        if (_encoder is null)
        {
            _ = Base;
            return;
        }
        FrameEncoder encoder = Begin(_encoder, "read from");
        try
        {
            encoder.EndBlock();
            while (encoder.HasWork)
                CollectAndWrite(encoder);
            _base!.Flush();
        }
        catch
        {
            _failed = true;
            throw;
        }
        finally
        {
            _active = false;
        }
    }

    /// <inheritdoc cref="Flush"/>
    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_encoder is null)
        {
            _ = Base;
            return;
        }
        FrameEncoder encoder = Begin(_encoder, "read from");
        try
        {
            encoder.EndBlock();
            while (encoder.HasWork)
                await CollectAndWriteAsync(encoder, cancellationToken).ConfigureAwait(false);
            await _base!.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            _failed = true;
            throw;
        }
        finally
        {
            _active = false;
        }
    }

    /// <summary>Ends the frame, as disposal does, but can be cancelled. Afterwards this stream can only be disposed.</summary>
    /// <remarks>Unlike a flush before disposal it costs nothing: a small frame keeps its short form.</remarks>
    /// <exception cref="NotSupportedException">This stream decompresses.</exception>
    public async Task FinishAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        FrameEncoder encoder = Begin(_encoder, "read from");
        _finished = true;
        try
        {
            await FinishAsync(encoder, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            _failed = true;
            throw;
        }
        finally
        {
            _active = false;
        }
    }

    /// <summary>Gives up: disposal frees all memory but does not end the frame, so that what was written reads as truncated.</summary>
    /// <remarks>For a caller whose source has failed; a failure of this stream itself has the same effect.</remarks>
    public void Abandon() => _failed = true;

    /// <summary>Ends the frame (when compressing and nothing has failed) and disposes the base stream unless it is left open.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing && _base is { } inner)
        {
            try
            {
                if (_encoder is not null && !_failed)
                {
                    _encoder.EndFrame();
                    while (_encoder.HasWork)
                        CollectAndWrite(_encoder);
                    WriteOutput(_encoder);
                }
            }
            finally
            {
                Release();
                if (!_leaveOpen)
                    inner.Dispose();
            }
        }
        base.Dispose(disposing);
    }

    /// <inheritdoc cref="Dispose(bool)"/>
    public override async ValueTask DisposeAsync()
    {
        if (_base is { } inner)
        {
            try
            {
                if (_encoder is not null && !_failed)
                    await FinishAsync(_encoder, CancellationToken.None).ConfigureAwait(false);
            }
            finally
            {
                Release();
                if (!_leaveOpen)
                    await inner.DisposeAsync().ConfigureAwait(false);
            }
        }
        await base.DisposeAsync().ConfigureAwait(false);
    }

    private async Task FinishAsync(FrameEncoder encoder, CancellationToken cancellationToken)
    {
        encoder.EndFrame();
        while (encoder.HasWork)
            await CollectAndWriteAsync(encoder, cancellationToken).ConfigureAwait(false);
        await WriteOutputAsync(encoder, cancellationToken).ConfigureAwait(false);
    }

    private Stream Base => _base ?? throw new ObjectDisposedException(nameof(TacitStream));

    private static TacitCompressionOptions OptionsFor(CompressionLevel level) => level switch
    {
        CompressionLevel.NoCompression => new() { Codec = TacitCodec.Store },
        CompressionLevel.Fastest => new() { Level = 1 },
        CompressionLevel.Optimal => new(),
        CompressionLevel.SmallestSize => new() { Level = 9 },
        _ => throw new ArgumentException($"Unknown level {level}.", nameof(level)),
    };

    private static void RequireWritable(Stream stream)
    {
        if (!stream.CanWrite)
            throw new ArgumentException("The base stream cannot be written.", nameof(stream));
    }

    private static void RequireReadable(Stream stream)
    {
        if (!stream.CanRead)
            throw new ArgumentException("The base stream cannot be read.", nameof(stream));
    }

    private T Begin<T>(T? coder, string use) where T : class
    {
        _ = Base;
        if (coder is null)
            throw new NotSupportedException($"This TacitStream can only be {use}.");
        if (_failed)
            throw new InvalidOperationException("An earlier operation on this TacitStream failed; it can only be disposed.");
        if (_finished)
            throw new InvalidOperationException("The frame of this TacitStream has been ended; it can only be disposed.");
        if (_active)
            throw new InvalidOperationException("Another operation on this TacitStream is still running.");
        _active = true;
        return coder;
    }

    // True when the read is over: bytes were taken, none were asked for, or there are no more.
    private bool TakeOutput(FrameDecoder decoder, Span<byte> buffer, out int taken)
    {
        taken = 0;
        if (buffer.IsEmpty)
            return true;
        if (decoder.Output is { IsEmpty: false } output)
        {
            taken = Math.Min(buffer.Length, output.Length);
            output.Span[..taken].CopyTo(buffer);
            decoder.Advance(taken);
            return true;
        }
        while (decoder.WantsInput && _bufferStart < _bufferEnd)
            _bufferStart += decoder.Feed(_buffer.AsSpan(_bufferStart, _bufferEnd - _bufferStart));
        _ended |= decoder.AtTrailingData;
        if (!_ended || decoder.HasWork)
            return false;
        decoder.EndOfInput();   // all complete blocks were handed out; this says whether the frame was complete
        int unused = decoder.Unused + _bufferEnd - _bufferStart;
        if (unused > 0 && !_rewound && _base!.CanSeek)
            _base.Seek(-unused, SeekOrigin.Current);
        _rewound = true;
        return true;
    }

    private bool MustCollect(FrameDecoder decoder) => decoder.HasWork && (_ended || !decoder.WantsInput);

    private void Refill(int read)
    {
        _bufferStart = 0;
        _bufferEnd = read;
        _ended = read == 0;
    }

    private void CollectAndWrite(FrameEncoder encoder)
    {
        encoder.Collect();
        WriteOutput(encoder);
    }

    private async Task CollectAndWriteAsync(FrameEncoder encoder, CancellationToken cancellationToken)
    {
        using (cancellationToken.UnsafeRegister(_ => encoder.Cancel(), null))
            await encoder.Oldest.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        encoder.Collect();
        await WriteOutputAsync(encoder, cancellationToken).ConfigureAwait(false);
    }

    private void WriteOutput(FrameEncoder encoder)
    {
        while (encoder.Output is { IsEmpty: false } output)
        {
            _base!.Write(output.Span);
            encoder.Advance(output.Length);
        }
    }

    private async Task WriteOutputAsync(FrameEncoder encoder, CancellationToken cancellationToken)
    {
        while (encoder.Output is { IsEmpty: false } output)
        {
            await _base!.WriteAsync(output, cancellationToken).ConfigureAwait(false);
            encoder.Advance(output.Length);
        }
    }

    private void Release()
    {
        _base = null;
        _encoder?.Dispose();
        _decoder?.Dispose();
    }
}

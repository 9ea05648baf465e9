using System.Runtime.InteropServices;

namespace Tacit.Cli.Files;

/// <summary>The other end of a pipe or standard output is closed.</summary>
internal sealed class BrokenPipeException() : IOException("the reader has closed the pipe");

/// <summary>Standard input, output, error or another descriptor the caller has opened for us, as plain reads and writes.</summary>
/// <remarks>
/// FileStream would read and write a redirected file at positions of its own and leave the shared one behind, so that
/// <c>(tacit -dc a; tacit -dc b) &gt; file</c> would lose a; the console's streams swallow a broken pipe.
/// </remarks>
internal sealed unsafe class StandardStream(int descriptor) : Stream
{
    private readonly Stream? _console = !OperatingSystem.IsWindows() ? null
        : descriptor == Posix.StandardInput ? Console.OpenStandardInput()
        : descriptor == Posix.StandardOutput ? Console.OpenStandardOutput() : Console.OpenStandardError();

    public override bool CanRead => descriptor == Posix.StandardInput;
    public override bool CanWrite => !CanRead;
    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>True if the descriptor is a terminal.</summary>
    public static bool IsTerminal(int descriptor) => !OperatingSystem.IsWindows() ? Posix.IsTerminal(descriptor) == 1 : !(descriptor switch
    {
        Posix.StandardInput => Console.IsInputRedirected,
        Posix.StandardOutput => Console.IsOutputRedirected,
        _ => Console.IsErrorRedirected,
    });

    public override int Read(Span<byte> buffer)
    {
        if (_console is not null)
            return _console.Read(buffer);
        while (true)
        {
            fixed (byte* start = buffer)
            {
                nint read = Posix.Read(descriptor, start, (nuint)buffer.Length);
                if (read >= 0)
                    return (int)read;
            }
            WaitOrThrow(Posix.PollIn);
        }
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        _console?.Write(buffer);
        while (_console is null && !buffer.IsEmpty)
        {
            nint written;
            fixed (byte* start = buffer)
                written = Posix.Write(descriptor, start, (nuint)buffer.Length);
            if (written >= 0)
                buffer = buffer[(int)written..];
            else
                WaitOrThrow(Posix.PollOut);
        }
    }

    // A blocked system call cannot be cancelled, but nobody has to wait for it: cancelled means that the process ends.
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        new(Task.Run(() => Read(buffer.Span), cancellationToken).WaitAsync(cancellationToken));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        new(Task.Run(() => Write(buffer.Span), cancellationToken).WaitAsync(cancellationToken));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush() => _console?.Flush();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    // Another process may have made the descriptor we share non-blocking.
    private void WaitOrThrow(short events)
    {
        int error = Marshal.GetLastPInvokeError();
        int again = OperatingSystem.IsLinux() ? 11 : 35;
        string name = descriptor switch
        {
            Posix.StandardInput => "standard input",
            Posix.StandardOutput => "standard output",
            _ => $"/dev/fd/{descriptor}",
        };
        if (error == Posix.EINTR)
            return;
        if (error == Posix.EPIPE)
            throw new BrokenPipeException();
        if (error != again)
            throw new IOException($"{Marshal.GetPInvokeErrorMessage(error)}: '{name}'", error);
        var wanted = new Posix.PollDescriptor { Descriptor = descriptor, Events = events };
        _ = Posix.Poll(&wanted, 1, 1000);
    }
}

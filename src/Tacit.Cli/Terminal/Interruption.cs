using System.Runtime.InteropServices;
using Tacit.Cli.Files;

namespace Tacit.Cli.Terminal;

/// <summary>Turns SIGINT, SIGTERM, SIGHUP and SIGQUIT into a cancelled token, and into the end if that is not heeded.</summary>
internal sealed class Interruption : IDisposable
{
    // A read from a silent pipe or the opening of a FIFO cannot be cancelled.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;

    public Interruption() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, Handle),
        PosixSignalRegistration.Create(PosixSignal.SIGQUIT, Handle),
    ];

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
            registration.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;   // the default action: we end in order
        new Thread(() =>
        {
            Thread.Sleep(Patience);
            OutputFile.RemoveTemporaries();
            Environment.Exit(ExitCode.Interrupted);
        })
        { IsBackground = true }.Start();
        try
        {
            _source.Cancel();
        }
        catch (AggregateException)
        {
            // A callback of whoever was waiting failed. Out of here it would end the process with its temporary files left.
        }
    }
}

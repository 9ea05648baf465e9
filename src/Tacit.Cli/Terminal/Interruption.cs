using System.Runtime.InteropServices;
using Tacit.Learning;

namespace Tacit.Cli.Terminal;

/// <summary>Turns SIGINT, SIGTERM, SIGHUP and SIGQUIT into a cancelled token, and into the end if that is not heeded.</summary>
internal sealed class Interruption : IDisposable
{
    // A read from a silent pipe or the opening of a FIFO cannot be cancelled.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    // One press of a key, or one 'timeout', may come as two signals: to the process, and to its group.
    private static readonly TimeSpan Echo = TimeSpan.FromSeconds(1);

    private static bool s_patient;

    private readonly CancellationTokenSource _source = new();
    private long _first = -1;      // the time of the first signal
    private readonly PosixSignalRegistration[] _registrations;

    public Interruption() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, Handle),
        PosixSignalRegistration.Create(PosixSignal.SIGQUIT, Handle),
    ];

    /// <summary>Says that the command saves its work first, which may take longer. A later signal then ends it at once.</summary>
    public static void BePatient() => Volatile.Write(ref s_patient, true);

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
            registration.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;   // the default action: we end in order
        long now = Environment.TickCount64, first = Interlocked.CompareExchange(ref _first, now, -1);
        bool patient = Volatile.Read(ref s_patient), again = first >= 0 && now - first >= Echo.TotalMilliseconds;
        if (again || !patient)
        {
            new Thread(() =>
            {
                Thread.Sleep(patient ? TimeSpan.Zero : Patience);
                TemporaryFiles.RemoveAll();
                Environment.Exit(ExitCode.Interrupted);
            })
            { IsBackground = true }.Start();
        }
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

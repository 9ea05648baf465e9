using System.Runtime.InteropServices;
using Tacit.Cli.Files;

namespace Tacit.Cli.Terminal;

/// <summary>Turns SIGINT, SIGTERM, SIGHUP and SIGQUIT into a cancelled token, and into the end if that is not heeded.</summary>
internal sealed class Interruption : IDisposable
{
    // A read from a silent pipe or the opening of a FIFO cannot be cancelled.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private static bool s_patient;

    private readonly CancellationTokenSource _source = new();
    private int _signals;
    private readonly PosixSignalRegistration[] _registrations;

    public Interruption() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, Handle),
        PosixSignalRegistration.Create(PosixSignal.SIGQUIT, Handle),
    ];

    /// <summary>Says that the command saves its work first, which may take longer. A second signal then ends it at once.</summary>
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
        bool patient = Volatile.Read(ref s_patient), again = Interlocked.Increment(ref _signals) > 1;
        if (again || !patient)
        {
            new Thread(() =>
            {
                Thread.Sleep(patient ? TimeSpan.Zero : Patience);
                OutputFile.RemoveTemporaries();
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

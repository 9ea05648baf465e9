using Tacit.Cli.Files;

namespace Tacit.Cli.Training;

/// <summary>The files a training run writes: model, checkpoint, log and curve.</summary>
internal sealed class TrainOutputs(TrainRequest request)
{
    private readonly List<FileStatus> _there = [];

    /// <summary>The checkpoint, beside the model.</summary>
    public string Checkpoint { get; } = request.Output + ".checkpoint";

    /// <summary>Checks all of them before anything is read or written.</summary>
    /// <exception cref="IOException">One cannot be written, or would take the place of what is there and was not to be replaced.</exception>
    public void Check()
    {
        CheckModel();
        if (request.Log is { } log)
            CheckBeside(log, "log of a run", "{\"step\":"u8);
        if (request.Curve is { } curve)
            CheckBeside(curve, "curve", "<svg"u8);
        string?[] paths = [request.Output, Checkpoint, request.Log, request.Curve];
        for (int i = 0; i < paths.Length; i++)
        {
            if (paths[i] is not { } path)
                continue;
            FileStatus? there = FileStatus.Of(path);
            foreach (string? other in (ReadOnlySpan<string?>)[.. paths[..i], request.Config, request.From])
            {
                if (other is not null && IsSame(path, there, other))
                    throw new IOException($"'{path}' and '{other}' are the same file");
            }
            if (there is not null)
                _there.Add(there);
        }
    }

    /// <summary>Whether an input is one of them.</summary>
    public bool Contain(FileStatus? input) => input is not null && _there.Exists(input.IsSameFileAs);

    private static bool IsSame(string path, FileStatus? there, string other) =>
        Path.GetFullPath(path) == Path.GetFullPath(other) || (there is not null && FileStatus.Of(other) is { } second && there.IsSameFileAs(second));

    private void CheckModel()
    {
        FileStatus? there = CheckPlace(request.Output);
        if (there is not null && !request.Force)
        {
            throw new IOException(request.Resume && !File.Exists(Checkpoint)
                ? $"'{request.Output}' is complete, and there is no checkpoint to go on from"
                : $"'{request.Output}' exists already; -f overwrites it");
        }
        if (!request.Resume && !request.Force && File.Exists(Checkpoint))
            throw new IOException($"'{Checkpoint}' is of a run that was stopped; --resume goes on with it, -f begins anew");
    }

    // A resumed run goes on with those of its own that are there.
    private void CheckBeside(string path, string what, ReadOnlySpan<byte> begin)
    {
        if (CheckPlace(path) is null || request.Force)
            return;
        if (!request.Resume)
            throw new IOException($"'{path}' exists already; -f overwrites it");
        Span<byte> head = stackalloc byte[begin.Length];
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        int read = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        if (!begin.StartsWith(head[..read]))
            throw new IOException($"'{path}' exists already and is no {what}; -f overwrites it");
    }

    private static FileStatus? CheckPlace(string path)
    {
        FileStatus? there = FileStatus.Of(path);
        if (there is not null and not { IsRegular: true })
            throw new IOException($"'{path}' is no regular file; nothing is written to it");
        return Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))) ? there
            : throw new IOException($"the folder of '{path}' does not exist");
    }
}

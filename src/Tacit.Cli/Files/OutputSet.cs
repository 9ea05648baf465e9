namespace Tacit.Cli.Files;

/// <summary>Outputs of one command that appear under their names together, when all of them are complete.</summary>
/// <param name="overwrite">Whether they may be there already.</param>
internal sealed class OutputSet(bool overwrite) : IAsyncDisposable
{
    private readonly List<(string Path, FileStatus? There, OutputFile File)> _outputs = [];

    /// <summary>Opens an output, or standard output for "-". What is wrong with the name is said here, before any work.</summary>
    public OutputFile Open(string path)
    {
        if (_outputs.Exists(o => Path.GetFullPath(o.Path) == Path.GetFullPath(path)))
            throw new IOException($"two outputs have the name '{path}'");
        FileStatus? there = FileStatus.Of(path);
        OutputFile file = OutputFile.IsStandardName(path) ? OutputFile.OpenStandard(compressed: false) : OutputFile.Create(path, overwrite, compressed: false, input: null);
        _outputs.Add((path, there, file));
        return file;
    }

    /// <summary>Whether one of them is standard output.</summary>
    public bool HasStandard => _outputs.Exists(o => OutputFile.IsStandardName(o.Path));

    /// <summary>Whether an input is what an output would take the place of.</summary>
    public bool Contain(FileStatus? input) => input is not null && _outputs.Exists(o => o.There is { } there && there.IsSameFileAs(input));

    /// <summary>Everything is written: the files get their names.</summary>
    public async Task PublishAsync(CancellationToken cancellationToken)
    {
        foreach ((_, _, OutputFile file) in _outputs)
            await file.FinishAsync(like: null, cancellationToken);
        foreach ((_, _, OutputFile file) in _outputs)
            file.Publish();
    }

    public async ValueTask DisposeAsync()
    {
        foreach ((_, _, OutputFile file) in _outputs)
            await file.DisposeAsync();
    }
}

using Tacit.Cli.Terminal;
using Tacit.Modeling;

namespace Tacit.Cli.Files;

/// <summary>A model file that is open: what lies on disk, or what a pipe gave.</summary>
internal sealed class OpenModel : IDisposable
{
    // The kind of a model decides which command it is that loads it, and a pipe can be read once.
    private static OpenModel? s_kept;

    private readonly InputFile _input;
    private readonly Stream _stream;

    private OpenModel(string path, InputFile input, Stream stream, ModelFile file)
    {
        Path = path;
        _input = input;
        _stream = stream;
        File = file;
    }

    /// <summary>Its name, "-" for standard input.</summary>
    public string Path { get; }

    /// <summary>The model.</summary>
    public ModelFile File { get; }

    /// <summary>Opens a model file, "-" for standard input, or takes the one that was kept under this name.</summary>
    /// <exception cref="InvalidDataException">It is none; the message names it.</exception>
    /// <exception cref="IOException">It cannot be read; the message names it.</exception>
    public static async Task<OpenModel> OpenAsync(string path, CancellationToken cancellationToken)
    {
        if (s_kept is { } kept && kept.Path == path)
        {
            s_kept = null;
            return kept;
        }
        InputFile? input = null;
        try
        {
            input = InputFile.Open(path);
            Stream stream = await input.SeekableAsync(cancellationToken);
            return new OpenModel(path, input, stream, ModelInput.OfFile(path, () => new ModelFile(stream, leaveOpen: true)));
        }
        catch (Exception e)
        {
            input?.Dispose();
            if (Trouble.IsExpected(e) && e is not InvalidDataException)
                throw new IOException($"{ModelInput.NameOf(path)}: {Trouble.Describe(e)}", e);
            throw;
        }
    }

    /// <summary>The file from its start.</summary>
    public Stream Whole()
    {
        _stream.Position = 0;
        return _stream;
    }

    /// <summary>Keeps it open for whoever opens the same path next.</summary>
    public void Keep() => s_kept = this;

    /// <summary>Closes it.</summary>
    public void Dispose()
    {
        File.Dispose();
        _input.Dispose();
    }
}

using Tacit.Modeling;

namespace Tacit.Cli.Files;

/// <summary>Models named on the command line.</summary>
internal static class ModelInput
{
    /// <summary>Loads a model that can do what is asked for.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Stops the reading of a pipe.</param>
    /// <exception cref="InvalidDataException">It is no such model; the message names the file.</exception>
    public static async Task<T> LoadAsync<T>(string path, CancellationToken cancellationToken)
        where T : class
    {
        using InputFile input = InputFile.Open(path);
        Stream stream = await input.SeekableAsync(cancellationToken);
        return OfFile(path, () =>
        {
            using var file = new ModelFile(stream, leaveOpen: true);
            return ModelRegistry.Standard.Load<T>(file);
        });
    }

    /// <summary>Does something with a text that must not be too short for it.</summary>
    public static T OfText<T>(int bytes, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"there is nothing to foresee in {bytes} bytes", e);
        }
    }

    /// <summary>Does something with a file, whose name is put before what is wrong with it.</summary>
    public static T OfFile<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{(path == "-" ? "standard input" : path)}: {e.Message}", e);
        }
    }
}

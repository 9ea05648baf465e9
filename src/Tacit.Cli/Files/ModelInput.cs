using Tacit.Cli.Terminal;
using Tacit.Learning;
using Tacit.Modeling;

namespace Tacit.Cli.Files;

/// <summary>Models named on the command line.</summary>
internal static class ModelInput
{
    /// <summary>What a model file calls the settings of its training's task.</summary>
    public const string TaskKey = "task";

    /// <summary>The settings of the task a model was trained for; none of a model that was not.</summary>
    /// <exception cref="InvalidDataException">They are damaged.</exception>
    public static Settings TaskOf(ModelFile model) => Settings.Parse(model.Tensors.FindMetadata(TaskKey) ?? "{}");

    /// <summary>Loads a model that can do what is asked for.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Stops the reading of a pipe.</param>
    /// <exception cref="InvalidDataException">It is no such model; the message names the file.</exception>
    /// <exception cref="IOException">It cannot be read; the message names the file.</exception>
    public static async Task<T> LoadAsync<T>(string path, CancellationToken cancellationToken)
        where T : class
    {
        using OpenModel model = await OpenModel.OpenAsync(path, cancellationToken);
        return OfFile(path, () => ModelRegistry.Standard.Load<T>(model.File));
    }

    /// <summary>Checks that standard input is not both the model and something else.</summary>
    public static void CheckStandardInput(string model, bool isRead)
    {
        if (model == "-" && isRead)
            throw new UsageException("standard input can be read once: as the model, or as what it is to work on");
    }

    /// <summary>What a file is called in messages.</summary>
    public static string NameOf(string path) => path == "-" ? "standard input" : path;

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
            throw new InvalidDataException($"{NameOf(path)}: {e.Message}", e);
        }
    }
}

using Tacit.Cli.Terminal;
using Tacit.Modeling;

namespace Tacit.Cli.Files;

/// <summary>Where the models of one archive may be.</summary>
internal sealed class ModelPlaces(ModelLookup lookup, string? archive)
{
    private static string KindOf(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var model = new ModelFile(stream, leaveOpen: true);
            return $"of the kind {Report.Printable(model.Kind)}, ";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return "";
        }
    }

    /// <summary>What is known of a model that is not in its frame, in words.</summary>
    public string Describe(string hash)
    {
        if (lookup.Named.FirstOrDefault(model => model.Sha256 == hash) is { } model)
            return $"of the kind {Report.Printable(model.Kind)}, given by --model";
        return lookup.PathOf(hash, archive) is { } path ? $"{KindOf(path)}found as '{Report.Printable(path)}'" : "not found";
    }
}

using Tacit.Cli.Terminal;

namespace Tacit.Cli.Files;

/// <summary>Where the models of one archive may be.</summary>
internal sealed class ModelPlaces(ModelLookup lookup, string? archive)
{
    /// <summary>What is known of a model that is not in its frame, in words.</summary>
    public string Describe(string hash)
    {
        if (lookup.Named.FirstOrDefault(model => model.Sha256 == hash) is { } model)
            return $"of the kind {Report.Printable(model.Kind)}, given by --model";
        return lookup.PathOf(hash, archive) is { } path ? $"found as '{Report.Printable(path)}'" : "not found";
    }
}

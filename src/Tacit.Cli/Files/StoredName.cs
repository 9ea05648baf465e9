namespace Tacit.Cli.Files;

/// <summary>A file name kept in an archive's metadata: a name, never a path.</summary>
internal static class StoredName
{
    /// <summary>The metadata key.</summary>
    public const string Key = "name";

    /// <summary>True if the name is one that can only ever mean a file in the folder where it is used.</summary>
    public static bool IsSafe(string name)
    {
        if (name.Length is 0 or > 255 || name is "." or ".." || name.AsSpan().ContainsAny('/', '\\'))
            return false;
        foreach (char c in name)
        {
            if (char.IsControl(c))
                return false;
        }
        return !OperatingSystem.IsWindows() || name.IndexOfAny(Path.GetInvalidFileNameChars()) < 0;
    }
}

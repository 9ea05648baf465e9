namespace Tacit.Tests.Support;

/// <summary>Where the sources and the shared data are.</summary>
internal static class Repository
{
    /// <summary>The folder with the solution.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Tacit.slnx")))
                return folder.FullName;
        }
        throw new DirectoryNotFoundException("The tests must run from within the repository.");
    }
}

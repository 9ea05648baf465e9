namespace Tacit.Tests.Support;

/// <summary>A test on the real data beside the repository; skipped, and said so, where that folder is absent.</summary>
public sealed class DataFactAttribute : FactAttribute
{
    public DataFactAttribute()
    {
        if (!Directory.Exists(Folder))
            Skip = "The data folder ../shared/data is absent.";
    }

    /// <summary>The data folder: ../shared/data, seen from the repository's root.</summary>
    public static string Folder { get; } = Find();

    private static string Find()
    {
        for (DirectoryInfo? d = new(AppContext.BaseDirectory); d is not null; d = d.Parent)
        {
            string git = Path.Combine(d.FullName, ".git");
            if (Directory.Exists(git) || File.Exists(git))
                return Path.Combine(d.FullName, "..", "shared", "data");
        }
        return Path.Combine(AppContext.BaseDirectory, "shared", "data");
    }
}

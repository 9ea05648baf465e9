using System.IO.Compression;
using Tacit.Compression;
using Tacit.Tests.Support;

namespace Tacit.Tests.Docs;

/// <summary>The README's .NET example, run as it stands there.</summary>
public class ReadmeExampleTests
{
    [Fact]
    public void TheExampleRestoresTheData()
    {
        byte[] data = File.ReadAllBytes(Path.Combine(Repository.Root, "README.md"));
        string folder = Directory.CreateTempSubdirectory("tacit-readme-").FullName;
        string path = Path.Combine(folder, "log.tacit");
        try
        {
            // <readme>
            using var file = File.Create(path);
            using (var compress = new TacitStream(file, CompressionMode.Compress, leaveOpen: true))
                compress.Write(data);

            file.Position = 0;
            using var decompress = new TacitStream(file, CompressionMode.Decompress);
            using var restored = new MemoryStream();
            decompress.CopyTo(restored);
            // </readme>
            Assert.Equal(data, restored.ToArray());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void TheReadmeShowsTheCodeAbove()
    {
        string shown = Snippet.Of("Docs/ReadmeExampleTests.cs", "readme");
        Assert.Contains($"```csharp\n{shown}\n```", File.ReadAllText(Path.Combine(Repository.Root, "README.md")), StringComparison.Ordinal);
    }
}

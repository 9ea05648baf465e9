using Tacit.Compression;
using Tacit.Tests.Support;

namespace Tacit.Tests.Compression;

/// <summary>Archives that released versions wrote (tests/Tacit.Tests/Golden): every later version decodes them to the same data.</summary>
/// <remarks>
/// A file is added and never rewritten. TACIT_GOLDEN=v0.2 dotnet test --filter GoldenTests writes the files of that
/// version, except those that exist. The learned codec cm gets its files when its model version is frozen.
/// </remarks>
public class GoldenTests
{
    private const int BlockLength = 4096, Length = 7000;   // two blocks

    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "Tacit.Tests", "Golden");

    // Codecs whose coded bytes later versions must decode. Add cm with the version that freezes its model version 1.
    private static readonly TacitCodec[] Frozen = [TacitCodec.Store, TacitCodec.Deflate, TacitCodec.Brotli];

    public static TheoryData<string> Files => [.. Directory.GetFiles(Folder, "*.tacit").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    private static byte[] Data => Samples.Text(Length, seed: 2026);

    private static byte[] Second => Samples.Mixed(1500, seed: 2027);

    [Theory, MemberData(nameof(Files))]
    public void WhatAReleasedVersionWroteIsReadForEver(string name)
    {
        byte[] packed = File.ReadAllBytes(Path.Combine(Folder, name));
        bool two = name.Contains("frames", StringComparison.Ordinal);
        byte[] expected = two ? [.. Data, .. Second] : Data;
        Pack.AssertSame(expected, Pack.Decompress(packed), name);
        Pack.AssertSame(expected, Pack.DecompressSpan(packed, expected.Length), name);

        TacitArchive archive = TacitArchive.Open(new MemoryStream(packed));
        Assert.Equal(expected.Length, archive.Length);
        Assert.Equal(two ? 2 : 1, archive.Frames.Count);
        Assert.Equal(2, archive.Frames[0].Blocks.Count);
        Assert.Equal("sample.txt", archive.Frames[0].Metadata["name"]);
        Assert.NotNull(archive.Frames[0].Sha256);
    }

    [Fact]
    public void EveryFrozenCodecHasAFile() =>
        Assert.All(Frozen, codec => Assert.True(File.Exists(PathOf("v0.1", codec)), $"{codec} has no golden file of the version that froze it."));

    [GoldenFact]
    public void FilesOfANewVersion()
    {
        string version = Environment.GetEnvironmentVariable(GoldenFactAttribute.Variable)!;
        foreach (TacitCodec codec in Frozen)
            WriteNew(PathOf(version, codec), First(codec));
        WriteNew(Path.Combine(Folder, version + "_frames.tacit"),
            [.. First(TacitCodec.Deflate), .. Pack.Compress(Second, Pack.Options(TacitCodec.Brotli, sha: true, level: 9))]);
    }

    private static byte[] First(TacitCodec codec) =>
        Pack.Compress(Data, Pack.Options(codec, BlockLength, sha: true, level: 5, metadata: [("name", "sample.txt"), ("note", "Grüße")]));

    private static string PathOf(string version, TacitCodec codec) => Path.Combine(Folder, $"{version}_{codec}.tacit".ToLowerInvariant());

    private static void WriteNew(string path, byte[] packed)
    {
        if (!File.Exists(path))
            File.WriteAllBytes(path, packed);
    }
}

using System.Buffers.Binary;
using Tacit.Compression;
using Tacit.Modeling.Records;
using Tacit.Tests.Support;

namespace Tacit.Tests.Records;

/// <summary>Models and coded records that were written once (tests/Tacit.Tests/Golden/records): rows in a database outlive the program.</summary>
/// <remarks>
/// A change of a coded bit raises the coder's version in <see cref="RecordModel"/> and adds files. TACIT_GOLDEN=v0.2 dotnet test --filter GoldenTests writes
/// those of that version, except those that exist.
/// </remarks>
public class RecordGoldenTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "Tacit.Tests", "Golden", "records");

    private static readonly RecordCodecOptions s_options = new() { TagLength = 1, Check = true };

    private static byte[][] Records => [.. RecordSamples.Users(60, 12), [], RecordSamples.Noise(60, 30), [.. "{\"id\":7}\n"u8], [.. RecordSamples.Users(61, 1)[0].Reverse()]];

    public static TheoryData<string> Models => [.. Directory.GetFiles(Folder, "*.tacitmodel").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Models))]
    public void WhatWasWrittenOnceIsReadForEver(string name)
    {
        using var codec = new RecordCodec(RecordModel.Load(Path.Combine(Folder, name)), s_options);
        ReadOnlySpan<byte> coded = File.ReadAllBytes(Path.ChangeExtension(Path.Combine(Folder, name), ".records"));
        byte[] back = new byte[1000];
        foreach (byte[] record in Records)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(coded);
            Assert.True(codec.TryDecompress(coded.Slice(4, length), back, out int decoded));
            Assert.Equal(record, back[..decoded]);
            coded = coded[(4 + length)..];
        }
        Assert.True(coded.IsEmpty);
    }

    [GoldenFact]
    public void FilesOfANewVersion()
    {
        Directory.CreateDirectory(Folder);
        foreach (RecordProfile profile in Enum.GetValues<RecordProfile>())
        {
            string path = Path.Combine(Folder, $"{Environment.GetEnvironmentVariable(GoldenFactAttribute.Variable)}_{profile}.tacitmodel".ToLowerInvariant());
            if (File.Exists(path))
                continue;
            byte[] model = RecordTraining.Train(RecordSamples.Users(62, 80), new RecordTrainingOptions { Profile = profile });
            using var codec = new RecordCodec(RecordModel.Load(new MemoryStream(model)), s_options);
            var coded = new List<byte>();
            byte[] room = new byte[1000];
            foreach (byte[] record in Records)
            {
                codec.TryCompress(record, room, out int length);
                coded.AddRange([.. BitConverter.GetBytes(length), .. room[..length]]);
            }
            File.WriteAllBytes(path, model);
            File.WriteAllBytes(Path.ChangeExtension(path, ".records"), [.. coded]);
        }
    }
}

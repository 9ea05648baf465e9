using Tacit.Compression;
using Tacit.Compression.Codecs;
using Tacit.Tests.Support;

namespace Tacit.Tests.ContextMixing;

/// <summary>Sizes reached on real files at the default level, and the way back.</summary>
public class RealDataTests
{
    // xz -9e: 48,528
    [DataFact]
    public void Alice() => Check("text/canterbury/alice29.txt", 37_000);

    // xz -9e: 7,652
    [DataFact]
    public void Html() => Check("text/canterbury/cp.html", 6_300);

    // xz -9e: 3,032
    [DataFact]
    public void CSource() => Check("text/canterbury/fields.c", 2_350);

    // xz -9e: 39,860
    [DataFact]
    public void Fax() => Check("text/canterbury/ptt5", 21_500);

    private static void Check(string file, int most)
    {
        byte[] data = File.ReadAllBytes(Path.Combine(DataFactAttribute.Folder, file));
        byte[] coded = new byte[data.Length], back = new byte[data.Length];
        var description = new ContextMixingDescription();
        using BlockCodec codec = description.Create(description.ParametersFor(5), data.Length);
        int length = codec.Encode(data, coded, out byte kind, WorkMonitor.None);
        Assert.InRange(length, 1, most);
        codec.Decode(coded.AsSpan(0, length), kind, back, WorkMonitor.None);
        Assert.True(back.AsSpan().SequenceEqual(data), file);
    }
}

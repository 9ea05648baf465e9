using System.IO.Compression;
using Tacit.Compression;
using Tacit.Tests.Support;

namespace Tacit.Tests.Numeric;

/// <summary>The bars on real series: a quarter less than the better of xz and zstd, a tenth less than codec cm, per group.</summary>
public class SeriesDataTests
{
    // Bytes by "xz -9e" 5.4.1 and "zstd --ultra -22" 1.5.4, and by codec cm at level 5 when this was written.
    private static readonly (string Group, string File, int Xz, int Zstd, int Mixed)[] Files =
    [
        ("csv", "ETTh1.csv.gz", 280_984, 283_239, 147_966),
        ("csv", "airline-passengers.csv", 492, 431, 312),
        ("csv", "daily-min-temperatures.csv", 9_684, 11_123, 3_840),
        ("csv", "monthly-shampoo-sales.csv", 272, 212, 193),
        ("csv", "monthly-sunspots.csv", 8_556, 9_489, 4_024),
        ("csv", "nab/speed_7578.csv", 2_856, 2_960, 1_376),
        ("int16", "ecg_mitbih208_360hz.i16le", 86_800, 106_288, 66_348),
        ("float64", "f64/ec2_network_in.f64le", 10_184, 10_732, 8_900),
        ("float64", "f64/exchange_rate_7588x8.f64le", 174_644, 218_791, 152_451),
    ];

    [DataFact]
    public void EveryGroupIsBelowItsBars()
    {
        foreach (IGrouping<string, (string, string File, int Xz, int Zstd, int Mixed)> group in Files.GroupBy(f => f.Group))
        {
            long coded = group.Sum(f => Size(f.File, TacitCodec.Numeric));
            double general = Math.Min(group.Sum(f => f.Xz), group.Sum(f => f.Zstd));
            Assert.True(coded <= 0.75 * general, $"{group.Key}: {coded} against {general}");
            Assert.True(coded <= 0.9 * group.Sum(f => f.Mixed), $"{group.Key}: {coded} against cm");
        }
    }

    [DataFact, Trait("Category", "Slow")]
    public void TheNumbersOfTheContextMixerAreStillTrue() =>
        Assert.All(Files, f => Assert.InRange(Size(f.File, TacitCodec.ContextMixing), f.Mixed * 0.99, f.Mixed * 1.01));

    private static int Size(string file, TacitCodec codec)
    {
        using Stream stream = File.OpenRead(Path.Combine(DataFactAttribute.Folder, "series", file));
        using var data = new MemoryStream();
        if (file.EndsWith(".gz", StringComparison.Ordinal))
            new GZipStream(stream, CompressionMode.Decompress).CopyTo(data);
        else
            stream.CopyTo(data);
        byte[] packed = Pack.Compress(data.ToArray(), Pack.Options(codec, level: 5));
        Pack.AssertSame(data.ToArray(), Pack.DecompressSpan(packed, (int)data.Length), file);
        return packed.Length;
    }
}

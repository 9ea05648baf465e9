using Tacit.Compression;
using Tacit.Modeling;
using Tacit.Modeling.Records;

namespace Tacit.Tests.Records;

/// <summary>Models of records: the same bytes for the same samples, within their size, from any samples, and safe to load.</summary>
public class RecordTrainingTests
{
    [Fact]
    public void TheSameSamplesGiveTheSameFile() =>
        Assert.Equal(RecordSamples.ModelFile(RecordProfile.Fast),
            RecordTraining.Train(RecordSamples.Users(1, 200), new RecordTrainingOptions { Profile = RecordProfile.Fast }));

    [Fact]
    public void AModelKeepsToItsSize()
    {
        // Noise in text, whose contexts take far more than may be.
        byte[][] samples = [.. Enumerable.Range(0, 300).Select(i => System.Text.Encoding.ASCII.GetBytes(
            Convert.ToBase64String(RecordSamples.Noise((ulong)i, 300))))];
        byte[] file = RecordTraining.Train(samples, new RecordTrainingOptions { MaxModelSize = 1 << 16, Profile = RecordProfile.Fast });
        Assert.True(file.Length <= 1 << 16, $"{file.Length} bytes");
        RoundTrip(file, samples[0]);
    }

    [Fact]
    public void TooFewSamplesAreAnError()
    {
        Assert.Contains("no samples", Assert.Throws<ArgumentException>(() => RecordTraining.Train([])).Message, StringComparison.Ordinal);
        Assert.Contains("One sample", Assert.Throws<ArgumentException>(() => RecordTraining.Train([[1, 2, 3]])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnySamplesGiveAModelThatKeepsData()
    {
        byte[][][] kinds =
        [
            [[], []],
            [.. Enumerable.Repeat("all the same"u8.ToArray(), 50)],
            [.. Enumerable.Range(0, 40).Select(i => RecordSamples.Noise((ulong)i, i * 3))],
            [.. Enumerable.Range(0, 60).Select(i => System.Text.Encoding.ASCII.GetBytes($"{i},{i * i % 97},{(i % 3 == 0 ? "\"a,b\"" : "c")},2024-01-{i % 28 + 1:00}"))],
            [.. Enumerable.Range(0, 60).Select(i => (byte[])[1, 0, (byte)i, 0, 10, 10, (byte)(i * 7), 0, 0, 255])],
            [.. Enumerable.Range(0, 60).Select(i => System.Text.Encoding.UTF8.GetBytes($"2024-01-01 12:{i % 60:00}:01 WARN näme={i} 接続 {i * 7919}"))],
            [.. Enumerable.Range(0, 40).Select(i => System.Text.Encoding.ASCII.GetBytes(new string('[', i) + new string('{', i) + "\"a\":" + new string(']', 2 * i)))],
        ];
        foreach (byte[][] samples in kinds)
        {
            byte[] file = RecordTraining.Train(samples);
            foreach (byte[] sample in samples)
                RoundTrip(file, sample);
            RoundTrip(file, [.. "something else"u8]);
        }
    }

    [Fact]
    public void KindsAreTold()
    {
        Assert.Equal(RecordSyntax.Json, RecordSamples.Model().Syntax);
        Assert.Equal((RecordSyntax.Rows, (byte)';'), RecordSyntaxDetection.Detect([[.. "a;b;1,2"u8], [.. "c;d;3,4"u8]]));
        Assert.Equal(RecordSyntax.Text, RecordSyntaxDetection.Detect([[.. "one, two"u8], [.. "three"u8]]).Syntax);
        Assert.Equal(RecordSyntax.Binary, RecordSyntaxDetection.Detect([[0, 1, 2], [0, 2, 3]]).Syntax);
    }

    [Fact]
    public void ADamagedModelIsRefusedOrKeepsData()
    {
        byte[] file = RecordSamples.ModelFile(RecordProfile.Fast);
        byte[] user = RecordSamples.Users(3, 1)[0];
        int refused = 0;
        for (int i = 0; i < file.Length; i += 1 + file.Length / 400)
        {
            byte[] damaged = [.. file];
            damaged[i] ^= (byte)(1 << i % 8);
            try
            {
                RoundTrip(damaged, user);
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }
        Assert.True(refused > 0);
        for (int length = 0; length < file.Length; length += 1 + file.Length / 100)
            Assert.ThrowsAny<InvalidDataException>(() => RecordModel.Load(new MemoryStream(file[..length])));
    }

    [Fact]
    public void AnotherKindOfModelIsRefused()
    {
        using var file = new ModelFile(new MemoryStream(RecordSamples.ModelFile(RecordProfile.Fast)));
        Assert.Equal("records", file.Kind);
        Assert.Throws<InvalidDataException>(() => ModelRegistry.Standard.Load<Tacit.Modeling.Transformers.Gpt>(file));
    }

    [Fact]
    public void AReservoirTakesAFairPartInOrder()
    {
        var all = new SampleReservoir(long.MaxValue, 1);
        var some = new SampleReservoir(20_000, 1);
        var again = new SampleReservoir(20_000, 1);
        for (int i = 0; i < 5000; i++)
        {
            byte[] sample = BitConverter.GetBytes(i);
            all.Add(sample);
            some.Add(sample);
            again.Add(sample);
        }
        Assert.Equal(5000, all.Samples.Count);
        int[] taken = [.. some.Samples.Select(s => BitConverter.ToInt32(s))];
        Assert.InRange(taken.Length, 250, 20_000 / 36);
        Assert.Equal(taken.Order(), taken);
        Assert.InRange(taken.Average(), 2000, 3000);
        Assert.Equal(some.Samples, again.Samples);
    }

    private static void RoundTrip(byte[] file, byte[] record)
    {
        using var codec = new RecordCodec(RecordModel.Load(new MemoryStream(file)));
        byte[] coded = new byte[codec.GetMaxCompressedLength(record.Length)], back = new byte[record.Length];
        Assert.True(codec.TryCompress(record, coded, out int length));
        Assert.True(codec.TryDecompress(coded.AsSpan(0, length), back, out int decoded));
        Assert.Equal(record, back[..decoded]);
    }
}

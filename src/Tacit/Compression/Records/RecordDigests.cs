using System.Globalization;
using System.Text;
using Tacit.Modeling.Records;

namespace Tacit.Compression.Records;

/// <summary>A short training run on records and what its model makes of others, as bytes that must be the same on every machine.</summary>
internal static class RecordDigests
{
    private const int Samples = 60, Others = 20;

    /// <summary>The model file and the coded records; nothing if one of them does not come back.</summary>
    public static byte[] Coded(RecordProfile profile)
    {
        var random = new SelfTestSamples.Generator(9);
        byte[][] records = new byte[Samples + Others][];
        for (int i = 0; i < records.Length; i++)
            records[i] = Record(ref random);
        byte[] file = RecordTraining.Train(records[..Samples], new RecordTrainingOptions { Profile = profile });
        var bytes = new List<byte>(file);
        using var codec = new RecordCodec(RecordModel.Load(new MemoryStream(file)));
        byte[] coded = new byte[1000], back = new byte[1000];
        foreach (byte[] record in records[Samples..])
        {
            if (!codec.TryCompress(record, coded, out int length) || !codec.TryDecompress(coded.AsSpan(0, length), back, out int decoded)
                || !back.AsSpan(0, decoded).SequenceEqual(record))
                return [];
            bytes.AddRange(coded.AsSpan(0, length));
        }
        return [.. bytes];
    }

    /// <summary>A frame of records with its model; nothing if it does not come back.</summary>
    public static byte[] Frame()
    {
        var random = new SelfTestSamples.Generator(10);
        var samples = new List<byte[]>();
        var lines = new List<byte>();
        for (int i = 0; i < Samples + Others; i++)
        {
            byte[] record = Record(ref random);
            if (i < Samples)
                samples.Add(record);
            else
                lines.AddRange([.. record, (byte)'\r', (byte)'\n']);
        }
        byte[] file = RecordTraining.Train(samples, new RecordTrainingOptions { Profile = RecordProfile.Fast }), data = [.. lines, .. samples[0]];
        var options = new TacitCompressionOptions { Codec = TacitCodec.Records, Models = [TacitModel.Load(new MemoryStream(file))], EmbedModels = true, RecordsPerBlock = 7 };
        byte[] packed = new byte[TacitEncoder.GetMaxCompressedLength(data.Length, options)], back = new byte[data.Length];
        return TacitEncoder.TryCompress(data, packed, out int length, options) && TacitDecoder.TryDecompress(packed.AsSpan(0, length), back, out _)
            && back.AsSpan().SequenceEqual(data) ? packed[..length] : [];
    }

    // A word comes again in an address.
    private static byte[] Record(ref SelfTestSamples.Generator random)
    {
        var word = new StringBuilder();
        for (ulong letters = random.Next(); letters > 1UL << 40; letters >>= 5)
            word.Append((char)('a' + letters % 19));
        return Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"{{\"id\":{random.Next() % 100000},\"name\":\"{word}\",\"on\":{(random.Next() % 3 == 0 ? "true" : "false")},\"url\":\"https://example.org/{word}\"}}"));
    }
}

using Tacit.Compression;
using Tacit.Modeling.Records;

namespace Tacit.Cli.Records;

/// <summary>What models make of records they were not trained on.</summary>
internal sealed record HeldOut(int Records, long Bytes, long Coded, long CodedByHalf, int ModelBytes)
{
    /// <summary>Fewest samples of which some are held out.</summary>
    public const int LeastSamples = 20;

    // What the last doubling of the samples must have gained for more of them to be worth it.
    private const double Worth = 0.02;

    /// <summary>True if more samples would make a smaller code.</summary>
    public bool MoreWouldHelp => CodedByHalf - Coded > CodedByHalf * Worth;

    /// <summary>Trains on the first nine tenths of the samples, and on half of these, and codes the last tenth; null if there are too few.</summary>
    public static HeldOut? Measure(IReadOnlyList<byte[]> samples, RecordTrainingOptions options, CancellationToken cancellationToken)
    {
        if (samples.Count < LeastSamples)
            return null;
        int known = samples.Count - samples.Count / 10;
        byte[][] training = [.. samples.Take(known)], held = [.. samples.Skip(known)];
        byte[] model = RecordTraining.Train(training, options, cancellationToken);
        // Every other one, so that the half is as old as the whole.
        byte[] ofHalf = RecordTraining.Train([.. training.Where((_, i) => i % 2 == 1)], options, cancellationToken);
        return new HeldOut(held.Length, held.Sum(r => (long)r.Length), CodedBy(model, held), CodedBy(ofHalf, held), model.Length);
    }

    private static long CodedBy(byte[] model, byte[][] records)
    {
        using var codec = new RecordCodec(RecordModel.Load(new MemoryStream(model)));
        byte[] coded = new byte[codec.GetMaxCompressedLength(records.Max(r => r.Length))];
        long sum = 0;
        foreach (byte[] record in records)
        {
            codec.TryCompress(record, coded, out int length);
            sum += length;
        }
        return sum;
    }
}

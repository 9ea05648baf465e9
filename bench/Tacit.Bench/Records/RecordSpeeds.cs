using System.Diagnostics;
using Tacit.Compression;
using Tacit.Modeling.Records;

namespace Tacit.Bench.Records;

/// <summary>How fast a model codes records, per second of thread time; exactness is checked on the way.</summary>
/// <param name="Coded">Bytes of all records, coded.</param>
/// <param name="Pack">Seconds to code them all.</param>
/// <param name="Unpack">Seconds to decode them all.</param>
/// <param name="Latencies">Milliseconds each record takes to be decoded, for 1 kB of it.</param>
/// <param name="Threads">What two threads decode in a second of each, of what one does in a second.</param>
/// <param name="Allocated">Bytes allocated while all were coded and decoded.</param>
internal sealed record RecordSpeeds(long Coded, double Pack, double Unpack, double[] Latencies, double Threads, long Allocated)
{
    /// <summary>Their median.</summary>
    public double Latency => ThreadTime.Median(Latencies);

    private const int Rounds = 5;
    private const double Seconds = 0.1;     // of a round at least

    public static RecordSpeeds Measure(RecordModel model, byte[][] records)
    {
        using var codec = new RecordCodec(model);
        int longest = records.Max(r => r.Length);
        byte[] room = new byte[codec.GetMaxCompressedLength(longest)], back = new byte[longest];
        byte[][] coded = [.. records.Select(r => Code(codec, r, room))];
        for (int i = 0; i < records.Length; i++)
        {
            if (!codec.TryDecompress(coded[i], back, out int length) || !back.AsSpan(0, length).SequenceEqual(records[i]))
                throw new InvalidOperationException("a record does not come back");
        }
        Action pack = () => CodeAll(codec, records, room), unpack = () => DecodeAll(codec, coded, back);
        double[][] times = ThreadTime.Rounds(Rounds, Seconds, pack, unpack);
        long before = GC.GetAllocatedBytesForCurrentThread();
        pack();
        unpack();
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return new RecordSpeeds(coded.Sum(c => (long)c.Length), ThreadTime.Median(times[0]), ThreadTime.Median(times[1]),
            LatenciesOf(codec, records, coded, back), TwoThreads(model, coded, longest), allocated);
    }

    private static byte[] Code(RecordCodec codec, byte[] record, byte[] room)
    {
        codec.TryCompress(record, room, out int length);
        return room[..length];
    }

    private static void CodeAll(RecordCodec codec, byte[][] records, byte[] room)
    {
        foreach (byte[] record in records)
            codec.TryCompress(record, room, out _);
    }

    private static void DecodeAll(RecordCodec codec, byte[][] coded, byte[] back)
    {
        foreach (byte[] record in coded)
            codec.TryDecompress(record, back, out _);
    }

    private static double[] LatenciesOf(RecordCodec codec, byte[][] records, byte[][] coded, byte[] back)
    {
        double[] latencies = new double[coded.Length];
        for (int i = 0; i < coded.Length; i++)
        {
            long start = Stopwatch.GetTimestamp();
            codec.TryDecompress(coded[i], back, out _);
            latencies[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds * 1000 / Math.Max(records[i].Length, 1);
        }
        return latencies;
    }

    // By thread time, so that neighbours count little: what two lose to each other they lose in caches and memory, for nothing is locked.
    private static double TwoThreads(RecordModel model, byte[][] coded, int longest)
    {
        var ratios = new List<double>();
        int repeats = 1;
        while (Time(1, repeats) < 0.2)
            repeats *= 2;
        for (int round = 0; round < Rounds; round++)
            ratios.Add(2 * Time(1, repeats) / Time(2, repeats));
        return ThreadTime.Median(ratios);

        double Time(int threads, int times)
        {
            double[] seconds = new double[threads];
            Thread[] all = [.. Enumerable.Range(0, threads).Select(number => new Thread(() =>
            {
                using var codec = new RecordCodec(model);
                byte[] back = new byte[longest];
                double start = ThreadTime.Now;
                for (int i = 0; i < times; i++)
                    DecodeAll(codec, coded, back);
                seconds[number] = ThreadTime.Now - start;
            }))];
            Array.ForEach(all, thread => thread.Start());
            Array.ForEach(all, thread => thread.Join());
            return seconds.Average();
        }
    }
}

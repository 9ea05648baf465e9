using Tacit.Compression;
using Tacit.Modeling.Records;
using Tacit.Tests.Support;

namespace Tacit.Tests.Records;

/// <summary>Records coded each alone: exact, small, never long, without allocation, and safe from damage.</summary>
public class RecordCodecTests
{
    public static TheoryData<RecordProfile> Profiles => [RecordProfile.Best, RecordProfile.Fast];

    [Theory, MemberData(nameof(Profiles))]
    public void RecordsLikeTheSamplesComeBackAndAreSmall(RecordProfile profile)
    {
        using var codec = new RecordCodec(RecordSamples.Model(profile));
        long raw = 0, coded = 0;
        foreach (byte[] record in RecordSamples.Users(2, 100))
        {
            raw += record.Length;
            coded += RoundTrip(codec, record).Length;
        }
        // Of a record, the id has 20 bits, the name about 31 and its length 2.6, the plan 1.6: 7 bytes. The rest is known.
        Assert.True(coded < 11 * 100, $"{coded} bytes for 100 records of {raw} bytes");
    }

    [Theory, MemberData(nameof(Profiles))]
    public void RecordsOfAnyOtherKindComeBackAndAreHardlyLonger(RecordProfile profile)
    {
        using var codec = new RecordCodec(RecordSamples.Model(profile));
        Assert.True(RoundTrip(codec, []).Length <= 1);
        for (int seed = 0; seed < 60; seed++)
        {
            byte[] noise = RecordSamples.Noise((ulong)seed, seed * seed);
            Assert.True(RoundTrip(codec, noise).Length <= noise.Length + 1, $"seed {seed}");
        }
        for (int value = 0; value < 256; value++)
            RoundTrip(codec, [(byte)value]);
        RoundTrip(codec, [.. Enumerable.Repeat((byte)'\n', 3000)]);
        RoundTrip(codec, [.. "{\"id\":1\n,\"login\":\""u8, .. RecordSamples.Noise(7, 200), .. "\"}\n"u8]);
        byte[] user = RecordSamples.Users(3, 1)[0];
        RoundTrip(codec, [.. Enumerable.Repeat(user, 500).SelectMany(u => u)]);   // longer than the record's memory
        for (int length = 0; length < user.Length; length++)
            RoundTrip(codec, user[..length]);
    }

    [Fact]
    public void ARecordsCodeDoesNotDependOnTheRecordsBefore()
    {
        using var codec = new RecordCodec(RecordSamples.Model());
        byte[][] users = RecordSamples.Users(4, 30);
        foreach (byte[] user in users)
        {
            using var other = new RecordCodec(RecordSamples.Model());
            Assert.Equal(RoundTrip(other, user), RoundTrip(codec, user));
        }
    }

    // The numbers of records in a codec's memory have 16 bits.
    [Fact]
    public void ACodecMayBeUsedForever()
    {
        using var codec = new RecordCodec(RecordSamples.Model(RecordProfile.Fast));
        byte[] user = RecordSamples.Users(5, 1)[0], coded = new byte[100];
        byte[] first = RoundTrip(codec, user);
        for (int i = 0; i < 70_000; i++)
            codec.TryCompress("{"u8, coded, out _);
        Assert.Equal(first, RoundTrip(codec, user));
    }

    [Theory, InlineData(0, false), InlineData(1, false), InlineData(4, true)]
    public void WhatDoesNotFitIsRefusedAndWhatFitsExactlyIsNot(int tag, bool check)
    {
        using var codec = new RecordCodec(RecordSamples.Model(), new RecordCodecOptions { TagLength = tag, Check = check });
        foreach (byte[] record in (byte[][])[RecordSamples.Users(6, 1)[0], RecordSamples.Noise(6, 50), []])
        {
            byte[] coded = new byte[codec.GetMaxCompressedLength(record.Length)];
            Assert.True(codec.TryCompress(record, coded, out int length));
            for (int room = 0; room < length; room++)
                Assert.False(codec.TryCompress(record, new byte[room], out _));
            byte[] exact = new byte[length];
            Assert.True(codec.TryCompress(record, exact, out int again));
            Assert.Equal(coded[..length], exact[..again]);
            for (int room = 0; room < record.Length; room++)
                Assert.False(codec.TryDecompress(exact, new byte[room], out _));
            Assert.True(codec.TryDecompress(exact, new byte[record.Length], out int decoded));
            Assert.Equal(record.Length, decoded);
        }
    }

    [Theory, MemberData(nameof(Profiles))]
    public void NothingIsAllocatedForARecord(RecordProfile profile)
    {
        using var codec = new RecordCodec(RecordSamples.Model(profile), new RecordCodecOptions { TagLength = 4, Check = true });
        byte[][] users = RecordSamples.Users(7, 50);
        byte[] coded = new byte[1000], back = new byte[1000];
        Run();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Run();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Run()
        {
            foreach (byte[] user in users)
            {
                codec.TryCompress(user, coded, out int length);
                codec.TryDecompress(coded.AsSpan(0, length), back, out _);
            }
        }
    }

    [Fact]
    public void DamageIsFoundByTheCheckAndHarmlessWithoutIt()
    {
        using var plain = new RecordCodec(RecordSamples.Model());
        using var checkedCodec = new RecordCodec(RecordSamples.Model(), new RecordCodecOptions { Check = true });
        byte[] back = new byte[400];
        foreach (byte[] record in (byte[][])[.. RecordSamples.Users(8, 3), RecordSamples.Noise(8, 40)])
        {
            byte[] coded = RoundTrip(plain, record), withCheck = RoundTrip(checkedCodec, record);
            for (int bit = 0; bit < 8 * withCheck.Length; bit++)
            {
                byte[] damaged = [.. withCheck];
                damaged[bit / 8] ^= (byte)(1 << bit % 8);
                // The last bits of a code may be of no use; then no harm was done.
                if (checkedCodec.TryDecompress(damaged, back, out int decoded))
                    Assert.Equal(record, back[..decoded]);
            }
            for (int bit = 0; bit < 8 * coded.Length; bit++)
            {
                byte[] damaged = [.. coded];
                damaged[bit / 8] ^= (byte)(1 << bit % 8);
                plain.TryDecompress(damaged, back, out _);
            }
            for (int length = 0; length < withCheck.Length; length++)
            {
                if (checkedCodec.TryDecompress(withCheck.AsSpan(0, length), back, out int decoded))
                    Assert.Equal(record, back[..decoded]);
                plain.TryDecompress(coded.AsSpan(0, Math.Min(length, coded.Length)), back, out _);
            }
        }
        for (int seed = 0; seed < 300; seed++)
            plain.TryDecompress(RecordSamples.Noise((ulong)seed, seed % 40), back, out _);
    }

    [Fact]
    public void ModelsStandSideBySideByTheirTags()
    {
        RecordModel old = RecordSamples.Model(RecordProfile.Fast), young = RecordSamples.Model();
        var options = new RecordCodecOptions { TagLength = 4 };
        using var before = new RecordCodecSet([old], options);
        using var after = new RecordCodecSet([old, young], options);
        byte[] user = RecordSamples.Users(9, 1)[0], coded = new byte[before.GetMaxCompressedLength(user.Length)], back = new byte[user.Length];
        foreach (RecordCodecSet writer in (RecordCodecSet[])[before, after])
        {
            Assert.True(writer.TryCompress(user, coded, out int length));
            Assert.True(after.TryDecompress(coded.AsSpan(0, length), back, out int decoded));
            Assert.Equal(user, back[..decoded]);
            Assert.Equal(writer == before, before.TryDecompress(coded.AsSpan(0, length), back, out _));
        }
        Assert.Throws<ArgumentException>(() => new RecordCodecSet([young, young], options));
        Assert.Throws<ArgumentException>(() => new RecordCodecSet([young], new RecordCodecOptions()));
        Assert.Throws<ArgumentException>(() => new RecordCodec(young, new RecordCodecOptions { TagLength = 2 }));
    }

    [Fact]
    public void ThreadsShareAModel()
    {
        RecordModel model = RecordSamples.Model();
        byte[][] users = RecordSamples.Users(10, 100);
        byte[][] expected = Code();
        Parallel.For(0, 4, _ => Assert.Equal(expected, Code()));

        byte[][] Code()
        {
            using var codec = new RecordCodec(model);
            return [.. users.Select(u => RoundTrip(codec, u))];
        }
    }

    [Fact]
    public void WhatIsCutWronglyIsRefused()
    {
        using var codec = new RecordCodec(RecordSamples.Model());
        byte[] back = new byte[400];
        foreach (byte[] user in RecordSamples.Users(11, 20))
        {
            byte[] coded = RoundTrip(codec, user);
            Assert.False(codec.TryDecompress([.. coded, 0, 0], back, out _));
            Assert.False(codec.TryDecompress([.. coded, .. coded], back, out _));
        }
    }

    [Fact]
    public void TwoThreadsInOneCodecAreAnError()
    {
        using var codec = new RecordCodec(RecordSamples.Model(RecordProfile.Fast));
        byte[] noise = RecordSamples.Noise(1, 3_000_000), room = new byte[codec.GetMaxCompressedLength(noise.Length)];
        int refused = 0;
        var other = new Thread(() =>
        {
            while (Volatile.Read(ref refused) == 0)
                Try(() => codec.TryCompress(noise, room, out _));
        });
        other.Start();
        byte[] user = RecordSamples.Users(12, 1)[0], coded = new byte[1000];
        while (Volatile.Read(ref refused) == 0)
            Try(() => codec.TryCompress(user, coded, out _));
        other.Join();
        RoundTrip(codec, user);     // no harm was done

        void Try(Action use)
        {
            try
            {
                use();
            }
            catch (InvalidOperationException)
            {
                Interlocked.Increment(ref refused);
            }
        }
    }

    [Fact]
    public void AFreedCodecSaysSo()
    {
        var codec = new RecordCodec(RecordSamples.Model(RecordProfile.Fast));
        codec.Dispose();
        codec.Dispose();
        Assert.Throws<ObjectDisposedException>(() => codec.TryCompress([], new byte[10], out _));
        Assert.Throws<ObjectDisposedException>(() => codec.TryDecompress(new byte[5], new byte[10], out _));
    }

    [DataFact]
    public void RealLogLinesTakeATwelfth()
    {
        byte[][] lines = RecordFiles.Lines("logs/Apache.test.log");
        using var codec = new RecordCodec(RecordModel.Load(new MemoryStream(RecordTraining.Train(lines[..300]))));
        long raw = 0, coded = 0;
        foreach (byte[] line in lines[300..])
        {
            raw += line.Length;
            coded += RoundTrip(codec, line).Length;
        }
        Assert.True(coded * 12 < raw, $"{raw} -> {coded} bytes");
    }

    private static byte[] RoundTrip(RecordCodec codec, byte[] record)
    {
        byte[] coded = new byte[codec.GetMaxCompressedLength(record.Length)], back = new byte[record.Length];
        Assert.True(codec.TryCompress(record, coded, out int length));
        Assert.True(codec.TryDecompress(coded.AsSpan(0, length), back, out int decoded));
        Assert.Equal(record, back[..decoded]);
        return coded[..length];
    }
}

using Tacit.Numerics;

namespace Tacit.Modeling.Records;

/// <summary>Keeps a fair share of more samples than fit memory, in their order; the same seed keeps the same.</summary>
/// <remarks>
/// Sample i has a random number by seed and i. While all kept take more than the limit, the half of the range of numbers
/// that is still let in is halved again. A sample of more than a sixteenth of the limit is left out: it is no small record, and would
/// take the place of all others.
/// </remarks>
public sealed class SampleReservoir
{
    private const ulong Stream = 12;
    private const int LeastKept = 2, PartOfSample = 16;

    private readonly List<(uint Number, byte[] Sample)> _kept = [];
    private readonly ulong _seed;
    private readonly long _limit;
    private uint _most = uint.MaxValue;
    private long _bytes;

    /// <summary>Starts empty.</summary>
    /// <param name="limit">Most bytes to keep, at least 1; each sample counts 32 more.</param>
    /// <param name="seed">The key of the random numbers.</param>
    public SampleReservoir(long limit, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        _limit = limit;
        _seed = seed;
    }

    /// <summary>Samples offered.</summary>
    public long Offered { get; private set; }

    /// <summary>Bytes of them.</summary>
    public long OfferedBytes { get; private set; }

    /// <summary>Samples left out because they are longer than <see cref="MaxLength"/>.</summary>
    public long TooLong { get; private set; }

    /// <summary>Longest sample that is kept.</summary>
    public long MaxLength => Math.Max(_limit / PartOfSample, 1);

    /// <summary>Those kept, in the order they came.</summary>
    public IReadOnlyList<byte[]> Samples => [.. _kept.Select(k => k.Sample)];

    /// <summary>Offers a sample.</summary>
    public void Add(ReadOnlySpan<byte> sample)
    {
        uint number = Philox.Block(_seed, Stream, (ulong)Offered).X;
        Offered++;
        OfferedBytes += sample.Length;
        if (sample.Length > MaxLength)
        {
            TooLong++;
            return;
        }
        if (number > _most)
            return;
        _kept.Add((number, sample.ToArray()));
        _bytes += sample.Length + 32;
        while (_bytes > _limit && _kept.Count(k => k.Number <= _most >> 1) >= LeastKept)
        {
            _most >>= 1;
            _kept.RemoveAll(k => k.Number > _most);
            _bytes = _kept.Sum(k => k.Sample.Length + 32L);
        }
    }
}

using System.Buffers.Binary;
using System.Numerics;

namespace Tacit.Modeling.Records;

/// <summary>Which words of a record repeat which earlier ones: a key that names a login, further on in five addresses.</summary>
/// <remarks>
/// A word begins where <see cref="RecordScanner.WordLength"/> is 0, at a place named by <see cref="RecordScanner.Place"/>. A
/// link goes from a place to an earlier place of the same record whose word was the same, often enough in the samples.
/// </remarks>
internal sealed class RecordLinks
{
    /// <summary>Classes of how often a link held.</summary>
    public const int Strengths = 8;

    /// <summary>Most links.</summary>
    public const int MaxLinks = 2048;

    private const int LeastCount = 3, MaxPairs = 1 << 19, MaxPlaces = 1 << 20, MaxWords = 64;

    private readonly ulong[] _places;
    private readonly ulong[] _targets;
    private readonly byte[] _strengths;
    private readonly int _shift;

    public RecordLinks(IReadOnlyList<RecordLink> links)
    {
        int bits = BitOperations.Log2((uint)links.Count * 2 + 2) + 1;
        _places = new ulong[1 << bits];
        _targets = new ulong[1 << bits];
        _strengths = new byte[1 << bits];
        _shift = 64 - bits;
        foreach (RecordLink link in links)
        {
            int i = (int)(link.Place >> _shift);
            while (_places[i] != 0)
                i = (i + 1) & (_places.Length - 1);
            _places[i] = link.Place;
            _targets[i] = link.Target;
            _strengths[i] = (byte)link.Strength;
        }
        Links = links;
    }

    public IReadOnlyList<RecordLink> Links { get; }

    /// <summary>The place whose word is repeated here, or 0.</summary>
    public ulong Find(ulong place, out int strength)
    {
        int i = (int)(place >> _shift);
        while (_places[i] != place)
        {
            if (_places[i] == 0)
            {
                strength = 0;
                return 0;
            }
            i = (i + 1) & (_places.Length - 1);
        }
        strength = _strengths[i];
        return _targets[i];
    }

    /// <summary>Bytes of a link in a file.</summary>
    public const int EntrySize = 17;

    /// <summary>Writes the links.</summary>
    public void Write(Span<byte> destination)
    {
        for (int i = 0; i < Links.Count; i++)
        {
            Span<byte> entry = destination.Slice(i * EntrySize, EntrySize);
            BinaryPrimitives.WriteUInt64LittleEndian(entry, Links[i].Place);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[8..], Links[i].Target);
            entry[16] = (byte)Links[i].Strength;
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static RecordLinks Read(ReadOnlySpan<byte> source)
    {
        if (source.Length > MaxLinks * EntrySize)
            throw new InvalidDataException($"The model has more than {MaxLinks} links.");
        var links = new List<RecordLink>();
        for (; source.Length >= EntrySize; source = source[EntrySize..])
        {
            var link = new RecordLink(BinaryPrimitives.ReadUInt64LittleEndian(source), BinaryPrimitives.ReadUInt64LittleEndian(source[8..]), source[16]);
            if (link.Place == 0 || link.Target == 0 || link.Strength >= Strengths)
                throw new InvalidDataException("The model's links are damaged.");
            links.Add(link);
        }
        return source.IsEmpty ? new RecordLinks(links) : throw new InvalidDataException("The model's links end early.");
    }

    /// <summary>Learns links from samples: those that held most often.</summary>
    /// <param name="samples">The samples.</param>
    /// <param name="scanner">Reads them.</param>
    /// <param name="most">Most links to keep, at most <see cref="MaxLinks"/>.</param>
    public static RecordLinks Learn(IReadOnlyList<byte[]> samples, RecordScanner scanner, int most)
    {
        var pairs = new Tally<(ulong Place, ulong Target)>(MaxPairs);
        var words = new Tally<ulong>(MaxPlaces);
        var seenWords = new ulong[MaxWords];
        var seenPlaces = new ulong[MaxWords];
        foreach (byte[] sample in samples)
        {
            scanner.Restart();
            int seen = 0;
            ulong place = scanner.Place;
            ulong word = 0;
            for (int i = 0; i <= sample.Length; i++)
            {
                byte value = i < sample.Length ? sample[i] : RecordPredictor.EndByte;
                ulong before = scanner.Word;
                int length = scanner.WordLength;
                scanner.Add(value);
                if (scanner.WordLength > 0)
                    continue;
                if (length >= 2)
                {
                    word = before;
                    words.Add(place);
                    for (int k = seen - 1; k >= 0 && k >= seen - MaxWords; k--)
                    {
                        if (seenWords[k % MaxWords] == word && seenPlaces[k % MaxWords] != place)
                            pairs.Add((place, seenPlaces[k % MaxWords]));
                    }
                    seenWords[seen % MaxWords] = word;
                    seenPlaces[seen % MaxWords] = place;
                    seen++;
                }
                place = scanner.Place;
            }
        }
        // The best target of each place.
        var best = new Dictionary<ulong, int>();
        var order = new List<ulong>();
        IReadOnlyList<((ulong Place, ulong Target) Pair, int Count)> counted = pairs.Counts;
        for (int i = 0; i < counted.Count; i++)
        {
            ulong place = counted[i].Pair.Place;
            if (counted[i].Count < LeastCount || counted[i].Count * 5L < words.CountOf(place))
                continue;
            if (!best.TryGetValue(place, out int other))
                order.Add(place);
            else if (counted[i].Count <= counted[other].Count)
                continue;
            best[place] = i;
        }
        // A stable order, so that the same samples keep the same links.
        var links = new List<RecordLink>();
        foreach (ulong from in order.OrderByDescending(place => counted[best[place]].Count).Take(most))
        {
            ((_, ulong target), int count) = counted[best[from]];
            int all = Math.Max(words.CountOf(from), count);
            // 8 classes of 1 − share: 1/2 and more, 1/4, … 1/128.
            int strength = 0;
            while (strength < Strengths - 1 && (long)(all - count) << strength + 1 < all)
                strength++;
            links.Add(new RecordLink(from, target, strength));
        }
        return new RecordLinks(links);
    }
}

/// <summary>The word at a place is often that of an earlier place.</summary>
internal readonly record struct RecordLink(ulong Place, ulong Target, int Strength);

using System.Runtime.InteropServices;
using System.Text;

namespace Tacit.Media;

/// <summary>Learns byte-pair merges from text: again and again the pair of neighbours that is there most often becomes a token.</summary>
/// <remarks>
/// Sennrich, Haddow and Birch 2016, on bytes. Different words are counted once and kept with their number; a merge
/// changes only the words that have the pair, and the numbers of their pairs; a heap knows the most frequent. Of pairs
/// there as often the one with the lower tokens comes first, so the same text gives the same tokeniser everywhere.
/// </remarks>
public sealed class BytePairTrainer
{
    /// <summary>Most tokens.</summary>
    public const int MostTokens = 1 << 20;

    // A piece that is longer, which no word is, is counted in parts, so that no merge has long rows to go through.
    private const int LongestWord = 256;

    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _numberOf;
    private readonly List<string> _words = [];
    private readonly List<long> _counts = [];

    /// <summary>One that has seen nothing.</summary>
    public BytePairTrainer() => _numberOf = _numbers.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Counts the words of a text.</summary>
    public void Add(ReadOnlySpan<byte> text)
    {
        Span<char> key = stackalloc char[LongestWord];
        while (!text.IsEmpty)
        {
            ReadOnlySpan<byte> piece = text[..TextPieces.First(text)];
            text = text[piece.Length..];
            for (; !piece.IsEmpty; piece = piece[Math.Min(piece.Length, LongestWord)..])
            {
                ReadOnlySpan<byte> word = piece[..Math.Min(piece.Length, LongestWord)];
                ByteStrings.Widen(word, key);
                if (!_numberOf.TryGetValue(key[..word.Length], out int number))
                {
                    number = _words.Count;
                    string name = key[..word.Length].ToString();
                    _words.Add(name);
                    _counts.Add(0);
                    _numbers.Add(name, number);
                }
                _counts[number]++;
            }
        }
    }

    /// <summary>The tokeniser.</summary>
    /// <param name="vocabulary">Tokens there are to be, at least 256. Fewer if no pair is there twice any more.</param>
    /// <param name="progress">Told the fraction that is done.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public BytePairTokenizer Train(int vocabulary, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabulary, 256);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(vocabulary, MostTokens);
        var tokens = new List<byte[]>();
        for (int b = 0; b < 256; b++)
            tokens.Add([(byte)b]);
        var merges = new List<(int Left, int Right)>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        var pairs = new PairCounts(_words, _counts);
        while (tokens.Count < vocabulary && pairs.TakeMostFrequent(out int left, out int right))
        {
            cancellationToken.ThrowIfCancellationRequested();
            byte[] both = [.. tokens[left], .. tokens[right]];
            // The same bytes from other parts would be a second token of one name: the pair stays as it is.
            if (!known.Add(ByteStrings.Key(both)))
                continue;
            pairs.Merge(left, right, tokens.Count);
            tokens.Add(both);
            merges.Add((left, right));
            if (merges.Count % 64 == 0)
                progress?.Report((double)merges.Count / (vocabulary - 256));
        }
        return BytePairTokenizer.Parse(Encoding.UTF8.GetBytes(BytePairJson.Write(tokens, merges)));
    }

    // How often pairs of tokens stand together, and in which words.
    private sealed class PairCounts
    {
        private readonly List<int>[] _words;
        private readonly List<long> _wordCounts;
        private readonly Dictionary<long, int> _numbers = [];
        private readonly List<Pair> _pairs = [];
        private readonly PriorityQueue<int, (long MinusCount, long Key)> _frequent = new();
        private readonly List<int> _created = [];

        public PairCounts(List<string> words, List<long> counts)
        {
            _wordCounts = counts;
            _words = new List<int>[words.Count];
            for (int w = 0; w < _words.Length; w++)
            {
                var symbols = new List<int>(words[w].Length);
                foreach (char b in words[w])
                    symbols.Add(b);
                _words[w] = symbols;
                for (int i = 1; i < symbols.Count; i++)
                    Change(symbols[i - 1], symbols[i], counts[w], w);
            }
            OfferCreated();
        }

        /// <summary>The most frequent pair, which is not given again; false if none is there twice.</summary>
        public bool TakeMostFrequent(out int left, out int right)
        {
            while (_frequent.TryDequeue(out int number, out (long MinusCount, long Key) was))
            {
                long count = _pairs[number].Count;
                if (count < 2)
                    continue;
                if (count == -was.MinusCount)
                {
                    (left, right) = ((int)(was.Key >> 32), (int)was.Key);
                    return true;
                }
                _frequent.Enqueue(number, (-count, was.Key));      // it has become rarer since
            }
            (left, right) = (0, 0);
            return false;
        }

        /// <summary>Puts a token in place of a pair everywhere.</summary>
        public void Merge(int left, int right, int merged)
        {
            foreach (int w in _pairs[_numbers[Key(left, right)]].Words.ToArray())
            {
                long count = _wordCounts[w];
                List<int> symbols = _words[w];
                Span<int> s = CollectionsMarshal.AsSpan(symbols);
                int kept = 0;
                for (int i = 0; i < s.Length; i++)
                {
                    if (s[i] != left || i + 1 == s.Length || s[i + 1] != right)
                    {
                        s[kept++] = s[i];
                        continue;
                    }
                    Change(left, right, -count, w);
                    if (kept > 0)
                    {
                        Change(s[kept - 1], left, -count, w);
                        Change(s[kept - 1], merged, count, w);
                    }
                    if (i + 2 < s.Length)
                    {
                        Change(right, s[i + 2], -count, w);
                        Change(merged, s[i + 2], count, w);
                    }
                    s[kept++] = merged;
                    i++;
                }
                symbols.RemoveRange(kept, symbols.Count - kept);
            }
            OfferCreated();
        }

        private static long Key(int left, int right) => (long)left << 32 | (uint)right;

        private void Change(int left, int right, long count, int word)
        {
            ref int number = ref CollectionsMarshal.GetValueRefOrAddDefault(_numbers, Key(left, right), out bool known);
            if (!known)
            {
                number = _pairs.Count;
                _pairs.Add(new Pair { Key = Key(left, right) });
                _created.Add(number);
            }
            Pair pair = _pairs[number];
            pair.Count += count;
            if (count > 0 && (pair.Words.Count == 0 || pair.Words[^1] != word))
                pair.Words.Add(word);
        }

        // Pairs are new only until the merge that made them is over: from then on they become rarer.
        private void OfferCreated()
        {
            foreach (int number in _created)
                _frequent.Enqueue(number, (-_pairs[number].Count, _pairs[number].Key));
            _created.Clear();
        }

        private sealed class Pair
        {
            public required long Key { get; init; }

            public long Count { get; set; }

            public List<int> Words { get; } = [];
        }
    }
}

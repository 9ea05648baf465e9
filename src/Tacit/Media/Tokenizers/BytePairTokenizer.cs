using System.Text;

namespace Tacit.Media;

/// <summary>Byte-level byte-pair encoding, as GPT-2's: words are bytes, of which neighbours are merged by learnt rules.</summary>
/// <remarks>
/// <para>
/// Sennrich, Haddow and Birch 2016; Radford et al. 2019. The form in files is Hugging Face's tokenizer.json; of what that
/// can describe, this is byte-level BPE with GPT-2's splitting and nothing that would lose bytes. Any bytes are encoded,
/// UTF-8 or not, and decoded to themselves; of valid UTF-8 the tokens are those of Hugging Face's library.
/// </para>
/// <para>Added tokens (&lt;|endoftext|&gt; and the like) are recognised in the text, the leftmost first, then the longest.</para>
/// </remarks>
public sealed class BytePairTokenizer : ITokenizer
{
    /// <summary>The name in model files.</summary>
    public const string FileName = "bpe";

    private const int LongestCached = 32, MostCached = 1 << 15;

    private readonly byte[][] _bytes;       // of each token; empty for a number that is none's
    private readonly int[] _ofByte;
    private readonly Rule _rule;
    private readonly TokenSearch? _added;
    private readonly bool _ignoresMerges;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _whole;

    internal BytePairTokenizer(BytePairModel model, string json, int vocabulary, int? end)
    {
        Json = json;
        int count = model.TokenCount;
        if (vocabulary != 0 && vocabulary < count)
            throw new InvalidDataException($"The tokeniser has {count} tokens, the model {vocabulary}.");
        Vocabulary = Math.Max(vocabulary, count);
        if (end is { } last && (uint)last >= (uint)Vocabulary)
            throw new InvalidDataException($"The tokeniser has {Vocabulary} tokens; {last}, the one at the end of a text, is none of them.");
        _bytes = new byte[Vocabulary][];
        Array.Fill(_bytes, []);
        foreach ((string key, int id) in model.Tokens)
            _bytes[id] = Encoding.Latin1.GetBytes(key);
        foreach ((byte[] content, int id) in model.Added)
            _bytes[id] = content;
        _ofByte = model.ByteTokens;
        _rule = new Rule(model.Merges);
        _added = model.Added.Count == 0 ? null : new TokenSearch(model.Added);
        _ignoresMerges = model.IgnoresMerges;
        _whole = model.Ids.GetAlternateLookup<ReadOnlySpan<char>>();
        (Start, End) = (model.Start, end);
    }

    /// <inheritdoc/>
    public string Name => FileName;

    /// <inheritdoc/>
    public int Vocabulary { get; }

    /// <inheritdoc/>
    public int? Start { get; }

    /// <inheritdoc/>
    public int? End { get; }

    /// <summary>The tokeniser as the text of a tokenizer.json.</summary>
    public string Json { get; }

    /// <summary>Reads a tokenizer.json.</summary>
    /// <param name="utf8">The file.</param>
    /// <param name="vocabulary">Tokens of the model it belongs to, which may have some that stand for nothing; 0 for its own number.</param>
    /// <param name="end">The token that ends a text; the file does not say.</param>
    /// <exception cref="InvalidDataException">It is damaged, or no byte-level BPE that keeps every byte.</exception>
    public static BytePairTokenizer Parse(ReadOnlyMemory<byte> utf8, int vocabulary = 0, int? end = null)
    {
        BytePairModel model = BytePairJson.Read(utf8);
        return new BytePairTokenizer(model, Encoding.UTF8.GetString(utf8.Span), vocabulary, end);
    }

    /// <inheritdoc/>
    public int[] Encode(ReadOnlySpan<byte> bytes)
    {
        var tokens = new List<int>(bytes.Length / 3 + 4);
        var pieces = new Pieces();
        while (!bytes.IsEmpty)
        {
            (int at, int length, int token) = _added?.First(bytes) ?? (bytes.Length, 0, 0);
            ReadOnlySpan<byte> text = bytes[..at];
            while (!text.IsEmpty)
            {
                int piece = TextPieces.First(text);
                Append(tokens, text[..piece], pieces);
                text = text[piece..];
            }
            if (length > 0)
                tokens.Add(token);
            bytes = bytes[(at + length)..];
        }
        return [.. tokens];
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Decode(int token, int previous = -1) => (uint)token < (uint)_bytes.Length ? _bytes[token]
        : throw new ArgumentOutOfRangeException(nameof(token), token, $"There are {_bytes.Length} tokens.");

    private void Append(List<int> tokens, ReadOnlySpan<byte> piece, Pieces pieces)
    {
        if (piece.Length == 1)
        {
            tokens.Add(_ofByte[piece[0]]);
            return;
        }
        if (piece.Length > LongestCached)
        {
            Split(piece, pieces.Buffer);
            tokens.AddRange(pieces.Buffer);
            return;
        }
        Span<char> key = stackalloc char[LongestCached];
        key = key[..piece.Length];
        ByteStrings.Widen(piece, key);
        if (!pieces.Known.TryGetValue(key, out int[]? known))
        {
            Split(piece, pieces.Buffer);
            known = [.. pieces.Buffer];
            if (pieces.Known.Dictionary.Count < MostCached)
                pieces.Known.TryAdd(key, known);
        }
        tokens.AddRange(known);
    }

    private void Split(ReadOnlySpan<byte> piece, List<int> tokens)
    {
        tokens.Clear();
        if (_ignoresMerges && piece.Length <= BytePairJson.LongestToken)
        {
            Span<char> key = stackalloc char[piece.Length];
            ByteStrings.Widen(piece, key);
            if (_whole.TryGetValue(key, out int token))
            {
                tokens.Add(token);
                return;
            }
        }
        foreach (byte b in piece)
            tokens.Add(_ofByte[b]);
        PairMerging.Merge(tokens, _rule);
    }

    // Pieces a text has had before: most words come again.
    private sealed class Pieces
    {
        public readonly Dictionary<string, int[]>.AlternateLookup<ReadOnlySpan<char>> Known =
            new Dictionary<string, int[]>(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

        public readonly List<int> Buffer = [];
    }

    private readonly struct Rule(IReadOnlyList<(int Left, int Right, int Merged)> merges) : IPairRule
    {
        private readonly Dictionary<long, (uint Rank, int Merged)> _merges = Index(merges);

        public bool TryMerge(int left, int right, out uint order, out int merged)
        {
            bool found = _merges.TryGetValue((long)left << 32 | (uint)right, out (uint Rank, int Merged) merge);
            (order, merged) = merge;
            return found;
        }

        private static Dictionary<long, (uint Rank, int Merged)> Index(IReadOnlyList<(int Left, int Right, int Merged)> merges)
        {
            var index = new Dictionary<long, (uint, int)>(merges.Count);
            for (int rank = 0; rank < merges.Count; rank++)
            {
                (int left, int right, int merged) = merges[rank];
                if (!index.TryAdd((long)left << 32 | (uint)right, ((uint)rank, merged)))
                    throw new InvalidDataException($"The tokeniser merges {left} and {right} twice.");
            }
            return index;
        }
    }
}

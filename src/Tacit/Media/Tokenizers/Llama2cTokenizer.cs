using System.Buffers.Binary;
using System.Text;

namespace Tacit.Media;

/// <summary>The tokeniser of karpathy/llama2.c: SentencePiece's byte-pair encoding, by scores, in a file tokenizer.bin.</summary>
/// <remarks>
/// As encode and decode of run.c. A text gets a space before it, which decoding takes away again; a character that is no
/// token becomes the tokens of its bytes, the ids 3 to 258; then the neighbours whose merged token has the highest
/// score are merged, of equal ones the leftmost. Only ids from 259 on are found by their text, so that no text is mistaken for
/// a byte's token or a control token; of two tokens with the same text the first counts.
/// </remarks>
public sealed class Llama2cTokenizer : ITokenizer
{
    /// <summary>The name in model files.</summary>
    public const string FileName = "llama2c";

    private const int Bytes = 3, Pieces = Bytes + 256, LongestToken = 1024, MostTokens = 1 << 22;

    private readonly byte[][] _pieces;
    private readonly float[] _scores;
    private readonly int _longest;
    private readonly Rule _rule;
    private readonly int _space;

    private Llama2cTokenizer(byte[][] pieces, float[] scores, int longest)
    {
        (_pieces, _scores, _longest) = (pieces, scores, longest);
        _rule = new Rule(pieces, scores);
        _space = _rule.Find(" "u8);
        if (_space < 0)
            throw Bad("has no token for the space, which texts begin with");
    }

    /// <inheritdoc/>
    public string Name => FileName;

    /// <inheritdoc/>
    public int Vocabulary => _pieces.Length;

    /// <inheritdoc/>
    public int? Start => 1;

    /// <summary>The token that says a text is over: the one texts begin with, as run.c has it.</summary>
    public int? End => 1;

    /// <summary>Reads a tokenizer.bin.</summary>
    /// <param name="file">All of it.</param>
    /// <exception cref="InvalidDataException">It is cut short, damaged, or cannot encode all bytes.</exception>
    public static Llama2cTokenizer Parse(ReadOnlySpan<byte> file)
    {
        if (file.Length < 4)
            throw Bad("is cut short");
        int longest = BinaryPrimitives.ReadInt32LittleEndian(file);
        file = file[4..];
        var pieces = new List<byte[]>();
        var scores = new List<float>();
        while (!file.IsEmpty)
        {
            int length = file.Length < 8 ? -1 : BinaryPrimitives.ReadInt32LittleEndian(file[4..]);
            if (length < 0 || length > LongestToken || length > file.Length - 8 || pieces.Count == MostTokens)
                throw Bad($"is cut short or damaged at token {pieces.Count}");
            float score = BinaryPrimitives.ReadSingleLittleEndian(file);
            if (!float.IsFinite(score))
                throw Bad($"gives token {pieces.Count} a score that is not a number");
            scores.Add(score);
            pieces.Add(file.Slice(8, length).ToArray());
            file = file[(8 + length)..];
        }
        if (pieces.Count < Pieces)
            throw Bad($"has {pieces.Count} tokens; there are at least {Pieces}, three and one for each byte");
        for (int b = 0; b < 256; b++)
        {
            string expected = "<0x" + Convert.ToHexString([(byte)b]) + ">";
            if (Encoding.Latin1.GetString(pieces[Bytes + b]) != expected)
                throw Bad($"has no '{expected}' as token {Bytes + b}");
            pieces[Bytes + b] = [(byte)b];
        }
        return new Llama2cTokenizer([.. pieces], [.. scores], longest);
    }

    /// <summary>The file again, byte for byte.</summary>
    public byte[] ToFile()
    {
        using var file = new MemoryStream();
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(number, _longest);
        file.Write(number[..4]);
        for (int id = 0; id < _pieces.Length; id++)
        {
            byte[] piece = id is >= Bytes and < Pieces ? Encoding.ASCII.GetBytes("<0x" + Convert.ToHexString(_pieces[id]) + ">") : _pieces[id];
            BinaryPrimitives.WriteSingleLittleEndian(number, _scores[id]);
            BinaryPrimitives.WriteInt32LittleEndian(number[4..], piece.Length);
            file.Write(number);
            file.Write(piece);
        }
        return file.ToArray();
    }

    /// <inheritdoc/>
    public int[] Encode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return [];
        var tokens = new List<int>(bytes.Length + 1) { _space };
        while (!bytes.IsEmpty)
        {
            // A character is a byte and up to three more that go on from one.
            int length = 1;
            while (length < Math.Min(4, bytes.Length) && (bytes[length] & 0xC0) == 0x80)
                length++;
            int token = _rule.Find(bytes[..length]);
            if (token >= 0)
            {
                tokens.Add(token);
            }
            else
            {
                foreach (byte b in bytes[..length])
                    tokens.Add(Bytes + b);
            }
            bytes = bytes[length..];
        }
        PairMerging.Merge(tokens, _rule);
        return [.. tokens];
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Decode(int token, int previous = -1)
    {
        if ((uint)token >= (uint)_pieces.Length)
            throw new ArgumentOutOfRangeException(nameof(token), token, $"There are {_pieces.Length} tokens.");
        byte[] piece = _pieces[token];
        return previous == Start && piece is [(byte)' ', ..] ? piece.AsMemory(1) : piece;
    }

    private static InvalidDataException Bad(string what) => new($"The tokeniser, in llama2.c's format, {what}.");

    private readonly struct Rule : IPairRule
    {
        private readonly byte[][] _pieces;
        private readonly uint[] _orders;        // of each token: low for high scores
        private readonly bool[] _merges;
        private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _ids;

        public Rule(byte[][] pieces, float[] scores)
        {
            _pieces = pieces;
            _orders = new uint[pieces.Length];
            _merges = new bool[pieces.Length];
            var ids = new Dictionary<string, int>(StringComparer.Ordinal);
            for (int id = Pieces; id < pieces.Length; id++)
            {
                if (pieces[id].Length > 0)
                    ids.TryAdd(ByteStrings.Key(pieces[id]), id);
                int bits = BitConverter.SingleToInt32Bits(scores[id] + 0f);      // −0 is 0
                _orders[id] = ~(bits < 0 ? ~(uint)bits : (uint)bits | 0x80000000);
                _merges[id] = scores[id] > -1e10f;      // run.c begins its search for the best with this
            }
            _ids = ids.GetAlternateLookup<ReadOnlySpan<char>>();
        }

        public int Find(ReadOnlySpan<byte> bytes) => Find(bytes, default);

        public bool TryMerge(int left, int right, out uint order, out int merged)
        {
            // Bytes stay what they are: run.c looks for their names, '<0x41>', joined to what is beside them.
            merged = left < Pieces || right < Pieces ? -1 : Find(_pieces[left], _pieces[right]);
            order = merged < 0 ? 0 : _orders[merged];
            return merged >= 0 && _merges[merged];
        }

        private int Find(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
        {
            int length = left.Length + right.Length;
            if (length > LongestToken)
                return -1;
            Span<char> key = stackalloc char[length];
            ByteStrings.Widen(left, key);
            ByteStrings.Widen(right, key[left.Length..]);
            return _ids.TryGetValue(key, out int id) ? id : -1;
        }
    }
}

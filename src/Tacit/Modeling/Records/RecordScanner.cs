using System.Runtime.CompilerServices;
using Tacit.Modeling.ContextMixing;

namespace Tacit.Modeling.Records;

/// <summary>Reads a record byte by byte and says in which contexts the next byte stands.</summary>
/// <remarks>
/// A context is a 64-bit hash. What it is made of depends on this record alone. Fields: in JSON the path of keys and
/// places in arrays, in rows the column, in text the words and numbers just before; a number counts as a number there, so
/// that two lines of one template have the same fields.
/// </remarks>
internal unsafe struct RecordScanner
{
    /// <summary>The first of the contexts of tokens.</summary>
    public const int TokenContexts = 18;

    /// <summary>The context of the last four bytes.</summary>
    public const int FourBytes = 3;

    private const int MaxDepth = 32;
    private const ulong K1 = 0x9E3779B97F4A7C15UL, K2 = 0xD6E8FEB86659FD93UL, K3 = 0xA0761D6478BD642FUL;

    private readonly RecordSyntax _syntax;
    private readonly byte _separator;
    private readonly bool _tokens;
    private readonly byte* _classes;
    private fixed ulong _paths[MaxDepth];
    private fixed int _indices[MaxDepth];    // -1 in an object
    private int _depth;
    private bool _inString, _escaped, _isKey;
    private ulong _key, _template, _shape1, _shape2, _shape3;
    private bool _hasDigit, _hasLetter;

    /// <summary>Starts at the beginning of a record.</summary>
    /// <param name="syntax">What records look like.</param>
    /// <param name="separator">Between the cells of rows.</param>
    /// <param name="tokens">False if no context of tokens will be asked for.</param>
    public RecordScanner(RecordSyntax syntax, byte separator, bool tokens = true)
    {
        this = default;
        _tokens = tokens;
        _syntax = syntax;
        _separator = separator;
        _classes = (byte*)CharacterClasses.Table;
        Restart();
    }

    /// <summary>Bytes read.</summary>
    public int Position { get; private set; }

    /// <summary>The last eight bytes, newest lowest.</summary>
    public ulong Last { get; private set; }

    /// <summary>The eight before.</summary>
    public ulong Older { get; private set; }

    private ulong _oldest;

    /// <summary>The field, as a hash.</summary>
    public ulong Field { get; private set; }

    /// <summary>Bytes since the field began.</summary>
    public int FieldPosition { get; private set; }

    /// <summary>The field's bytes so far, as a hash.</summary>
    public ulong Value { get; private set; }

    /// <summary>The whole value of the field before, as a hash.</summary>
    public ulong PreviousValue { get; private set; }

    /// <summary>Letters and digits since the last other byte, as a hash; 0 if there are none.</summary>
    public ulong Word { get; private set; }

    private ulong _previousWord;
    private int _wordLength;
    private ulong _token, _previousToken, _longToken;
    private int _tokenLength;

    /// <summary>The last byte that is no letter or digit.</summary>
    public byte Mark { get; private set; }

    /// <summary>Length of the word so far.</summary>
    public readonly int WordLength => _wordLength;

    /// <summary>Where a word would begin, as a hash: the words, numbers and marks before and the field.</summary>
    public readonly ulong Place => Finish(Mix(_shape1, _shape2, _shape3 ^ (_syntax == RecordSyntax.Text ? 0 : Field)), 31);

    /// <summary>Begins a record.</summary>
    public void Restart()
    {
        Position = 0;
        Last = Older = _oldest = 0;
        _depth = 0;
        _paths[0] = 0;
        _indices[0] = 0;
        _inString = _escaped = _isKey = false;
        _key = _template = _shape1 = _shape2 = _shape3 = 0;
        _hasDigit = _hasLetter = false;
        Field = 1;
        FieldPosition = 0;
        Value = PreviousValue = 0;
        Word = _previousWord = 0;
        _wordLength = 0;
        _token = _previousToken = _longToken = 0;
        _tokenLength = 0;
        Mark = 0;
    }

    /// <summary>Takes in a byte.</summary>
    public void Add(byte value)
    {
        Position++;
        _oldest = _oldest << 8 | Older >> 56;
        Older = Older << 8 | Last >> 56;
        Last = Last << 8 | value;
        var kind = (CharacterClass)_classes[value];
        FieldPosition++;
        Value = (Value + value + 1) * K1;
        Value ^= Value >> 29;
        if (_tokens)
            AddToToken(value);
        if (kind >= CharacterClass.Digit)
        {
            Word = (Word + (kind == CharacterClass.Letter ? value | 32u : value) + 1) * K2;
            Word ^= Word >> 31;
            _wordLength++;
            _hasDigit |= kind == CharacterClass.Digit;
            _hasLetter |= kind != CharacterClass.Digit;
        }
        else
        {
            EndWord(value);
        }
        if (_syntax == RecordSyntax.Binary)
            StartPlace();
        else if (_syntax == RecordSyntax.Json)
            AddJson(value);
        else if (_syntax == RecordSyntax.Rows)
            AddCell(value);
        else if (_syntax == RecordSyntax.Text && kind < CharacterClass.Digit)
            StartField(Mix(_shape1, _shape2, _shape3));
    }

    /// <summary>How much a context's word counts when candidates are put in order.</summary>
    public static ReadOnlySpan<byte> Trust => [1, 2, 3, 6, 8, 10, 12, 14, 16, 5, 8, 3, 9, 5, 10, 5, 9, 3, 8, 8];

    /// <summary>Of each context one that is less special: where that one foresees a single byte, the context adds little.</summary>
    public static ReadOnlySpan<sbyte> Parents => [-1, -1, 1, 2, 3, 4, 5, 6, 7, -1, 9, -1, 13, 1, 12, -1, 9, -1, 3, 3];

    /// <summary>A context of the next byte, as a hash that is not 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ulong Hash(int context)
    {
        ulong last = Last, field = Field;
        ulong h = context switch
        {
            0 => Mix(last & 0xFF, field, 0),
            1 => (last & 0xFFFF) + 1,
            2 => (last & 0xFFFFFF) + 1,
            3 => (last & 0xFFFFFFFF) + 1,
            4 => (last & 0xFFFFFFFFFF) + 1,
            5 => (last & 0xFFFFFFFFFFFF) + 1,
            6 => Mix(last, 0, 0),
            7 => Mix(last, Older & 0xFFFFFFFF, 0),
            8 => Mix(last, Older, _oldest & 0xFFFFFFFF),
            9 => Mix(Word, Mark, 0),
            10 => Mix(Word, Mark, _previousWord),
            11 => Mix(field, (ulong)Math.Min(FieldPosition, 255), 0),
            12 => Mix(field, Value, 0),
            13 => Mix(field, last & 0xFFFF, (ulong)Math.Min(FieldPosition, 3)),
            14 => Mix(field, Value, PreviousValue),
            15 => Mix(_template, (ulong)_wordLength, _syntax == RecordSyntax.Text ? 0 : field),
            16 => Mix(_template, Word, _syntax == RecordSyntax.Text ? 0 : field),
            18 => Mix(_previousToken, _token, 0),
            19 => Mix(_longToken, _token, 1),
            _ => Mix(Position < 24 ? (ulong)Position + 1 : 0, last & 0xFFFF, Mark),
        };
        return Finish(h, (ulong)context);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong a, ulong b, ulong c)
    {
        ulong h = (a + 0x51ED27) * K1;
        h = (h ^ h >> 32 ^ b) * K2;
        return (h ^ h >> 32 ^ c) * K3;
    }

    // Never 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Finish(ulong h, ulong context)
    {
        h = (h ^ context << 56) * K2;
        h = (h ^ h >> 32) * K3;
        return (h ^ h >> 29) | 1;
    }

    private void AddToToken(byte value)
    {
        if (value is (byte)' ' or (byte)',' or (byte)';' or (byte)'"' or (byte)'=' or (byte)'(' or (byte)')' or (byte)'[' or (byte)']' or (byte)'|' or (byte)'\t')
        {
            if (_tokenLength > 0)
            {
                _previousToken = _token;
                if (_tokenLength >= 6)
                    _longToken = _token;
            }
            _token = value;
            _tokenLength = 0;
        }
        else
        {
            _token = (_token + value + 1) * K3;
            _token ^= _token >> 30;
            _tokenLength++;
        }
    }

    private void EndWord(byte mark)
    {
        if (_wordLength > 0)
        {
            _shape3 = _shape2;
            _shape2 = _shape1;
            _shape1 = _hasDigit ? _hasLetter ? 2u : 1u : Word;
            _previousWord = Word;
            _template = Mix(_template, _shape1, 0);
        }
        _shape1 = Mix(_shape1, mark, 7);
        _template = Mix(_template, mark, 7);
        Mark = mark;
        Word = 0;
        _wordLength = 0;
        _hasDigit = _hasLetter = false;
    }

    private void StartField(ulong field)
    {
        PreviousValue = Value;
        Value = 0;
        FieldPosition = 0;
        Field = field;
        if (_syntax != RecordSyntax.Text)
            _template = 0;
    }

    // Numbers in memory are mostly aligned to four bytes.
    private void StartPlace()
    {
        if ((Position & 3) == 0)
            StartField((ulong)Math.Min(Position, 4096) * K3);
    }

    private void AddCell(byte value)
    {
        if (value == '"')
        {
            _inString = !_inString;
        }
        else if (value == _separator && !_inString)
        {
            _depth++;
            StartField((ulong)_depth * K3);
        }
    }

    private void AddJson(byte value)
    {
        int depth = _depth & (MaxDepth - 1);
        if (_inString)
        {
            if (_escaped)
                _escaped = false;
            else if (value == '\\')
                _escaped = true;
            else if (value == '"')
                _inString = false;
            else if (_isKey)
                _key = (_key + value + 1) * K2;
            return;
        }
        switch (value)
        {
            case (byte)'"':
                _inString = true;
                if (_isKey)
                    _key = 0;
                break;
            case (byte)':':
                if (_isKey)
                {
                    _isKey = false;
                    StartField(Mix(_paths[depth], _key, 1));
                }
                break;
            case (byte)',':
                if (_indices[depth] >= 0)
                {
                    _indices[depth]++;
                    StartField(Mix(_paths[depth], (ulong)Math.Min(_indices[depth], 30), 2));
                }
                else
                {
                    _isKey = true;
                    StartField(Mix(_paths[depth], _key, 3));
                }
                break;
            case (byte)'{' or (byte)'[':
                _depth++;
                int inner = _depth & (MaxDepth - 1);
                _paths[inner] = Mix(_paths[depth], _indices[depth] >= 0 ? 5 : _key, value);
                _indices[inner] = value == '{' ? -1 : 0;
                _isKey = value == '{';
                StartField(Mix(_paths[inner], 0, _isKey ? 3u : 2u));
                break;
            case (byte)'}' or (byte)']':
                _depth = Math.Max(0, _depth - 1);
                _isKey = false;
                StartField(Mix(_paths[depth], value, 4));
                break;
        }
    }
}

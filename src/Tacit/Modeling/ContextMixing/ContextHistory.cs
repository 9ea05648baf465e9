using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Tacit.Modeling.ContextMixing;

/// <summary>The past, as contexts are made of it: last bytes, words, characters, the byte above in a row or a line.</summary>
internal unsafe struct ContextHistory
{
    private readonly byte* _bytes;
    private readonly uint _mask;
    private readonly byte* _classes;
    private readonly uint* _followers;       // what followed each byte value before, four bytes, newest lowest
    private readonly ushort* _pairFollowers; // what followed each pair of bytes before, two bytes, newest lowest
    private X86Instruction _code;
    private readonly bool _isCode;
    private int _missing;                    // bytes that the character being spelt still lacks
    private uint _tagDepth;
    private fixed uint _tags[16];            // names of the open elements, innermost at _tagDepth
    private MarkupPlace _place;
    private int _lineStart;
    private int _previousLineStart;

    /// <summary>Bytes of memory for what followed each byte and each pair.</summary>
    public const int FollowerSize = 256 * sizeof(uint) + 65536 * sizeof(ushort);

    /// <summary>Starts without a past on zeroed memory.</summary>
    public ContextHistory(byte* bytes, uint mask, byte* followers, BlockKind kind)
    {
        _isCode = kind == BlockKind.X86;
        _code = new X86Instruction();
        _bytes = bytes;
        _mask = mask;
        _followers = (uint*)followers;
        _pairFollowers = (ushort*)(followers + 256 * sizeof(uint));
        _classes = CharacterClasses.Table;
    }

    /// <summary>Bytes so far; wraps after 2^31.</summary>
    public int Position { get; private set; }

    /// <summary>The last eight bytes, the newest lowest.</summary>
    public ulong Last { get; private set; }

    /// <summary>The eight bytes before those.</summary>
    public ulong Older { get; private set; }

    /// <summary>A hash of about the last 20 bytes, in its high bits.</summary>
    public ulong LongHash { get; private set; }

    /// <summary>The word being spelt, case folded, as a hash; 0 between words.</summary>
    public uint Word { get; private set; }

    /// <summary>The word before that.</summary>
    public uint PreviousWord { get; private set; }

    /// <summary>The word before the previous one.</summary>
    public uint ThirdWord { get; private set; }

    /// <summary>Letters of the word being spelt, at most 15.</summary>
    public int WordLength { get; private set; }

    /// <summary>The last bytes that are neither letters nor digits, newest lowest.</summary>
    public uint Marks { get; private set; }

    /// <summary>Classes of the last bytes, four bits each, newest lowest; of repeats only the first two count.</summary>
    public ulong Classes { get; private set; }

    /// <summary>The last four bytes, letters in lower case, newest lowest.</summary>
    public ulong Folded { get; private set; }

    /// <summary>What the value being spelt is called: the word before the last ':', '=' or '&gt;'.</summary>
    public uint Key { get; private set; }

    /// <summary>Name of the innermost open element of markup, as a hash.</summary>
    public readonly uint Tag => _tags[_tagDepth & 15];

    /// <summary>Name of the element around that one.</summary>
    public readonly uint OuterTag => _tags[(_tagDepth - 1) & 15];

    /// <summary>Bytes of the character being spelt, 0 between characters.</summary>
    public uint Partial { get; private set; }

    /// <summary>The last whole character, its bytes as a number.</summary>
    public uint Character { get; private set; }

    /// <summary>The character before.</summary>
    public uint PreviousCharacter { get; private set; }

    /// <summary>The character before the previous one.</summary>
    public uint ThirdCharacter { get; private set; }

    /// <summary>Position within the row, or within the line where there are no rows.</summary>
    public int Column { get; private set; }

    /// <summary>The first bytes of this line, up to four, as a hash.</summary>
    public uint LineHead { get; private set; }

    /// <summary>The byte <paramref name="distance"/> before the next one: 1 is the last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly uint Back(int distance) => _bytes[(uint)(Position - distance) & _mask];

    /// <summary>The byte above in the line before.</summary>
    public readonly uint Above
    {
        get
        {
            int above = _previousLineStart + (Position - _lineStart);
            return above < _lineStart ? _bytes[(uint)above & _mask] : 0u;
        }
    }

    /// <summary>The four bytes that followed the last byte's value when it came before, newest lowest.</summary>
    public readonly uint Followers => _followers[(byte)Last];

    /// <summary>The two bytes that followed the last two bytes when they came before, newest lowest.</summary>
    public readonly uint PairFollowers => _pairFollowers[(ushort)Last];

    /// <summary>The instruction being read, in machine code.</summary>
    [UnscopedRef]
    public readonly ref readonly X86Instruction Code => ref _code;

    /// <summary>A <see cref="LongHash"/> after another byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Lengthen(ulong hash, byte value) => (hash + value + 1) * (0x9E3779B97F4A7C15UL << 3);

    /// <summary>Takes the first <paramref name="position"/> bytes of the memory for a past that something new begins after.</summary>
    public void BeginAt(int position) => Position = _lineStart = _previousLineStart = position;

    /// <summary>Takes in a byte.</summary>
    public void Add(byte value, int rowLength)
    {
        if (_isCode)
            _code.Add(value);
        ref uint followers = ref _followers[(byte)Last];
        followers = followers << 8 | value;
        ref ushort pairFollowers = ref _pairFollowers[(ushort)Last];
        pairFollowers = (ushort)(pairFollowers << 8 | value);
        _bytes[(uint)Position & _mask] = value;
        Position = (Position + 1) & int.MaxValue;
        Older = Older << 8 | Last >> 56;
        Last = Last << 8 | value;
        LongHash = Lengthen(LongHash, value);
        var kind = (CharacterClass)_classes[value];
        Folded = Folded << 8 | (kind == CharacterClass.Letter ? value | 32u : value);
        AddToCharacter(value);
        AddToMarkup(value);
        if ((Classes & 0xFF) != (ulong)(byte)kind * 0x11)
            Classes = Classes << 4 | (byte)kind;
        if (kind >= CharacterClass.Letter)
        {
            uint letter = kind == CharacterClass.Letter ? value | 32u : value;
            if (kind == CharacterClass.Lead3)
                EndWord();
            Word = (Word + letter + 1) * 0x2F0B4C47u;
            Word ^= Word >> 15;
            WordLength = Math.Min(WordLength + 1, 15);
        }
        else
        {
            if (Word != 0)
                EndWord();
            if (kind != CharacterClass.Digit)
                Marks = Marks << 8 | value;
        }
        if (rowLength != 0)
        {
            if (++Column == rowLength)
                Column = 0;
        }
        else if (value == '\n')
        {
            _previousLineStart = _lineStart;
            _lineStart = Position;
            Column = 0;
            LineHead = 0;
        }
        else
        {
            Column = Math.Min(Column + 1, 255);
            if (Column <= 4)
                LineHead = (LineHead + value + 1) * 0x2F0B4C47u;
        }
    }

    private void AddToCharacter(byte value)
    {
        if (_missing > 0 && (value & 0xC0) == 0x80)
        {
            _missing--;
            Partial = Partial << 8 | value;
        }
        else
        {
            _missing = value < 0xC0 ? 0 : value < 0xE0 ? 1 : value < 0xF0 ? 2 : 3;
            Partial = value;
        }
        if (_missing == 0)
        {
            ThirdCharacter = PreviousCharacter;
            PreviousCharacter = Character;
            Character = Partial;
            Partial = 0;
        }
    }

    private void AddToMarkup(byte value)
    {
        switch (value)
        {
            case (byte)'<':
                _place = MarkupPlace.Start;
                return;
            case (byte)'>' or (byte)'=' or (byte)':':
                if (value == '>')
                {
                    if (_place == MarkupPlace.Slash || (_place == MarkupPlace.Attributes && (Last >> 8 & 0xFF) == '/'))
                        _tagDepth--;
                    _place = MarkupPlace.Text;
                    Key = Tag;
                }
                else
                {
                    Key = Word != 0 ? Word : PreviousWord;
                }
                return;
        }
        switch (_place)
        {
            case MarkupPlace.Start:
                if (value == '/')
                {
                    _place = MarkupPlace.Slash;
                }
                else if (value is (byte)'!' or (byte)'?')
                {
                    _place = MarkupPlace.Text;
                }
                else
                {
                    _tags[++_tagDepth & 15] = value;
                    _place = MarkupPlace.Name;
                }
                break;
            case MarkupPlace.Name:
                if (value is (byte)' ' or (byte)'\n' or (byte)'/')
                    _place = MarkupPlace.Attributes;
                else
                    _tags[_tagDepth & 15] = (_tags[_tagDepth & 15] + value) * 0x2F0B4C47u;
                break;
        }
    }

    private enum MarkupPlace : byte
    {
        Text,
        Start,
        Slash,
        Name,
        Attributes,
    }

    private void EndWord()
    {
        ThirdWord = PreviousWord;
        PreviousWord = Word;
        Word = 0;
        WordLength = 0;
    }
}

using System.Runtime.CompilerServices;

namespace Tacit.Modeling.ContextMixing;

/// <summary>The past, as contexts are made of it: last bytes, words, the byte above in a row.</summary>
internal unsafe struct ContextHistory
{
    private readonly byte* _bytes;
    private readonly uint _mask;
    private readonly byte* _classes;
    private readonly uint* _followers;   // what followed each byte value before, four bytes, newest lowest

    /// <summary>Bytes of memory for what followed each byte.</summary>
    public const int FollowerSize = 256 * sizeof(uint);

    /// <summary>Starts without a past on zeroed memory.</summary>
    public ContextHistory(byte* bytes, uint mask, uint* followers)
    {
        _bytes = bytes;
        _mask = mask;
        _followers = followers;
        _classes = CharacterClasses.Table;
    }

    /// <summary>Bytes so far; wraps after 2^31.</summary>
    public int Position { get; private set; }

    /// <summary>The last eight bytes, the newest lowest.</summary>
    public ulong Last { get; private set; }

    /// <summary>The word being spelt, case folded, as a hash; 0 between words.</summary>
    public uint Word { get; private set; }

    /// <summary>The word before that.</summary>
    public uint PreviousWord { get; private set; }

    /// <summary>Classes of the last bytes, four bits each, newest lowest.</summary>
    public ulong Classes { get; private set; }

    /// <summary>Position within the row, or 0 without rows.</summary>
    public int Column { get; private set; }

    /// <summary>The byte <paramref name="distance"/> before the next one: 1 is the last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly uint Back(int distance) => _bytes[(uint)(Position - distance) & _mask];

    /// <summary>The four bytes that followed the last byte's value when it came before, newest lowest.</summary>
    public readonly uint Followers => _followers[(byte)Last];

    /// <summary>Takes in a byte.</summary>
    public void Add(byte value, int rowLength)
    {
        ref uint followers = ref _followers[(byte)Last];
        followers = followers << 8 | value;
        _bytes[(uint)Position & _mask] = value;
        Position = (Position + 1) & int.MaxValue;
        Last = Last << 8 | value;
        var kind = (CharacterClass)_classes[value];
        Classes = Classes << 4 | (byte)kind;
        if (kind >= CharacterClass.Letter)
        {
            uint letter = kind == CharacterClass.Letter ? value | 32u : value;
            if (kind == CharacterClass.Lead3)
                EndWord();
            Word = (Word + letter + 1) * 0x2F0B4C47u;
            Word ^= Word >> 15;
        }
        else if (Word != 0)
        {
            EndWord();
        }
        if (rowLength != 0 && ++Column == rowLength)
            Column = 0;
    }

    private void EndWord()
    {
        PreviousWord = Word;
        Word = 0;
    }
}

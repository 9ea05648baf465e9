using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Tacit.Modeling.Records;

/// <summary>What a record itself has shown so far: last bytes after contexts, repeats, and words that links lead to.</summary>
/// <remarks>
/// All of it carries the record's number (<see cref="_record"/>, 16 bits), so nothing needs to be cleared between records but
/// when the numbers begin anew.
/// </remarks>
internal unsafe struct RecordMemory
{
    /// <summary>Bytes of memory it takes.</summary>
    public const int Size = (sizeof(ulong) << EntryBits) + HistoryLength + (sizeof(uint) << PositionBits) + (sizeof(ulong) << PlaceBits);

    /// <summary>Longest repeat that is counted.</summary>
    public const int MaxMatch = 63;

    private const int EntryBits = 12, PositionBits = 11, PlaceBits = 9;
    private const int HistoryLength = 1 << 16;
    private const int MinMatch = 4, MaxRun = 15;

    // An entry: newest byte, older byte, run of the newest, check, record.
    private readonly ulong* _entries;
    private readonly byte* _history;
    private readonly uint* _positions;    // position, record
    private readonly ulong* _places;      // position, record, check of 32 bits
    private uint _record;
    private int _position;
    private int _match, _copy;

    /// <summary>Starts in memory of <see cref="Size"/> bytes.</summary>
    public RecordMemory(byte* memory)
    {
        _entries = (ulong*)memory;
        _history = (byte*)(_entries + (1 << EntryBits));
        _positions = (uint*)(_history + HistoryLength);
        _places = (ulong*)(_positions + (1 << PositionBits));
        Forget();
        MatchLength = CopyLength = CopyStrength = 0;
        _position = _match = 0;
        _copy = -1;
    }

    /// <summary>Bytes of the repeat that agreed, 0 if there is none.</summary>
    public int MatchLength { get; private set; }

    /// <summary>Bytes that agreed since a link was taken.</summary>
    public int CopyLength { get; private set; }

    /// <summary>Class of the link.</summary>
    public int CopyStrength { get; private set; }

    /// <summary>The byte the repeat foresees, or −1.</summary>
    public readonly int Matched => MatchLength > 0 ? _history[_match & HistoryLength - 1] : -1;

    /// <summary>The byte the link foresees, or −1.</summary>
    public readonly int Copied => _copy >= 0 ? _history[_copy & HistoryLength - 1] : -1;

    /// <summary>Begins a record.</summary>
    public void Restart()
    {
        if (++_record == 1 << 16)
            Forget();
        _position = 0;
        MatchLength = 0;
        _copy = -1;
    }

    /// <summary>The entry of a context, as it is or new.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ulong* Entry(ulong hash)
    {
        ulong* entry = _entries + (hash >> 64 - EntryBits);
        ulong head = (hash & 0xFFFF) << 32 | (ulong)_record << 48;
        if ((*entry & 0xFFFFFFFF00000000) != head)
            *entry = head;
        return entry;
    }

    /// <summary>How often the newest byte came in a row, 0 if none came yet.</summary>
    public static int Run(ulong entry) => (int)(entry >> 16) & 0xFF;

    /// <summary>The last byte that followed.</summary>
    public static int Newest(ulong entry) => (int)entry & 0xFF;

    /// <summary>The last other byte that followed, or the same if there was none.</summary>
    public static int Older(ulong entry) => (int)(entry >> 8) & 0xFF;

    /// <summary>Lets an entry learn a byte.</summary>
    public static void Learn(ulong* entry, byte value)
    {
        ulong old = *entry;
        int run = Run(old);
        ulong newest = old & 0xFF;
        if (run == 0)
            *entry = old | 1 << 16 | (ulong)value << 8 | value;
        else if (newest == value)
            *entry = old + (run < MaxRun ? 1UL << 16 : 0);
        else
            *entry = (old & ~0xFFFFFFUL) | 1 << 16 | newest << 8 | value;
    }

    /// <summary>Takes in a byte.</summary>
    public void Add(byte value)
    {
        if (MatchLength > 0)
        {
            if (_history[_match & HistoryLength - 1] == value)
            {
                MatchLength = Math.Min(MatchLength + 1, MaxMatch);
                _match++;
            }
            else
            {
                MatchLength = 0;
            }
        }
        if (_copy >= 0)
        {
            if (_history[_copy & HistoryLength - 1] == value)
            {
                _copy++;
                CopyLength++;
            }
            else
            {
                _copy = -1;
            }
        }
        _history[_position & HistoryLength - 1] = value;
        _position++;
    }

    /// <summary>Looks for a repeat of the last bytes; <paramref name="hash"/> is of four of them.</summary>
    public void Look(ulong hash)
    {
        if (_position is < MinMatch or >= HistoryLength)
            return;
        uint* place = _positions + (hash >> 64 - PositionBits);
        if (MatchLength == 0 && *place >> 16 == _record)
        {
            int candidate = (int)(*place & 0xFFFF), length = 0;
            while (length < 32 && length < candidate && _history[candidate - 1 - length] == _history[_position - 1 - length])
                length++;
            if (length >= MinMatch)
            {
                _match = candidate;
                MatchLength = length;
            }
        }
        *place = _record << 16 | (uint)_position;
    }

    /// <summary>Where a word may begin: remembers the place, and follows the link from it if there is one.</summary>
    public void Begin(ulong place, RecordLinks links)
    {
        _copy = -1;
        if (_position >= HistoryLength)
            return;
        ulong target = links.Find(place, out int strength);
        if (target != 0)
        {
            ulong entry = _places[target >> 64 - PlaceBits];
            if (entry >> 16 == (_record | (target & 0xFFFFFFFF) << 16))
            {
                _copy = (int)(entry & 0xFFFF);
                CopyLength = 0;
                CopyStrength = strength;
            }
        }
        _places[place >> 64 - PlaceBits] = (uint)_position | (ulong)_record << 16 | place << 32;
    }

    private void Forget()
    {
        Debug.Assert(Size < int.MaxValue);
        new Span<byte>(_entries, Size).Clear();
        _record = 1;
    }
}

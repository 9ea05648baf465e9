using System.Runtime.CompilerServices;

namespace Tacit.Modeling.Records;

/// <summary>The bytes proposed for a place of a record, with scores that say how much each is wanted.</summary>
internal unsafe struct RecordCandidates
{
    /// <summary>Bytes of memory it takes.</summary>
    public const int Size = (sizeof(int) + 2) * 256;

    private readonly int* _scores;      // -1 of what is no candidate
    private readonly byte* _bytes;
    private readonly byte* _excluded;
    private int _count;

    /// <summary>Starts in memory of <see cref="Size"/> bytes that are 0.</summary>
    public RecordCandidates(byte* memory)
    {
        _scores = (int*)memory;
        _bytes = memory + 256 * sizeof(int);
        _excluded = _bytes + 256;
        new Span<int>(_scores, 256).Fill(-1);
        _count = 0;
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        for (int i = 0; i < _count; i++)
        {
            _scores[_bytes[i]] = -1;
            _excluded[_bytes[i]] = 0;
        }
        _count = 0;
    }

    /// <summary>Proposes a byte, or wants it more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Propose(int symbol, int score)
    {
        int before = _scores[symbol];
        if (before < 0)
        {
            _bytes[_count++] = (byte)symbol;
            before = 0;
        }
        _scores[symbol] = before + score;
    }

    /// <summary>Proposes bytes that are not ruled out, by their counts.</summary>
    /// <param name="list">Pairs of byte and class.</param>
    /// <param name="count">Pairs.</param>
    /// <param name="values">What classes, counted from 1, stand for.</param>
    /// <param name="scale">What 64 of a count are worth.</param>
    public void Propose(byte* list, int count, ushort* values, int scale)
    {
        for (int s = 0; s < count; s++)
        {
            if (_excluded[list[2 * s]] == 0)
                Propose(list[2 * s], scale * values[list[2 * s + 1] + 1] >> 6);
        }
    }

    /// <summary>The byte most wanted, the first proposed of several; -1 if there is none left.</summary>
    public readonly int Best()
    {
        int best = -1, most = -1;
        for (int i = 0; i < _count; i++)
        {
            int symbol = _bytes[i], score = _scores[symbol];
            if (score > most && _excluded[symbol] == 0)
            {
                most = score;
                best = symbol;
            }
        }
        return best;
    }

    /// <summary>Rules out a byte that was proposed.</summary>
    public readonly void Exclude(int symbol) => _excluded[symbol] = 1;

    /// <summary>True if it was ruled out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool Excluded(int symbol) => _excluded[symbol] != 0;
}

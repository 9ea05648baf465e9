using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Tacit.Modeling.ContextMixing;

/// <summary>Where contexts keep their bit histories: a checked hash table laid out by cache line.</summary>
/// <remarks>
/// A slot serves four bits (a nibble) in one context and has 16 bytes: a check byte, then the states of the 15
/// nodes of the nibble's tree, node 1 being the root and 2n, 2n + 1 the children of n. A line has four slots, and a
/// hash belongs to one line: its low bits choose the line, its top byte is the check. When no slot of the line has the
/// check, the one whose root has seen least is taken over.
/// </remarks>
internal unsafe struct SlotTable
{
    /// <summary>Bytes of a slot.</summary>
    public const int SlotSize = 16;

    /// <summary>Bytes of a line.</summary>
    public const int LineSize = 64;

    private readonly byte* _lines;
    private readonly uint _mask;
    private readonly byte* _confidence;

    /// <summary>A table over <paramref name="length"/> bytes of zeroed memory, a power of two.</summary>
    public SlotTable(byte* lines, long length)
    {
        Debug.Assert(long.IsPow2(length) && length >= LineSize && length <= (long)LineSize << 24);
        _lines = lines;
        _mask = (uint)(length / LineSize - 1);
        _confidence = StateTable.Confidence;
    }

    /// <summary>Asks for the hash's line to be brought near.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Prefetch(uint hash)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(_lines + (nuint)(hash & _mask) * LineSize);
    }

    /// <summary>The hash's slot, taken over from another context if need be.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly byte* Find(uint hash)
    {
        byte* line = _lines + (nuint)(hash & _mask) * LineSize;
        byte check = (byte)(hash >> 24);
        if (line[0] == check)
            return line;
        if (line[SlotSize] == check)
            return line + SlotSize;
        if (line[2 * SlotSize] == check)
            return line + 2 * SlotSize;
        if (line[3 * SlotSize] == check)
            return line + 3 * SlotSize;
        return TakeOver(line, check);
    }

    private readonly byte* TakeOver(byte* line, byte check)
    {
        byte* victim = line;
        int least = _confidence[line[1]];
        for (byte* slot = line + SlotSize; slot < line + LineSize; slot += SlotSize)
        {
            int confidence = _confidence[slot[1]];
            if (confidence < least)
            {
                least = confidence;
                victim = slot;
            }
        }
        Vector128.CreateScalar(check).StoreAligned(victim);
        return victim;
    }
}

using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Tacit.Modeling.ContextMixing;

/// <summary>Where contexts keep what followed them: a checked hash table laid out by cache line.</summary>
/// <remarks>
/// <para>
/// A slot serves four bits (a nibble) in one context: the states of the 15 nodes of the nibble's tree, node 1 being the
/// root and 2n, 2n + 1 the children of n; then, of use in the slot of a byte's first nibble, the byte that followed
/// last (<see cref="RunByte"/>) and how often it did without a break (<see cref="RunLength"/>).
/// </para>
/// <para>
/// A line has three slots and before them their checks of 16 bits. A hash belongs to one line: its low bits choose the
/// line, its high half is the check. When no slot of the line has the check, the one whose root has seen least is
/// taken over. A slot's address is one byte before its root, so that a node's state is at slot[node].
/// </para>
/// </remarks>
internal unsafe struct SlotTable
{
    /// <summary>Bytes of a line.</summary>
    public const int LineSize = 64;

    /// <summary>Slots of a line.</summary>
    public const int SlotsPerLine = 3;

    /// <summary>Place in a slot of the byte that followed last.</summary>
    public const int RunByte = 16;

    /// <summary>Place in a slot of the number of times it did in a row, 0 if nothing followed yet.</summary>
    public const int RunLength = 17;

    private const int SlotSize = 17;
    private const int FirstSlot = SlotsPerLine * sizeof(ushort) - 1;

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
        ushort* checks = (ushort*)line;
        ushort check = (ushort)(hash >> 16);
        if (Vector128.IsHardwareAccelerated)
        {
            // Which of the three it is, is hard to foresee: no branch may ask.
            uint equal = Vector128.Equals(Vector128.CreateScalarUnsafe(*(ulong*)line).AsUInt16(), Vector128.Create(check))
                .ExtractMostSignificantBits() & (1 << SlotsPerLine) - 1;
            return equal != 0
                ? line + FirstSlot + (nuint)BitOperations.TrailingZeroCount(equal) * SlotSize
                : TakeOver(line, check);
        }
        if (checks[0] == check)
            return line + FirstSlot;
        if (checks[1] == check)
            return line + FirstSlot + SlotSize;
        if (checks[2] == check)
            return line + FirstSlot + 2 * SlotSize;
        return TakeOver(line, check);
    }

    /// <summary>The slot of a number in a line.</summary>
    public static byte* SlotOf(byte* line, int number) => line + FirstSlot + number * SlotSize;

    /// <summary>Takes in the slots of another table, both with at least 2^16 lines, so that a slot tells its whole hash.</summary>
    /// <param name="source">The other table.</param>
    /// <param name="sourceLength">Its bytes.</param>
    /// <param name="least">Slots with a lower <see cref="Worth"/> are left out.</param>
    /// <returns>How many were taken in.</returns>
    public readonly long TakeIn(byte* source, long sourceLength, int least = 0)
    {
        long count = 0;
        Debug.Assert(sourceLength >= MixerPlan.LeastPrimedSlotBytes);
        uint sourceMask = (uint)(sourceLength / LineSize - 1);
        for (uint line = 0; line <= sourceMask; line++)
        {
            for (int i = 0; i < SlotsPerLine; i++)
            {
                byte* slot = SlotOf(source + (nuint)line * LineSize, i);
                ushort check = ((ushort*)(source + (nuint)line * LineSize))[i];
                uint hash = (uint)check << 16 | line & 0xFFFF;
                if (slot[1] == 0 || Worth(slot, hash) < least)
                    continue;
                Unsafe.CopyBlock(Find(hash) + 1, slot + 1, SlotSize);
                count++;
            }
        }
        return count;
    }

    /// <summary>What a slot is worth: how much its root has seen, and of equals an order by their hashes.</summary>
    public readonly int Worth(byte* slot, uint hash) => _confidence[slot[1]] << WorthBits | (int)(hash * 0x9E3779B1u >> (32 - WorthBits));

    /// <summary>Above all there is of <see cref="Worth"/>.</summary>
    public const int MostWorth = 1 << (6 + WorthBits);

    private const int WorthBits = 8;

    private readonly byte* TakeOver(byte* line, ushort check)
    {
        byte* slot = line + FirstSlot;
        int victim = 0;
        int least = _confidence[slot[1]];
        for (int i = 1; i < SlotsPerLine; i++)
        {
            int confidence = _confidence[slot[i * SlotSize + 1]];
            if (confidence < least)
            {
                least = confidence;
                victim = i;
            }
        }
        ((ushort*)line)[victim] = check;
        slot += victim * SlotSize;
        Vector128<byte>.Zero.Store(slot + 1);
        slot[RunLength] = 0;
        return slot;
    }
}

using System.Numerics;
using Tacit.Modeling.Series;

namespace Tacit.Modeling.ContextMixing;

/// <summary>The slots of a prior as coded bytes: those that have seen most, as many as there is room for.</summary>
/// <remarks>
/// Line by line: how many slots it has; of each the check, but for bits that the line tells; the states of its tree, each in
/// the context of the state above, where there is one; and the byte that followed last, in that of the states on its way.
/// </remarks>
internal static unsafe class PriorSlots
{
    private const int CountPlace = 0, RunPlace = 4, LengthPlace = 6, StatePlace = 64, RootPlace = StatePlace + 512 * 256;
    private const int HighPlace = RootPlace + 256, LowPlace = HighPlace + 256, Places = LowPlace + 16 * 16;

    /// <summary>Codes or decodes a table.</summary>
    /// <param name="coder">Writes, or reads.</param>
    /// <param name="table">The table; zeros when it is read.</param>
    /// <param name="length">Its bytes.</param>
    public static void Code<TCoder>(ref TCoder coder, byte* table, long length)
        where TCoder : struct, IBitCoder, allows ref struct
    {
        var bits = new AdaptiveBits(Places);
        int lineBits = BitOperations.Log2((ulong)length / SlotTable.LineSize), told = lineBits - 16;
        for (long line = 0; line < length / SlotTable.LineSize && !coder.Failed; line++)
        {
            byte* at = table + line * SlotTable.LineSize;
            int count = bits.Tree(ref coder, CountPlace, 2, Count(at));
            for (int i = 0; i < Math.Min(count, SlotTable.SlotsPerLine); i++)
            {
                ref ushort check = ref ((ushort*)at)[i];
                check = (ushort)(AdaptiveBits.Plain(ref coder, 16 - told, check >> told) << told | (int)(line >> 16));
                CodeSlot(ref coder, bits, SlotTable.SlotOf(at, i));
            }
        }
    }

    // Used slots come first in a line: they are taken over in that order.
    private static int Count(byte* line)
    {
        int count = 0;
        while (count < SlotTable.SlotsPerLine && SlotTable.SlotOf(line, count)[1] != 0)
            count++;
        return count;
    }

    private static void CodeSlot<TCoder>(ref TCoder coder, AdaptiveBits bits, byte* slot)
        where TCoder : struct, IBitCoder, allows ref struct
    {
        slot[1] = State(bits.Tree(ref coder, RootPlace, 8, slot[1]));
        for (int node = 1; node < 8; node++)
        {
            int above = slot[node];
            if (above == 0)
                continue;
            slot[2 * node] = State(bits.Tree(ref coder, StatePlace + (2 * above) * 256, 8, slot[2 * node]));
            slot[2 * node + 1] = State(bits.Tree(ref coder, StatePlace + (2 * above + 1) * 256, 8, slot[2 * node + 1]));
        }
        int runs = bits.Bit(ref coder, RunPlace, slot[SlotTable.RunLength] != 0 ? 1 : 0);
        if (runs == 0)
            return;
        slot[SlotTable.RunLength] = (byte)(bits.Tree(ref coder, LengthPlace, 3, Math.Min((int)slot[SlotTable.RunLength], 8) - 1) + 1);
        int byteValue = slot[SlotTable.RunByte], high = 1;
        for (int i = 7; i >= 4; i--)
            high = high << 1 | bits.Bit(ref coder, HighPlace + slot[high], byteValue >> i & 1);
        high &= 15;
        slot[SlotTable.RunByte] = (byte)(high << 4 | bits.Tree(ref coder, LowPlace + 16 * high, 4, byteValue & 15));
    }

    // A damaged file may name states there are not; what is read then is of no use, but does no harm.
    private static byte State(int state) => (byte)(state < StateTable.Count ? state : 0);
}

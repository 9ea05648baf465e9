using System.Runtime.InteropServices;
using Tacit.Modeling.ContextMixing;

namespace Tacit.Tests.ContextMixing;

public sealed unsafe class SlotTableTests : IDisposable
{
    private const int Length = 4 * SlotTable.LineSize;
    private readonly byte* _memory = (byte*)NativeMemory.AlignedAlloc(Length, 64);
    private readonly SlotTable _table;

    public SlotTableTests()
    {
        NativeMemory.Clear(_memory, Length);
        _table = new SlotTable(_memory, Length);
    }

    [Fact]
    public void FindsWhatItKeeps()
    {
        for (uint check = 1; check <= SlotTable.SlotsPerLine; check++)
        {
            byte* slot = _table.Find(check << 16 | 2);
            Assert.Equal(2, (slot - _memory) / SlotTable.LineSize);
            slot[1] = StateTable.Next[0];
            slot[15] = (byte)check;
            slot[SlotTable.RunByte] = (byte)(2 * check);
            slot[SlotTable.RunLength] = (byte)(3 * check);
        }
        for (uint check = 1; check <= SlotTable.SlotsPerLine; check++)
        {
            byte* slot = _table.Find(check << 16 | 2);
            Assert.Equal((check, 2 * check, 3 * check), (slot[15], slot[SlotTable.RunByte], slot[SlotTable.RunLength]));
        }
    }

    [Fact]
    public void SlotsStayInsideTheirLineAndApart()
    {
        var taken = new HashSet<long>();
        for (uint check = 1; check <= SlotTable.SlotsPerLine; check++)
        {
            byte* slot = _table.Find(check << 16 | 1);
            slot[1] = StateTable.Next[0];
            for (int i = 1; i <= SlotTable.RunLength; i++)
            {
                Assert.Equal(1, (slot + i - _memory) / SlotTable.LineSize);
                Assert.True(taken.Add(slot + i - _memory));
            }
        }
    }

    [Fact]
    public void TheLeastSeenSlotIsTakenOverAndEmptied()
    {
        byte state = 0;
        byte* second = null;
        for (uint check = 1; check <= SlotTable.SlotsPerLine; check++)
        {
            state = StateTable.Next[2 * state];
            byte* slot = _table.Find(check << 16);
            new Span<byte>(slot + 1, SlotTable.RunLength).Fill(check == 2 ? StateTable.Next[0] : StateTable.Next[2 * state]);
            if (check == 2)
                second = slot;
        }
        byte* taken = _table.Find(9u << 16);
        Assert.True(second == taken);
        Assert.True(new ReadOnlySpan<byte>(taken + 1, 15).IndexOfAnyExcept((byte)0) < 0);
        Assert.Equal(0, taken[SlotTable.RunLength]);
        Assert.True(second == _table.Find(9u << 16));
    }

    public void Dispose() => NativeMemory.AlignedFree(_memory);
}

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
        for (uint check = 1; check <= 4; check++)
        {
            byte* slot = _table.Find(check << 24 | 2);
            Assert.Equal(2, (slot - _memory) / SlotTable.LineSize);
            Assert.Equal(check, slot[0]);
            slot[1] = StateTable.Next[0];
            slot[15] = (byte)check;
        }
        for (uint check = 1; check <= 4; check++)
            Assert.Equal(check, _table.Find(check << 24 | 2)[15]);
    }

    [Fact]
    public void TheLeastSeenSlotIsTakenOverAndEmptied()
    {
        byte state = 0;
        for (uint check = 1; check <= 4; check++)
        {
            state = StateTable.Next[2 * state];
            byte* slot = _table.Find(check << 24);
            new Span<byte>(slot + 1, 15).Fill(check == 3 ? StateTable.Next[0] : StateTable.Next[2 * state]);
        }
        byte* taken = _table.Find(9u << 24);
        Assert.Equal(2, (taken - _memory) / SlotTable.SlotSize);
        Assert.Equal(9, taken[0]);
        Assert.True(new ReadOnlySpan<byte>(taken + 1, 15).IndexOfAnyExcept((byte)0) < 0);
    }

    public void Dispose() => NativeMemory.AlignedFree(_memory);
}

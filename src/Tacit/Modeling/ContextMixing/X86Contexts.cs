using System.Runtime.CompilerServices;

namespace Tacit.Modeling.ContextMixing;

/// <summary>Contexts of x86 machine code: the instruction so far, those before it, and bytes as they come.</summary>
internal static class X86Contexts
{
    // Of the instructions before: their opcodes without what their operands are.
    private const uint OneOpcode = 0xFF00, TwoOpcodes = 0xFF00FF00;
    private const ulong ThreeOpcodes = 0xFF00FF00FF00;

    /// <summary>Adds them, the most useful first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddTo<TList>(in ContextHistory past, int predicted, ref TList list)
        where TList : struct, IContextList
    {
        ulong last = past.Last;
        ref readonly X86Instruction code = ref past.Code;
        ulong before = code.Previous;
        uint field = (uint)code.Field | (uint)code.Left << 3;
        ulong opcode = field | code.Opcode << 8;
        ulong soFar = (ulong)code.SoFar << 32 | field;
        list.Add("order 2", last & 0xFFFF);
        list.Add("opcode", opcode, code.Operands);
        list.Add("instruction", soFar, (uint)before & OneOpcode);
        list.Add("sparse", last & 0xFF00FF);
        list.Add("instructions", soFar, (uint)before);
        list.Add("sparse", last & 0xFF00);
        list.Add("instruction", soFar);
        list.Add("opcodes", opcode, (uint)((before & ThreeOpcodes) * 0x9E3779B97F4A7C15UL >> 32));
        if (!list.Wants(8))
            return;
        list.Add("opcodes", opcode, (uint)before & TwoOpcodes);
        list.Add("order 4", last & 0xFFFFFFFF);
        list.Add("sparse", last & 0xE0E0E0E0F0);
        list.Add("order 6", last & 0xFFFFFFFFFFFF);
        if (!list.Wants(12))
            return;
        list.Add("match and order 1", (uint)predicted, (byte)last);
        list.Add("order 3", last & 0xFFFFFF);
        list.Add("order 1", last & 0xFF);
        list.Add("word", past.Word, (byte)last);
        list.Add("instructions", soFar, (uint)before & TwoOpcodes);
        list.Add("sparse", last & 0xFFFF00);
        list.Add("indirect", past.Followers & 0xFFFF, (byte)last);
        list.Add("opcodes", opcode, (uint)before & OneOpcode);
        list.Add("instructions", soFar, (uint)(before * 0x9E3779B97F4A7C15UL >> 32));
        list.Add("indirect", past.PairFollowers | (last & 0xFF) << 16);
        list.Add("sparse", last & 0xFFFF0000);
        list.Add("order 5", last & 0xFFFFFFFFFF);
    }
}

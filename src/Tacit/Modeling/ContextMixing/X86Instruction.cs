namespace Tacit.Modeling.ContextMixing;

/// <summary>Follows x86 machine code byte by byte: where in which instruction is the next byte?</summary>
/// <remarks>
/// Only lengths are decoded, by the opcode maps of Intel's manual (volume 2, appendix A) as they are in 64-bit mode. In
/// 32-bit code the prefixes 40 … 4F are instructions of their own, and nothing else of note differs. Bytes that are
/// not code give meaningless answers, but the reader falls into step again within a few instructions.
/// </remarks>
internal unsafe struct X86Instruction
{
    // What an opcode is followed by: the size of its immediate, and flags.
    private const byte None = 0, Imm8 = 1, Imm16 = 2, Imm24 = 3, ImmWord = 4, ImmFull = 5, Imm64 = 8;
    private const byte ImmMask = 15, ModRm = 16, Prefix = 32, Relative = 64, Group = 128;

    private static readonly byte* Map1 = MakeMap1();
    private static readonly byte* Map2 = MakeMap2();

    private readonly byte* _map1;
    private readonly byte* _map2;
    private byte _flags;        // of the opcode
    private byte _immediate;    // bytes of it still to come after the displacement
    private byte _left;         // bytes of the present field still to come
    private bool _short;        // prefix 66: words are 16 bits
    private bool _wide;         // REX.W
    private bool _relative;     // the present field is relative to the end of the instruction
    private byte _escapes;      // bytes of a VEX prefix still to come
    private byte _map;

    /// <summary>Starts before an instruction.</summary>
    public X86Instruction()
    {
        _map1 = Map1;
        _map2 = Map2;
    }

    /// <summary>What the next byte is.</summary>
    public X86Field Field { get; private set; }

    /// <summary>The opcode, its map above it; 0 before it.</summary>
    public uint Opcode { get; private set; }

    /// <summary>The byte that says where the operands are; 0 before it.</summary>
    public byte Operands { get; private set; }

    /// <summary>The instruction's bytes so far, as a hash.</summary>
    public uint SoFar { get; private set; }

    /// <summary>Bytes of the instruction so far, at most 15.</summary>
    public int Length { get; private set; }

    /// <summary>Opcodes with operand bytes of the last four instructions, 16 bits each, newest lowest.</summary>
    public ulong Previous { get; private set; }

    /// <summary>Bytes of the present displacement or immediate still to come.</summary>
    public readonly int Left => _left;

    /// <summary>Whether the next four bytes are the distance from the instruction's end to an address.</summary>
    public readonly bool AtAddress => _relative && _left == 4;

    /// <summary>Bytes of the instruction after the present field.</summary>
    public readonly int Rest => Field == X86Field.Displacement ? _immediate : 0;

    /// <summary>The kind of the next byte and the opcode's row: 8 bits.</summary>
    public readonly int Class
    {
        get
        {
            int place = Field switch
            {
                X86Field.Opcode => Length == 0 ? 0 : 1,
                X86Field.Operands => 2,
                X86Field.Index => 3,
                X86Field.Displacement => 3 + _left,
                _ => 7 + _left,
            };
            return place << 4 | (int)(Opcode >> 4 & 15);
        }
    }

    /// <summary>Takes in a byte.</summary>
    public void Add(byte value)
    {
        Length = Math.Min(Length + 1, 15);
        SoFar = (SoFar + value + 1) * 0x2F0B4C47u;
        SoFar ^= SoFar >> 15;
        switch (Field)
        {
            case X86Field.Opcode:
                AddOpcode(value);
                break;
            case X86Field.Operands:
                AddOperands(value);
                break;
            case X86Field.Index:
                // Without a base register there is a displacement of four bytes.
                Displace((value & 7) == 5 && Operands < 0x40 ? 4 : Operands >> 6 == 1 ? 1 : Operands >> 6 == 2 ? 4 : 0);
                break;
            case X86Field.Displacement:
                if (--_left == 0)
                    Immediate();
                break;
            default:
                if (--_left == 0)
                    End();
                break;
        }
    }

    private void AddOpcode(byte value)
    {
        if (_escapes > 0)
        {
            // The byte before the last of a three-byte VEX prefix names the map.
            if (_escapes == 2)
                _map = (byte)Math.Clamp(value & 31, 1, 3);
            _escapes--;
            return;
        }
        byte flags = _map switch { 0 => _map1[value], 1 => _map2[value], 2 => ModRm, _ => ModRm | Imm8 };
        if (_map == 0 && (flags & Prefix) != 0)
        {
            AddPrefix(value);
            return;
        }
        if (_map == 1 && value is 0x38 or 0x3A)
        {
            _map = (byte)(value == 0x38 ? 2 : 3);
            return;
        }
        Opcode = value | (uint)_map << 8;
        _flags = flags;
        _immediate = (flags & ImmMask) switch
        {
            ImmWord => (byte)(_short ? 2 : 4),
            ImmFull => (byte)(_wide ? 8 : _short ? 2 : 4),
            _ => (byte)(flags & ImmMask),
        };
        if ((flags & ModRm) != 0)
            Field = X86Field.Operands;
        else
            Immediate();
    }

    private void AddPrefix(byte value)
    {
        switch (value)
        {
            case 0x0F:
                _map = 1;
                break;
            case 0x66:
                _short = true;
                break;
            case 0xC4:
                _escapes = 2;
                break;
            case 0xC5:
                _escapes = 1;
                _map = 1;
                break;
            case >= 0x48 and <= 0x4F:
                _wide = true;
                break;
        }
    }

    private void AddOperands(byte value)
    {
        Operands = value;
        // F6 and F7 have an immediate only as TEST.
        if ((_flags & Group) != 0 && (value & 0x30) != 0)
            _immediate = 0;
        int mode = value >> 6;
        if (mode != 3 && (value & 7) == 4)
        {
            Field = X86Field.Index;
            return;
        }
        bool fromHere = (value & 0xC7) == 5;
        Displace(mode == 1 ? 1 : mode == 2 || fromHere ? 4 : 0);
        _relative = fromHere;
    }

    private void Displace(int length)
    {
        if (length == 0)
        {
            Immediate();
            return;
        }
        Field = X86Field.Displacement;
        _left = (byte)length;
    }

    private void Immediate()
    {
        if (_immediate == 0)
        {
            End();
            return;
        }
        Field = X86Field.Immediate;
        _left = _immediate;
        _relative = (_flags & Relative) != 0;
    }

    private void End()
    {
        Previous = Previous << 16 | (Opcode & 0x300) << 6 ^ (Opcode & 0xFF) << 8 ^ Operands;
        Field = X86Field.Opcode;
        Opcode = 0;
        Operands = 0;
        SoFar = 0;
        Length = 0;
        _short = _wide = _relative = false;
        _map = 0;
        _left = 0;
    }

    private static byte* MakeMap1()
    {
        var map = (byte*)Shared.Allocate(256);
        for (int row = 0; row < 0x40; row += 8)   // eight arithmetic operations in six forms each
        {
            Set(map, row, row + 3, ModRm);
            map[row + 4] = Imm8;
            map[row + 5] = ImmWord;
        }
        foreach (int prefix in (ReadOnlySpan<int>)[0x0F, 0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65, 0x66, 0x67, 0xC4, 0xC5, 0xF0, 0xF2, 0xF3])
            map[prefix] = Prefix;
        Set(map, 0x40, 0x4F, Prefix);
        Set(map, 0x62, 0x63, ModRm);
        map[0x68] = ImmWord;
        map[0x69] = ModRm | ImmWord;
        map[0x6A] = Imm8;
        map[0x6B] = ModRm | Imm8;
        Set(map, 0x70, 0x7F, Imm8);
        Set(map, 0x80, 0x8F, ModRm);
        Set(map, 0x80, 0x83, ModRm | Imm8);
        map[0x81] = ModRm | ImmWord;
        Set(map, 0xA0, 0xA3, Imm64);
        map[0xA8] = Imm8;
        map[0xA9] = ImmWord;
        Set(map, 0xB0, 0xB7, Imm8);
        Set(map, 0xB8, 0xBF, ImmFull);
        Set(map, 0xC0, 0xC1, ModRm | Imm8);
        map[0xC2] = map[0xCA] = Imm16;
        map[0xC6] = ModRm | Imm8;
        map[0xC7] = ModRm | ImmWord;
        map[0xC8] = Imm24;
        map[0xCD] = Imm8;
        Set(map, 0xD0, 0xD3, ModRm);
        Set(map, 0xD4, 0xD5, Imm8);
        Set(map, 0xD8, 0xDF, ModRm);
        Set(map, 0xE0, 0xE7, Imm8);
        Set(map, 0xE8, 0xE9, ImmWord | Relative);
        map[0xEB] = Imm8;
        map[0xF6] = ModRm | Imm8 | Group;
        map[0xF7] = ModRm | ImmWord | Group;
        Set(map, 0xFE, 0xFF, ModRm);
        return map;
    }

    private static byte* MakeMap2()
    {
        var map = (byte*)Shared.Allocate(256);
        Set(map, 0x00, 0xFF, ModRm);
        Set(map, 0x04, 0x0C, None);
        map[0x0D] = ModRm;
        map[0x0E] = None;
        map[0x0F] = ModRm | Imm8;
        Set(map, 0x30, 0x37, None);
        Set(map, 0x70, 0x73, ModRm | Imm8);
        map[0x77] = None;
        Set(map, 0x80, 0x8F, ImmWord | Relative);
        Set(map, 0xA0, 0xA2, None);
        Set(map, 0xA8, 0xAA, None);
        foreach (int opcode in (ReadOnlySpan<int>)[0xA4, 0xAC, 0xBA, 0xC2, 0xC4, 0xC5, 0xC6])
            map[opcode] = ModRm | Imm8;
        Set(map, 0xC8, 0xCF, None);
        return map;
    }

    private static void Set(byte* map, int first, int last, byte flags)
    {
        for (int i = first; i <= last; i++)
            map[i] = flags;
    }
}

/// <summary>What a byte of an instruction is.</summary>
internal enum X86Field : byte
{
    /// <summary>A prefix or the opcode.</summary>
    Opcode,

    /// <summary>Which registers or memory (ModR/M).</summary>
    Operands,

    /// <summary>Base and index registers (SIB).</summary>
    Index,

    /// <summary>A displacement.</summary>
    Displacement,

    /// <summary>An immediate number.</summary>
    Immediate,
}

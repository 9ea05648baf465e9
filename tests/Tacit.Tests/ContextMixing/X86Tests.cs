using System.Buffers.Binary;
using Tacit.Modeling.ContextMixing;

namespace Tacit.Tests.ContextMixing;

public class X86Tests
{
    // Encodings after Intel's manual, volume 2; each line is one instruction.
    public static TheoryData<string> Instructions =>
    [
        "90", "c3", "55", "41 57", "c9", "f4", "48 98",                           // nop, ret, push rbp, push r15, leave, hlt, cdqe
        "89 e5", "48 89 e5", "48 8b 45 f8", "8b 85 00 01 00 00",                  // mov, with no, short and long displacements
        "8b 04 24", "8b 44 24 08", "8b 84 24 80 00 00 00", "8b 04 8d 00 10 00 00", // with an index byte
        "48 8d 05 11 22 33 44", "8b 05 11 22 33 44", "c7 05 11 22 33 44 01 00 00 00",   // relative to the next instruction
        "83 c0 01", "81 c0 00 01 00 00", "66 81 c0 00 01", "48 81 ec 00 01 00 00", // add of bytes, words of 32 and 16 bits
        "b8 01 02 03 04", "66 b8 01 02", "48 b8 01 02 03 04 05 06 07 08", "b0 01", // mov of constants
        "6a 01", "68 01 02 03 04", "69 c0 01 02 03 04", "6b c0 05",
        "e8 01 02 03 04", "e9 01 02 03 04", "eb 05", "74 05", "0f 84 01 02 03 04", // call, jmp, je
        "ff 15 01 02 03 04", "ff 25 01 02 03 04", "ff d0", "ff 50 08",             // through memory and registers
        "f6 c0 01", "f6 d8", "f7 c0 01 00 00 00", "f7 d8", "66 f7 c1 01 00",       // test has a constant, neg has none
        "c6 00 05", "c7 00 01 00 00 00", "66 c7 00 01 00", "c7 45 fc 01 00 00 00",
        "c1 e0 02", "d1 e0", "d3 e0", "c2 08 00", "c8 10 00 00", "cd 80", "a8 01", "a9 01 00 00 00", "3c 20", "3d 01 00 00 00",
        "0f b6 c0", "0f 1f 44 00 00", "66 0f 1f 44 00 00", "0f 05", "0f a2", "0f c8", "0f ba e0 05", "0f a4 c2 08", "0f 94 c0", "0f 31", "0f af c1",
        "66 0f 6f 05 01 02 03 04", "f3 0f 10 44 24 08", "66 0f 70 c0 05", "66 0f 3a 0f c1 08", "66 0f 38 00 c1", "f3 0f 1e fa",
        "c5 f8 77", "c5 fd 6f 00", "c4 e2 7d 18 05 01 02 03 04", "c4 e3 7d 39 c1 01", "f0 48 0f b1 11", "a1 01 02 03 04 05 06 07 08",
    ];

    [Theory, MemberData(nameof(Instructions))]
    public void AnInstructionEndsWhereItEnds(string bytes)
    {
        byte[] encoding = Convert.FromHexString(bytes.Replace(" ", "", StringComparison.Ordinal));
        var reader = new X86Instruction();
        foreach (byte b in (byte[])[0x48, 0x89, 0xE5])   // whatever came before
            reader.Add(b);
        for (int i = 0; i < encoding.Length; i++)
        {
            Assert.Equal(i, reader.Length);
            Assert.True(i == 0 || reader.Field != X86Field.Opcode || reader.SoFar != 0);
            reader.Add(encoding[i]);
        }
        Assert.Equal((0, X86Field.Opcode, 0), (reader.Length, reader.Field, reader.Left));
    }

    [Fact]
    public void EqualTargetsLookEqual()
    {
        byte[] code = Samples.Make("x86", 3000);
        byte[] absolute = [.. code];
        X86Addresses.MakeAbsolute(absolute);
        var targets = new Dictionary<int, int>();
        var reader = new X86Instruction();
        for (int i = 0; i + 4 <= code.Length; i++)
        {
            if (reader.AtAddress && reader.Opcode == 0xE8)
            {
                int target = i + 4 + BinaryPrimitives.ReadInt32LittleEndian(code.AsSpan(i));
                Assert.Equal(target, BinaryPrimitives.ReadInt32LittleEndian(absolute.AsSpan(i)));
                targets[target] = targets.GetValueOrDefault(target) + 1;
            }
            reader.Add(code[i]);
        }
        Assert.InRange(targets.Count, 2, 20);
        Assert.InRange(targets.Values.Sum(), 100, 1000);
    }

    [Theory]
    [InlineData("x86")]
    [InlineData("random")]
    [InlineData("code")]
    [InlineData("zeros")]
    public void RelativeAddressesComeBack(string kind)
    {
        for (int length = 0; length < 300; length++)
            Check(Samples.Make(kind, length, (uint)length));
        Check(Samples.Make(kind, 300_000));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    [InlineData(-6)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    [InlineData((1 << 28) - 1)]
    [InlineData(1 << 28)]
    [InlineData((1 << 28) - 5)]
    [InlineData((1 << 28) - 6)]
    public void EveryDistanceComesBack(int distance)
    {
        byte[] code = [0xE8, 0, 0, 0, 0, 0xC3];
        BinaryPrimitives.WriteInt32LittleEndian(code.AsSpan(1), distance);
        Check(code);
    }

    [Fact]
    public void CodeIsModelledAsCode()
    {
        byte[] code = Samples.Make("x86", 60_000);
        using var model = new ContextMixer(new ContextMixerOptions { Level = 3 });
        Assert.Equal(new BlockStructure(BlockKind.X86), StructureTrial.Choose(code, model));
        byte[] room = new byte[code.Length];
        int asBytes = StructureTrial.Cost(code, default, model, room);
        var structure = new BlockStructure(BlockKind.X86);
        int asCode = StructureTrial.Cost(X86Addresses.Prepare(code, structure), structure, model, room);
        Assert.InRange(asCode, 1, asBytes * 3 / 4);
    }

    private static void Check(byte[] code)
    {
        byte[] changed = [.. code];
        X86Addresses.MakeAbsolute(changed);
        X86Addresses.MakeRelative(changed);
        Assert.Equal(code, changed);
    }
}

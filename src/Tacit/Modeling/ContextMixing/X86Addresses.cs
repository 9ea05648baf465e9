using System.Buffers.Binary;

namespace Tacit.Modeling.ContextMixing;

/// <summary>Turns the relative addresses of x86 code into absolute ones, so that equal targets look equal, and back.</summary>
/// <remarks>
/// Calls, jumps and operands relative to the instruction pointer hold the distance d from the end of their instruction,
/// at p, to a target. Distances to targets within the first <see cref="Reach"/> bytes, −p ≤ d &lt; Reach − p, become
/// the target p + d; the distances Reach − p ≤ d &lt; Reach, whose values those took, become d − Reach; others stay.
/// So every 32-bit number has one image, and nothing needs to be told apart.
/// </remarks>
internal static class X86Addresses
{
    private const int Reach = 1 << 28;   // as much as the longest block
    private const int Far = 1 << 24;
    private const int MinCalls = 16;

    /// <summary>Whether there seem to be calls: E8, then a distance that is small as 32-bit numbers go, but not a trifle.</summary>
    public static bool MayHelp(ReadOnlySpan<byte> sample)
    {
        int calls = 0, others = 0;
        for (int i = 0; i + 5 <= sample.Length; i++)
        {
            if (sample[i] != 0xE8)
                continue;
            int distance = BinaryPrimitives.ReadInt32LittleEndian(sample[(i + 1)..]);
            if (distance is (< -128 and >= -Far) or (> 127 and < Far))
                calls++;
            else
                others++;
        }
        return calls >= MinCalls && calls >= others / 4;
    }

    /// <summary>The data as the model for that structure sees it: itself, or a copy with absolute addresses.</summary>
    public static ReadOnlySpan<byte> Prepare(ReadOnlySpan<byte> data, BlockStructure structure)
    {
        if (structure.Kind != BlockKind.X86)
            return data;
        byte[] copy = data.ToArray();
        MakeAbsolute(copy);
        return copy;
    }

    /// <summary>Makes addresses absolute.</summary>
    public static void MakeAbsolute(Span<byte> code)
    {
        var instruction = new X86Instruction();
        for (int i = 0; i < code.Length; i++)
        {
            if (!instruction.AtAddress || code.Length - i < 4)
            {
                instruction.Add(code[i]);
                continue;
            }
            int end = i + 4 + instruction.Rest;
            Span<byte> field = code.Slice(i, 4);
            int distance = BinaryPrimitives.ReadInt32LittleEndian(field);
            foreach (byte b in field)
                instruction.Add(b);
            BinaryPrimitives.WriteInt32LittleEndian(field, Absolute(distance, end));
            i += 3;
        }
    }

    /// <summary>Undoes <see cref="MakeAbsolute"/>.</summary>
    public static void MakeRelative(Span<byte> code)
    {
        var instruction = new X86Instruction();
        for (int i = 0; i < code.Length; i++)
        {
            if (!instruction.AtAddress || code.Length - i < 4)
            {
                instruction.Add(code[i]);
                continue;
            }
            int end = i + 4 + instruction.Rest;
            Span<byte> field = code.Slice(i, 4);
            BinaryPrimitives.WriteInt32LittleEndian(field, Relative(BinaryPrimitives.ReadInt32LittleEndian(field), end));
            foreach (byte b in field)
                instruction.Add(b);
            i += 3;
        }
    }

    private static int Absolute(int distance, int end) =>
        distance < -end || distance >= Reach ? distance : distance < Reach - end ? distance + end : distance - Reach;

    private static int Relative(int target, int end) =>
        target < -end || target >= Reach ? target : target >= 0 ? target - end : target + Reach;
}

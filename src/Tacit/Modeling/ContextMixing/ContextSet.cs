using System.Runtime.CompilerServices;

namespace Tacit.Modeling.ContextMixing;

/// <summary>The contexts of each kind of block, the most useful first, so that a level takes as many as it affords.</summary>
internal static unsafe class ContextSet
{
    /// <summary>Most contexts of any kind.</summary>
    public const int Max = 16;

    /// <summary>Contexts there are for a kind.</summary>
    public static int Available(BlockKind kind) => kind switch
    {
        BlockKind.Text => 10,
        BlockKind.Rows => 16,
        _ => 15,
    };

    /// <summary>Fills in a hash for each context of the next byte; <paramref name="hashes"/> has room for <see cref="Max"/>.</summary>
    public static void Hash(ref ContextHistory past, BlockStructure structure, uint* hashes)
    {
        switch (structure.Kind)
        {
            case BlockKind.Text:
                HashText(ref past, hashes);
                break;
            case BlockKind.Rows:
                HashRows(ref past, structure.RowLength, hashes);
                break;
            default:
                HashBinary(ref past, hashes);
                break;
        }
    }

    private static void HashText(ref ContextHistory past, uint* hashes)
    {
        ulong last = past.Last;
        hashes[0] = Mix(0, last & 0xFFFFFF);
        hashes[1] = Mix(1, past.Word, (byte)last);
        hashes[2] = Mix(2, last & 0xFFFF);
        hashes[3] = Mix(3, last & 0xFF);
        hashes[4] = Mix(4, last & 0xFFFFFFFFFF);
        hashes[5] = Mix(5, past.Word, past.PreviousWord);
        hashes[6] = Mix(6, last & 0xFFFFFFFF);
        hashes[7] = Mix(7, last & 0xFFFFFFFFFFFF);
        hashes[8] = Mix(8, 0);
        hashes[9] = Mix(9, past.Classes & 0xFFFFFFFF, (byte)last);
    }

    private static void HashBinary(ref ContextHistory past, uint* hashes)
    {
        ulong last = past.Last;
        hashes[0] = Mix(0, last & 0xFF);
        hashes[1] = Mix(1, last & 0xFFFF);
        hashes[2] = Mix(2, last & 0xFFFFFF);
        hashes[3] = Mix(3, last & 0xFFFFFFFF);
        hashes[4] = Mix(4, last & 0xFF00);
        hashes[5] = Mix(5, last & 0xFF0000);
        hashes[6] = Mix(6, last & 0xFFFF00);
        hashes[7] = Mix(7, last & 0xFF000000);
        hashes[8] = Mix(8, past.Followers & 0xFFFF, (byte)last);
        hashes[9] = Mix(9, last & 0xFFFFFFFFFFFF);
        hashes[10] = Mix(10, last & 0xFF00FF);
        hashes[11] = Mix(11, last & 0xFFFF0000);
        hashes[12] = Mix(12, last & 0xFF0000FF);
        hashes[13] = Mix(13, last & 0xE0E0E0E0F0);
        hashes[14] = Mix(14, 0);
    }

    private static void HashRows(ref ContextHistory past, int row, uint* hashes)
    {
        ulong last = past.Last;
        uint above = past.Back(row), above2 = past.Back(2 * row);
        uint aboveRight = past.Back(row - 1), aboveLeft = past.Back(row + 1);
        hashes[0] = Mix(0, above | (last & 0xFF) << 8);
        hashes[1] = Mix(1, above, (uint)past.Column);
        hashes[2] = Mix(2, last & 0xFFFF);
        hashes[3] = Mix(3, last & 0xFFFFFF);
        hashes[4] = Mix(4, above | above2 << 8 | (last & 0xFF) << 16);
        hashes[5] = Mix(5, above | aboveRight << 8 | aboveLeft << 16 | (last & 0xFF) << 24);
        hashes[6] = Mix(6, last & 0xFF, (uint)past.Column);
        hashes[7] = Mix(7, last & 0xFFFFFFFF);
        hashes[8] = Mix(8, last & 0xFF);
        hashes[9] = Mix(9, above | above2 << 8, (uint)past.Column);
        hashes[10] = Mix(10, above | aboveRight << 8);
        hashes[11] = Mix(11, last & 0xFF00);
        hashes[12] = Mix(12, past.Followers & 0xFFFF, (byte)last);
        hashes[13] = Mix(13, last & 0xFFFFFFFFFFFF);
        hashes[14] = Mix(14, above | (last & 0xFFFF) << 8 | (ulong)aboveRight << 24 | (ulong)above2 << 32);
        hashes[15] = Mix(15, (ulong)(last & 0xFFFF), (uint)past.Column);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Mix(int salt, ulong a, uint b = 0)
    {
        ulong h = (a + (ulong)(salt + 1) * 0x9E3779B97F4A7C15UL) * 0xD6E8FEB86659FD93UL;
        h = (h ^ h >> 32 ^ b) * 0xA0761D6478BD642FUL;
        return (uint)(h >> 32);
    }
}

using System.Runtime.CompilerServices;

namespace Tacit.Modeling.ContextMixing;

/// <summary>The contexts of each kind of block, the most useful first, so that a level takes as many as it affords.</summary>
internal static unsafe class ContextSet
{
    /// <summary>Most contexts of any kind.</summary>
    public const int Max = 24;

    /// <summary>So many contexts, and fewer, do without what a match predicts.</summary>
    public const int WithoutMatch = 12;

    /// <summary>Contexts there are for a kind.</summary>
    public static int Available(BlockKind kind) => kind switch
    {
        BlockKind.Text or BlockKind.Rows => 24,
        BlockKind.Binary or BlockKind.Ideographs => 20,
        BlockKind.Bilevel => PixelContexts.Count,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>Fills in a hash for each context of the next byte; <paramref name="hashes"/> has room for <see cref="Max"/>.</summary>
    /// <param name="past">What came so far.</param>
    /// <param name="structure">The block's structure.</param>
    /// <param name="predicted">The byte a match predicts, after a leading 1, or 0.</param>
    /// <param name="count">How many contexts are wanted at least; the rest may be left out.</param>
    /// <param name="hashes">Receives the hashes.</param>
    public static void Hash(in ContextHistory past, BlockStructure structure, int predicted, int count, uint* hashes)
    {
        switch (structure.Kind)
        {
            case BlockKind.Text:
                HashText(past, predicted, count, hashes);
                break;
            case BlockKind.Ideographs:
                HashIdeographs(past, predicted, count, hashes);
                break;
            case BlockKind.Rows:
                HashRows(past, structure.RowLength, hashes);
                break;
            default:
                HashBinary(past, predicted, hashes);
                break;
        }
    }

    private static void HashText(in ContextHistory past, int predicted, int count, uint* hashes)
    {
        ulong last = past.Last;
        hashes[0] = Mix(0, last & 0xFFFFFF);
        hashes[1] = Mix(1, past.Word, (byte)last);
        hashes[2] = Mix(2, last & 0xFFFF);
        hashes[3] = Mix(3, last & 0xFF);
        hashes[4] = Mix(4, past.Marks, (byte)last);
        hashes[5] = Mix(5, past.Above | (uint)past.Column << 8, (byte)last);
        hashes[6] = Mix(6, 0);
        hashes[7] = Mix(7, last & 0xFFFFFFFFFF);
        if (count <= 8)
            return;
        hashes[8] = Mix(8, past.Word, past.PreviousWord);
        hashes[9] = Mix(9, last & 0xFFFFFFFF);
        hashes[10] = Mix(10, past.Tag | (ulong)past.Word << 32, past.OuterTag);
        hashes[11] = Mix(11, past.Marks & 0xFFFF, past.Word);
        if (count <= 12)
            return;
        hashes[12] = Mix(12, (uint)predicted, (byte)last);
        hashes[13] = Mix(13, last);
        hashes[14] = Mix(14, past.Key | (ulong)(last & 0xFFFF) << 32);
        hashes[15] = Mix(15, last & 0xFFFFFFFFFFFF);
        hashes[16] = Mix(16, past.Folded & 0xFFFFFFFF);
        hashes[17] = Mix(17, past.PairFollowers | (last & 0xFF) << 16);
        hashes[18] = Mix(18, past.Word | (ulong)past.ThirdWord << 32, past.Marks & 0xFF);
        hashes[19] = Mix(19, past.Followers & 0xFFFFFF, (byte)last);
        hashes[20] = Mix(20, past.Word | (ulong)past.PreviousWord << 32, past.ThirdWord);
        hashes[21] = Mix(21, past.Classes & 0xFFFFFFFF, (byte)last);
        hashes[22] = Mix(22, last & 0xFFFF0000);
        hashes[23] = Mix(23, past.Classes & 0xFFFFFFFFFFFF, (byte)last);
    }

    private static void HashIdeographs(in ContextHistory past, int predicted, int count, uint* hashes)
    {
        ulong last = past.Last;
        ulong one = past.Partial | (ulong)past.Character << 32;
        hashes[0] = Mix(0, one);
        hashes[1] = Mix(1, one, past.PreviousCharacter * 0x9E3779B1u);
        hashes[2] = Mix(2, last & 0xFF);
        hashes[3] = Mix(3, past.Word, (byte)last);
        hashes[4] = Mix(4, past.Above | (uint)past.Column << 8, (byte)last);
        hashes[5] = Mix(5, 0);
        hashes[6] = Mix(6, past.Folded & 0xFFFFFFFF);
        hashes[7] = Mix(7, past.Classes & 0xFFFFFFFF, (byte)last);
        if (count <= 8)
            return;
        hashes[8] = Mix(8, past.PairFollowers | (last & 0xFF) << 16);
        hashes[9] = Mix(9, last & 0xFFFF00);
        hashes[10] = Mix(10, past.Marks & 0xFFFF, past.Word);
        hashes[11] = Mix(11, one, past.PreviousCharacter * 0x9E3779B1u + past.ThirdCharacter * 0x2C1B3C6Du);
        if (count <= 12)
            return;
        hashes[12] = Mix(12, past.Tag | (ulong)past.Word << 32, past.OuterTag);
        hashes[13] = Mix(13, past.Word | (ulong)past.PreviousWord << 32, past.ThirdWord);
        hashes[14] = Mix(14, (uint)predicted, (byte)last);
        hashes[15] = Mix(15, past.Partial | (ulong)past.PreviousCharacter << 32);
        hashes[16] = Mix(16, past.Followers & 0xFFFFFF, (byte)last);
        hashes[17] = Mix(17, past.Key | (ulong)(last & 0xFFFF) << 32);
        hashes[18] = Mix(18, last & 0xFFFFFF);
        hashes[19] = Mix(19, past.Marks, (byte)last);
    }

    private static void HashBinary(in ContextHistory past, int predicted, uint* hashes)
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
        hashes[11] = Mix(11, 0);
        hashes[12] = Mix(12, past.PairFollowers | (last & 0xFF) << 16);
        hashes[13] = Mix(13, last & 0xFF0000FF);
        hashes[14] = Mix(14, last & 0xFFFF0000);
        hashes[15] = Mix(15, past.Word, (byte)last);
        hashes[16] = Mix(16, last & 0xE0E0E0E0F0);
        hashes[17] = Mix(17, (uint)predicted, (byte)last);
        hashes[18] = Mix(18, last & 0xFF00FF00);
        hashes[19] = Mix(19, last & 0xFFFFFFFFFF);
    }

    private static void HashRows(in ContextHistory past, int row, uint* hashes)
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
        hashes[16] = Mix(16, last & 0xFF0000);
        hashes[17] = Mix(17, last & 0xFF000000);
        hashes[18] = Mix(18, last & 0xFFFF00);
        hashes[19] = Mix(19, past.PairFollowers | (last & 0xFF) << 16);
        hashes[20] = Mix(20, above | (last & 0xFFFF) << 8);
        hashes[21] = Mix(21, (byte)((byte)last + above - aboveLeft), (byte)last);
        hashes[22] = Mix(22, (byte)(2 * above - above2) | above << 8);
        hashes[23] = Mix(23, (uint)past.Column);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Mix(int salt, ulong a, uint b = 0)
    {
        ulong h = (a + (ulong)(salt + 1) * 0x9E3779B97F4A7C15UL) * 0xD6E8FEB86659FD93UL;
        h = (h ^ h >> 32 ^ b) * 0xA0761D6478BD642FUL;
        return (uint)(h >> 32);
    }
}

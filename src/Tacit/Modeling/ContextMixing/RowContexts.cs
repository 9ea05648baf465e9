using System.Runtime.CompilerServices;

namespace Tacit.Modeling.ContextMixing;

/// <summary>Contexts of tables and pictures: bytes in rows of a known length.</summary>
internal static class RowContexts
{
    /// <summary>Adds them, the most useful first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddTo<TList>(in ContextHistory past, int row, ref TList list)
        where TList : struct, IContextList
    {
        ulong last = past.Last;
        uint above = past.Back(row), above2 = past.Back(2 * row);
        uint aboveRight = past.Back(row - 1), aboveLeft = past.Back(row + 1);
        list.Add("row above", above | (last & 0xFF) << 8);
        list.Add("row above and column", above, (uint)past.Column);
        list.Add("order 2", last & 0xFFFF);
        list.Add("order 3", last & 0xFFFFFF);
        list.Add("row above", above | above2 << 8 | (last & 0xFF) << 16);
        list.Add("neighbours", above | aboveRight << 8 | aboveLeft << 16 | (last & 0xFF) << 24);
        list.Add("column", last & 0xFF, (uint)past.Column);
        list.Add("order 4", last & 0xFFFFFFFF);
        list.Add("order 1", last & 0xFF);
        list.Add("row above and column", above | above2 << 8, (uint)past.Column);
        list.Add("neighbours", above | aboveRight << 8);
        list.Add("sparse", last & 0xFF00);
        list.Add("indirect", past.Followers & 0xFFFF, (byte)last);
        list.Add("order 6", last & 0xFFFFFFFFFFFF);
        list.Add("neighbours", above | (last & 0xFFFF) << 8 | (ulong)aboveRight << 24 | (ulong)above2 << 32);
        list.Add("column", (ulong)(last & 0xFFFF), (uint)past.Column);
        list.Add("sparse", last & 0xFF0000);
        list.Add("sparse", last & 0xFF000000);
        list.Add("sparse", last & 0xFFFF00);
        list.Add("indirect", past.PairFollowers | (last & 0xFF) << 16);
        list.Add("row above", above | (last & 0xFFFF) << 8);
        list.Add("gradient", (byte)((byte)last + above - aboveLeft), (byte)last);
        list.Add("gradient", (byte)(2 * above - above2) | above << 8);
        list.Add("column", (uint)past.Column);
    }
}

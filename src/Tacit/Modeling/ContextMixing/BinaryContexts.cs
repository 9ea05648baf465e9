using System.Runtime.CompilerServices;

namespace Tacit.Modeling.ContextMixing;

/// <summary>Contexts of bytes of no known structure.</summary>
internal static class BinaryContexts
{
    /// <summary>Adds them, the most useful first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddTo<TList>(in ContextHistory past, int predicted, ref TList list)
        where TList : struct, IContextList
    {
        ulong last = past.Last;
        // Numbers of 16 and 32 bits stand at even places, and at multiples of four: what came of this one, and those before.
        int place = past.Position;
        int begun2 = 8 * (place & 1), begun4 = 8 * (place & 3);
        ulong part2 = last & ((1UL << begun2) - 1), part4 = last & ((1UL << begun4) - 1);
        uint previous4 = (uint)(last >> begun4);
        list.Add("order 1", last & 0xFF);
        list.Add("order 2", last & 0xFFFF);
        list.Add("order 3", last & 0xFFFFFF);
        list.Add("order 4", last & 0xFFFFFFFF);
        list.Add("sparse", last & 0xFF00);
        list.Add("sparse", last & 0xFF0000);
        list.Add("sparse", last & 0xFFFF00);
        list.Add("32-bit number", part4 | (ulong)(previous4 >> 16) << 32, (uint)place & 3);
        list.Add("sparse", last & 0xFF000000);
        list.Add("indirect", past.Followers & 0xFFFF, (byte)last);
        list.Add("16-bit number", Extrapolated(last >> begun2, part2, place & 1), (uint)place & 1);
        list.Add("order 6", last & 0xFFFFFFFFFFFF);
        if (!list.Wants(12))
            return;
        list.Add("sparse", last & 0xFF00FF);
        list.Add("order 0", 0);
        list.Add("32-bit number", (uint)place & 3 | past.Back(4) << 8 | past.Back(8) << 16);
        list.Add("indirect", past.PairFollowers | (last & 0xFF) << 16);
        list.Add("sparse", last & 0xFF0000FF);
        list.Add("sparse", last & 0xFFFF0000);
        list.Add("word", past.Word, (byte)last);
        list.Add("64-bit number", (uint)place & 7 | past.Back(8) << 8);
        list.Add("sparse", last & 0xE0E0E0E0F0);
        list.Add("match and order 1", (uint)predicted, (byte)last);
        list.Add("sparse", last & 0xFF00FF00);
        list.Add("order 5", last & 0xFFFFFFFFFF);
    }

    // The number that continues the last three by a parabola; of its second byte, what the first one leaves of it.
    private static uint Extrapolated(ulong numbers, ulong begun, int place)
    {
        var next = (ushort)(3 * (numbers & 0xFFFF) - 3 * (numbers >> 16 & 0xFFFF) + (numbers >> 32 & 0xFFFF));
        return place == 0 ? (uint)next >> 3 : (byte)((next - (int)begun + 128) >> 8);
    }
}

using System.Runtime.CompilerServices;

namespace Tacit.Modeling.ContextMixing;

/// <summary>Contexts of UTF-8 text in scripts of many characters.</summary>
internal static class IdeographContexts
{
    /// <summary>Adds them, the most useful first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddTo<TList>(in ContextHistory past, int predicted, ref TList list)
        where TList : struct, IContextList
    {
        ulong last = past.Last;
        ulong one = past.Partial | (ulong)past.Character << 32;
        list.Add("character", one);
        list.Add("two characters", one, past.PreviousCharacter * 0x9E3779B1u);
        list.Add("order 1", last & 0xFF);
        list.Add("word", past.Word, (byte)last);
        list.Add("line above", past.Above | (uint)past.Column << 8, (byte)last);
        list.Add("order 0", 0);
        list.Add("letters only", past.Folded & 0xFFFFFFFF);
        list.Add("character classes", past.Classes & 0xFFFFFFFF, (byte)last);
        if (!list.Wants(8))
            return;
        list.Add("indirect", past.PairFollowers | (last & 0xFF) << 16);
        list.Add("sparse", last & 0xFFFF00);
        list.Add("punctuation", past.Marks & 0xFFFF, past.Word);
        list.Add("three characters", one, past.PreviousCharacter * 0x9E3779B1u + past.ThirdCharacter * 0x2C1B3C6Du);
        if (!list.Wants(12))
            return;
        list.Add("markup", past.Tag | (ulong)past.Word << 32, past.OuterTag);
        list.Add("three words", past.Word | (ulong)past.PreviousWord << 32, past.ThirdWord);
        list.Add("match and order 1", (uint)predicted, (byte)last);
        list.Add("skipped character", past.Partial | (ulong)past.PreviousCharacter << 32);
        list.Add("indirect", past.Followers & 0xFFFFFF, (byte)last);
        list.Add("markup", past.Key | (ulong)(last & 0xFFFF) << 32);
        list.Add("order 3", last & 0xFFFFFF);
        list.Add("punctuation", past.Marks, (byte)last);
    }
}

using System.Runtime.CompilerServices;

namespace Tacit.Modeling.ContextMixing;

/// <summary>Contexts of text in alphabets.</summary>
internal static class TextContexts
{
    /// <summary>Adds them, the most useful first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddTo<TList>(in ContextHistory past, int predicted, ref TList list)
        where TList : struct, IContextList
    {
        ulong last = past.Last;
        list.Add("order 3", last & 0xFFFFFF);
        list.Add("word", past.Word, (byte)last);
        list.Add("order 2", last & 0xFFFF);
        list.Add("order 1", last & 0xFF);
        list.Add("punctuation", past.Marks, (byte)last);
        list.Add("line above", past.Above | (uint)past.Column << 8, (byte)last);
        list.Add("order 0", 0);
        list.Add("order 5", last & 0xFFFFFFFFFF);
        if (!list.Wants(8))
            return;
        list.Add("word pair", past.Word, past.PreviousWord);
        list.Add("order 4", last & 0xFFFFFFFF);
        list.Add("markup", past.Tag | (ulong)past.Word << 32, past.OuterTag);
        list.Add("punctuation", past.Marks & 0xFFFF, past.Word);
        if (!list.Wants(12))
            return;
        list.Add("match and order 1", (uint)predicted, (byte)last);
        list.Add("order 8", last);
        list.Add("markup", past.Key | (ulong)(last & 0xFFFF) << 32);
        list.Add("order 6", last & 0xFFFFFFFFFFFF);
        list.Add("letters only", past.Folded & 0xFFFFFFFF);
        list.Add("indirect", past.PairFollowers | (last & 0xFF) << 16);
        list.Add("skipped word", past.Word | (ulong)past.ThirdWord << 32, past.Marks & 0xFF);
        list.Add("indirect", past.Followers & 0xFFFFFF, (byte)last);
        list.Add("three words", past.Word | (ulong)past.PreviousWord << 32, past.ThirdWord);
        list.Add("character classes", past.Classes & 0xFFFFFFFF, (byte)last);
        list.Add("sparse", last & 0xFFFF0000);
        list.Add("character classes", past.Classes & 0xFFFFFFFFFFFF, (byte)last);
    }
}

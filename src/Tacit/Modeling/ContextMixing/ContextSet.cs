using System.Runtime.CompilerServices;

namespace Tacit.Modeling.ContextMixing;

/// <summary>The contexts of each kind of block, the most useful first, so that a level takes as many as it affords.</summary>
internal static unsafe class ContextSet
{
    /// <summary>Most contexts of any kind.</summary>
    public const int Max = 24;

    /// <summary>So many contexts, and fewer, do without what a match predicts.</summary>
    public const int WithoutMatch = 12;

    /// <summary>What people call a kind's contexts, in order.</summary>
    public static IReadOnlyList<string> Names(BlockKind kind) => MakeNames(kind);

    /// <summary>Contexts there are for a kind: as many as have names, told without compiling the lists for them.</summary>
    public static int Available(BlockKind kind) => kind switch
    {
        BlockKind.Bilevel => PixelContexts.Count,
        BlockKind.Ideographs => 20,
        _ => Max,
    };

    /// <summary>Fills in a hash for each context of the next byte; <paramref name="hashes"/> has room for <see cref="Max"/>.</summary>
    /// <param name="past">What came so far.</param>
    /// <param name="structure">The block's structure.</param>
    /// <param name="predicted">The byte a match predicts, after a leading 1, or 0.</param>
    /// <param name="count">How many contexts are wanted at least; the rest may be left out.</param>
    /// <param name="hashes">Receives the hashes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Hash(in ContextHistory past, BlockStructure structure, int predicted, int count, uint* hashes)
    {
        var list = new HashList(hashes, count);
        List(past, structure, predicted, ref list);
    }

    private static void List<TList>(in ContextHistory past, BlockStructure structure, int predicted, ref TList list)
        where TList : struct, IContextList
    {
        switch (structure.Kind)
        {
            case BlockKind.Text:
                TextContexts.AddTo(past, predicted, ref list);
                break;
            case BlockKind.Ideographs:
                IdeographContexts.AddTo(past, predicted, ref list);
                break;
            case BlockKind.Rows:
                RowContexts.AddTo(past, structure.RowLength, ref list);
                break;
            case BlockKind.X86:
                X86Contexts.AddTo(past, predicted, ref list);
                break;
            default:
                BinaryContexts.AddTo(past, predicted, ref list);
                break;
        }
    }

    private static string[] MakeNames(BlockKind kind)
    {
        // Contexts of pixels are not hashed here.
        if (kind == BlockKind.Bilevel)
            return [.. Enumerable.Repeat("pixels", PixelContexts.Count)];
        using var memory = new NativeBuffer();
        byte* followers = memory.Clear(ContextHistory.FollowerSize);
        byte none = 0;
        var list = new NameList([]);
        List(new ContextHistory(&none, 0, followers, kind), new BlockStructure(kind), 0, ref list);
        return [.. list.Names];
    }

    private struct HashList(uint* hashes, int count) : IContextList
    {
        private int _next;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(string name, ulong a, uint b = 0)
        {
            // The number of the context salts the hash.
            ulong h = (a + (ulong)(_next + 1) * 0x9E3779B97F4A7C15UL) * 0xD6E8FEB86659FD93UL;
            h = (h ^ h >> 32 ^ b) * 0xA0761D6478BD642FUL;
            hashes[_next++] = (uint)(h >> 32);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly bool Wants(int number) => count > number;
    }

    private readonly struct NameList(List<string> names) : IContextList
    {
        public List<string> Names => names;

        public void Add(string name, ulong a, uint b = 0) => names.Add(name);

        public bool Wants(int number) => true;
    }
}

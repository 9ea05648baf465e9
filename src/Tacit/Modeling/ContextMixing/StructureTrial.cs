using Tacit.Coding;

namespace Tacit.Modeling.ContextMixing;

/// <summary>Chooses among the structures a block may have by coding a sample under each.</summary>
internal static class StructureTrial
{
    private const int MinLength = 1 << 12;
    private const int MaxLength = 1 << 14;

    // Code and data of a program stand apart, and code is recognised late: samples are four times as many.
    private const int MoreForCode = 4;

    // Contexts of pixels learn fast, so a short sample flatters them: they must win by a quarter.
    private const int PixelMargin = 4;

    // What hardly shrinks is no text, though a sample of it may look so: bytes that lie apart show later what they have in common.
    private const int TextMargin = 64;

    /// <summary>The structure under which samples of the data cost least; <paramref name="model"/> is reset for trials.</summary>
    public static BlockStructure Choose(ReadOnlySpan<byte> data, ContextMixer model)
    {
        Span<BlockStructure> candidates = stackalloc BlockStructure[BlockStructure.MaxCandidates];
        int count = BlockStructure.Candidates(data, candidates);
        if (count == 1)
            return candidates[0];
        int pieces = candidates[..count].Contains(new BlockStructure(BlockKind.X86)) ? 2 * MoreForCode : 2;
        byte[] sample = Sample(data, pieces);
        byte[] coded = new byte[sample.Length];
        int best = 0, least = int.MaxValue;
        for (int i = 0; i < count; i++)
        {
            bool isCode = candidates[i].Kind == BlockKind.X86;
            int cost = Cost(isCode ? Sample(X86Addresses.Prepare(data, candidates[i]), pieces) : sample, candidates[i], model, coded);
            if (candidates[i].Kind == BlockKind.Bilevel)
                cost += cost / PixelMargin;
            if (candidates[i].Kind is BlockKind.Text or BlockKind.Ideographs)
                cost += cost / TextMargin;
            if (cost < least)
            {
                least = cost;
                best = i;
            }
        }
        return candidates[best];
    }

    /// <summary>Bytes that coding the sample takes; the sample's length if <paramref name="room"/> is too small.</summary>
    public static int Cost(ReadOnlySpan<byte> sample, BlockStructure structure, ContextMixer model, Span<byte> room)
    {
        model.Reset(sample.Length, structure);
        var encoder = new BinaryEncoder(room);
        foreach (byte value in sample)
        {
            for (int i = 7; i >= 0; i--)
            {
                int bit = value >> i & 1;
                encoder.Encode(bit, model.Probability);
                model.Update(bit);
            }
        }
        int length = encoder.Finish();
        return length < 0 ? sample.Length : length;
    }

    // Pieces of equal length, spread over the data. None starts where a header may be.
    private static byte[] Sample(ReadOnlySpan<byte> data, int pieces)
    {
        int length = Math.Min(data.Length / pieces, Math.Clamp(data.Length / 64, MinLength, MaxLength) / 2);
        byte[] sample = new byte[pieces * length];
        for (int i = 0; i < pieces; i++)
            data.Slice((int)((data.Length - length) * (3L + 3 * i) / (3 * pieces + 2)), length).CopyTo(sample.AsSpan(i * length));
        return sample;
    }
}

using Tacit.Coding;

namespace Tacit.Modeling.ContextMixing;

/// <summary>Chooses among the structures a block may have by coding a sample under each.</summary>
internal static class StructureTrial
{
    private const int MinLength = 1 << 12;
    private const int MaxLength = 1 << 14;

    // Contexts of pixels learn fast, so a short sample flatters them: they must win by a quarter.
    private const int PixelMargin = 4;

    /// <summary>The structure under which samples of the data cost least; <paramref name="model"/> is reset for trials.</summary>
    public static BlockStructure Choose(ReadOnlySpan<byte> data, ContextMixer model)
    {
        Span<BlockStructure> candidates = stackalloc BlockStructure[BlockStructure.MaxCandidates];
        int count = BlockStructure.Candidates(data, candidates);
        if (count == 1)
            return candidates[0];
        byte[] sample = Sample(data);
        byte[] coded = new byte[sample.Length];
        int best = 0, least = int.MaxValue;
        for (int i = 0; i < count; i++)
        {
            int cost = Cost(sample, candidates[i], model, coded);
            if (candidates[i].Kind == BlockKind.Bilevel)
                cost += cost / PixelMargin;
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

    // Two pieces, from the first and the second half. Neither starts where a header may be.
    private static byte[] Sample(ReadOnlySpan<byte> data)
    {
        int length = Math.Min(data.Length, Math.Clamp(data.Length / 64, MinLength, MaxLength)) / 2;
        ReadOnlySpan<byte> first = data.Slice((int)((data.Length - length) * 3L / 8), length);
        ReadOnlySpan<byte> second = data.Slice((int)((data.Length - length) * 6L / 8), length);
        return [.. first, .. second];
    }
}

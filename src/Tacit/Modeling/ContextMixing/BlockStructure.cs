using System.Runtime.Intrinsics;

namespace Tacit.Modeling.ContextMixing;

/// <summary>What is known of a block before it is coded: its kind and, if it has rows, their length in bytes.</summary>
/// <param name="Kind">The kind of data.</param>
/// <param name="RowLength">Bytes of a row for <see cref="BlockKind.Rows"/>, else 0.</param>
public readonly record struct BlockStructure(BlockKind Kind, int RowLength = 0)
{
    /// <summary>Longest row that is looked for.</summary>
    public const int MaxRowLength = 1024;

    /// <summary>Whether a block may have this structure.</summary>
    internal bool IsPossible => Kind switch
    {
        BlockKind.Binary or BlockKind.Text or BlockKind.Ideographs or BlockKind.X86 => RowLength == 0,
        BlockKind.Rows => RowLength is >= 2 and <= MaxRowLength,
        BlockKind.Bilevel => RowLength is >= PixelContexts.MinRowLength and <= MaxRowLength,
        _ => false,
    };

    // Samples are taken from this many places, so that a foreign header does not decide.
    private const int Samples = 4;
    private const int SampleLength = 1 << 14;

    /// <summary>The kind with the highest number.</summary>
    internal const BlockKind LastKind = BlockKind.X86;

    /// <summary>Most candidates there may be.</summary>
    internal const int MaxCandidates = 5;

    /// <summary>Looks at samples of the data: its most likely structure.</summary>
    public static BlockStructure Detect(ReadOnlySpan<byte> data)
    {
        Span<BlockStructure> candidates = stackalloc BlockStructure[MaxCandidates];
        Candidates(data, candidates);
        return candidates[0];
    }

    /// <summary>The structures the data may have, the most likely first; returns their number, at least 1.</summary>
    internal static int Candidates(ReadOnlySpan<byte> data, Span<BlockStructure> candidates)
    {
        (int control, int high, int wide, int total) = Count(data);
        BlockKind textKind = wide > total / 8 ? BlockKind.Ideographs : BlockKind.Text;
        if (control <= total / 100 && (high <= total / 4 || IsUtf8(data)))
        {
            candidates[0] = new BlockStructure(textKind);
            return 1;
        }
        int count = 0;
        int row = FindRowLength(data, out bool isClear);
        if (isClear)
            candidates[count++] = new BlockStructure(BlockKind.Rows, row);
        candidates[count++] = new BlockStructure(BlockKind.Binary);
        if (row > 0 && !isClear)
            candidates[count++] = new BlockStructure(BlockKind.Rows, row);
        if (isClear && row >= PixelContexts.MinRowLength)
            candidates[count++] = new BlockStructure(BlockKind.Bilevel, row);
        if (CallsFunctions(data))
            candidates[count++] = new BlockStructure(BlockKind.X86);
        if (control <= total / 4)
            candidates[count++] = new BlockStructure(textKind);
        return count;
    }

    private static ReadOnlySpan<byte> Sample(ReadOnlySpan<byte> data, int index)
    {
        int length = Math.Min(data.Length, Math.Min(SampleLength, data.Length / Samples + 1));
        long start = (data.Length - length) * (long)index / (Samples - 1);
        return data.Slice((int)start, length);
    }

    private static bool CallsFunctions(ReadOnlySpan<byte> data)
    {
        for (int i = 0; i < Samples; i++)
        {
            if (X86Addresses.MayHelp(Sample(data, i)))
                return true;
        }
        return false;
    }

    // Text has hardly any control bytes, and its high bytes come in UTF-8 sequences or as a few letters.
    private static (int Control, int High, int Wide, int Total) Count(ReadOnlySpan<byte> data)
    {
        int control = 0, high = 0, wide = 0, total = 0;
        for (int i = 0; i < Samples; i++)
        {
            foreach (byte b in Sample(data, i))
            {
                total++;
                if (b < 32 && b is not ((byte)'\t' or (byte)'\n' or (byte)'\r' or 12 or 27))
                    control++;
                else if (b >= 128)
                    high++;
                if (b is >= 0xE0 and < 0xF5)
                    wide++;
            }
        }
        return (control, high, wide, total);
    }

    // At least 98 % of the bytes above 7F are in their place.
    private static bool IsUtf8(ReadOnlySpan<byte> data)
    {
        int good = 0, total = 0;
        for (int i = 0; i < Samples; i++)
        {
            int missing = 0;
            foreach (byte b in Sample(data, i))
            {
                if (b < 128 && missing == 0)
                    continue;
                total++;
                if (missing > 0 && (b & 0xC0) == 0x80)
                {
                    missing--;
                    good++;
                }
                else
                {
                    missing = b switch { >= 0xC2 and < 0xE0 => 1, >= 0xE0 and < 0xF0 => 2, >= 0xF0 and < 0xF5 => 3, _ => 0 };
                    if (missing > 0)
                        good++;
                }
            }
        }
        return good >= total - total / 50;
    }

    // The distance at which bytes agree most often, if they agree more often there than chance would have it; clear if much more.
    private static int FindRowLength(ReadOnlySpan<byte> data, out bool isClear)
    {
        const int Compared = 1 << 12, Chance = 32;
        isClear = false;
        if (data.Length < 4 * MaxRowLength)
            return 0;
        Span<int> agree = stackalloc int[MaxRowLength + 1];
        agree.Clear();
        int total = 0;
        int length = Math.Min(Compared, data.Length / Samples - MaxRowLength);
        for (int s = 0; s < Samples && length >= 256; s++)
        {
            long start = MaxRowLength + (data.Length - MaxRowLength - length) * (long)s / (Samples - 1);
            total += CountAgreement(data, (int)start, length, agree);
        }
        if (total < 64)
            return 0;
        int best = 2;
        long sum = 0;
        for (int d = 2; d <= MaxRowLength; d++)
        {
            sum += agree[d];
            if (agree[d] > agree[best])
                best = d;
        }
        // A multiple of the row length agrees nearly as often as the row length itself.
        for (int d = 2; d < best; d++)
        {
            if (best % d == 0 && agree[d] > agree[best] - agree[best] / 10)
            {
                best = d;
                break;
            }
        }
        long mean = sum / (MaxRowLength - 1);
        isClear = agree[best] > mean + (total - mean) / 4 || agree[best] > 2 * mean + total / 50;
        return isClear || agree[best] > 2 * mean + Chance ? best : 0;
    }

    // Adds to agree[d], for d = 1 … MaxRowLength, how many of the bytes equal the one d before; returns how many were looked at.
    private static int CountAgreement(ReadOnlySpan<byte> data, int start, int length, Span<int> agree)
    {
        Span<byte> counts = stackalloc byte[MaxRowLength];   // of distances MaxRowLength, … 1
        int total = 0;
        counts.Clear();
        for (int i = start; i < start + length; i++)
        {
            byte b = data[i];
            if (b == data[i - 1])
                continue;   // a byte equal to the one before it says nothing about rows
            ReadOnlySpan<byte> past = data.Slice(i - MaxRowLength, MaxRowLength);
            Vector128<byte> value = Vector128.Create(b);
            for (int d = 0; d < MaxRowLength; d += Vector128<byte>.Count)
            {
                // Equal bytes give 255, and taking that away adds 1.
                Vector128<byte> sum = Vector128.Create(counts[d..]) - Vector128.Equals(Vector128.Create(past[d..]), value);
                sum.CopyTo(counts[d..]);
            }
            if (++total % 255 == 0)
                Flush(counts, agree);
        }
        Flush(counts, agree);
        return total;
    }

    private static void Flush(Span<byte> counts, Span<int> agree)
    {
        for (int d = 0; d < MaxRowLength; d++)
            agree[MaxRowLength - d] += counts[d];
        counts.Clear();
    }
}

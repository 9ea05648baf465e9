using System.Buffers.Binary;
using Tacit.Compression.Container;
using Tacit.Tests.Support;

namespace Tacit.Tests.Fuzz;

/// <summary>One change to an archive. Some repair the check sums after it, so that readers go on to what lies behind them.</summary>
internal static class Mutation
{
    private static readonly uint[] Hostile =
        [0, 1, 2, 27, 127, 128, 255, 256, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 1 << 24, 1 << 28, (1 << 28) + 1, int.MaxValue - 12,
         int.MaxValue, 1u << 31, uint.MaxValue - 27, uint.MaxValue];

    private static readonly uint[] Markers =
        [FormatConstants.FrameMagic, FormatConstants.BlockMarker, FormatConstants.IndexMarker, FormatConstants.EndMagic, FormatConstants.SingleEndMagic];

    public static (byte[] Bytes, string What, bool Forged) Apply(byte[] source, FuzzCorpus corpus, Samples.Generator generator)
    {
        byte[] bytes = [.. source];
        int at = generator.Below(bytes.Length + 1), length = Math.Min(generator.Below(1 << generator.Below(8)), bytes.Length - at);
        byte[] piece = corpus.Pieces[generator.Below(corpus.Pieces.Count)];
        switch (generator.Below(bytes.Length < 4 ? 4 : 15))
        {
            case 0:
                return (bytes[..at], $"cut at {at}", false);
            case 1:
                return ([.. bytes[..at], .. bytes[(at + length)..]], $"{length} bytes taken out at {at}", false);
            case 2:
                return ([.. bytes[..at], .. Samples.Noise(length, generator.Next()), .. bytes[at..]], $"{length} bytes put in at {at}", false);
            case 3:
                return ([.. bytes[..at], .. piece, .. bytes[at..]], $"a piece of {piece.Length} put in at {at}", false);
            case 4 or 5 or 6:
                at = Math.Min(at, bytes.Length - 1);
                bytes[at] ^= (byte)(1 << generator.Below(8));
                return (bytes, $"a bit changed at {at}", false);
            case 7:
                at = Math.Min(at, bytes.Length - 1);
                bytes[at] = generator.Below(3) switch { 0 => 0, 1 => 255, _ => generator.Byte() };
                return (bytes, $"byte {at} set to {bytes[at]}", false);
            case 8:
                at = Math.Min(at, bytes.Length - 4);
                uint marker = Markers[generator.Below(Markers.Length)];
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), marker);
                return (bytes, $"marker {marker:x8} at {at}", false);
            case 9:
                bytes.AsSpan(at, length).Clear();
                return (bytes, $"{length} bytes cleared at {at}", false);
            case 10:
                int from = generator.Below(bytes.Length - length + 1);
                bytes.AsSpan(from, length).CopyTo(bytes.AsSpan(at));
                return (bytes, $"{length} bytes copied from {from} to {at}", false);
            case 11:
                return Exchange(bytes, corpus, generator);
            default:
                return Forge(bytes, generator);
        }
    }

    // A block gives way to one with the same number, as its place among all would have it.
    private static (byte[] Bytes, string What, bool Forged) Exchange(byte[] bytes, FuzzCorpus corpus, Samples.Generator generator)
    {
        (int Start, int End)[] blocks = [.. Structures(bytes).Where(s => s.Kind == FormatConstants.BlockMarker)
            .Select(s => (s.Start, End: s.Start + 27 + BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(s.Start + 11))))
            .Where(b => b.End > b.Start && b.End <= bytes.Length)];
        if (blocks.Length == 0)
            return (bytes, "no block to exchange", false);
        (int start, int end) = blocks[generator.Below(blocks.Length)];
        byte[][] others = [.. corpus.Pieces.Where(p => p.Length >= 27 && p.AsSpan(0, 6).SequenceEqual(bytes.AsSpan(start, 6))
            && (p.Length == end - start || generator.Below(8) == 0))];
        if (others.Length == 0)
            return (bytes, "no block to exchange it for", false);
        return ([.. bytes[..start], .. others[generator.Below(others.Length)], .. bytes[end..]], $"block at {start} exchanged", false);
    }

    // A number or byte of a header, block header, index or footer is replaced and every check sum made right.
    private static (byte[] Bytes, string What, bool Forged) Forge(byte[] bytes, Samples.Generator generator)
    {
        List<(int Start, int Length, uint Kind)> structures = Structures(bytes);
        if (structures.Count == 0)
            return (bytes, "nothing to forge", false);
        (int start, int length, uint kind) = structures[generator.Below(structures.Count)];
        int at = start + 4 + generator.Below(Math.Max(length - 8, 1));
        if (at + 4 <= bytes.Length && generator.Below(2) == 0)
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), Hostile[generator.Below(Hostile.Length)]);
        else if (at < bytes.Length)
            bytes[at] = generator.Byte();
        Repair(bytes);
        return (bytes, $"byte {at} of the structure {kind:x8} at {start} forged", true);
    }

    // Structures found by their markers, whether they are real or not.
    private static List<(int Start, int Length, uint Kind)> Structures(byte[] bytes)
    {
        var found = new List<(int, int, uint)>();
        for (int i = 0; i + 20 <= bytes.Length; i++)
        {
            uint value = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(i));
            if (value == FormatConstants.FrameMagic)
                found.Add((i, HeaderLength(bytes.AsSpan(i)), value));
            else if (value == FormatConstants.BlockMarker && i + 27 <= bytes.Length)
                found.Add((i, 27, value));
            else if (value == FormatConstants.IndexMarker)
                found.Add((i, (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(i + 4)) + 12L, bytes.Length - i), value));
        }
        for (int end = bytes.Length; end >= 46; end--)
        {
            if (BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(end - 4)) == FormatConstants.SingleEndMagic)
                found.Add((end - 16, 16, FormatConstants.SingleEndMagic));
            if (BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(end - 4)) == FormatConstants.EndMagic
                && BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(end - 10)) is var length and >= 46 && length <= end)
            {
                found.Add((end - length - 4, length + 4, FormatConstants.EndMagic));
            }
        }
        return found;
    }

    private static int HeaderLength(ReadOnlySpan<byte> header) => Math.Min(20 + header[7] + ((header[5] & 4) != 0 ? 32 : 0), header.Length);

    /// <summary>Makes the check sums of everything that looks like a structure right.</summary>
    private static void Repair(byte[] bytes)
    {
        uint tag = 0;
        Span<byte> prefix = stackalloc byte[4];
        foreach ((int start, int length, uint kind) in Structures(bytes))
        {
            int end = start + length;
            if (start < 0 || end > bytes.Length || length < 12)
                continue;
            Span<byte> all = bytes.AsSpan(start, length);
            switch (kind)
            {
                case FormatConstants.FrameMagic:
                    tag = BinaryPrimitives.ReadUInt32LittleEndian(all[12..]);
                    BinaryPrimitives.WriteUInt32LittleEndian(all[^4..], Crc32C.Of(all[..^4]));
                    break;
                case FormatConstants.BlockMarker:
                    int coded = BinaryPrimitives.ReadInt32LittleEndian(all[11..]);
                    if (coded >= 0 && coded <= bytes.Length - end)
                        BinaryPrimitives.WriteUInt32LittleEndian(all[19..], Crc32C.Of(bytes.AsSpan(end, coded)));
                    if (all[6] == FormatConstants.MethodStored)
                        all.Slice(19, 4).CopyTo(all[15..]);
                    BinaryPrimitives.WriteUInt32LittleEndian(prefix, tag);
                    BinaryPrimitives.WriteUInt32LittleEndian(all[23..], Crc32C.Append(Crc32C.Of(prefix), all[..23]));
                    break;
                case FormatConstants.IndexMarker:
                    BinaryPrimitives.WriteUInt32LittleEndian(all[^4..], Crc32C.Of(all[..^4]));
                    break;
                default:
                    BinaryPrimitives.WriteUInt32LittleEndian(all[^8..], Crc32C.Of(all[4..^8]));
                    break;
            }
        }
    }
}

using Tacit.Coding;
using Tacit.Modeling.ContextMixing;

namespace Tacit.Compression.Codecs.Numeric;

/// <summary>Bytes that no column foresees, one after another, coded by the context mixer.</summary>
internal static class SideStream
{
    /// <summary>Writes a head and the bytes beside what it tells of; returns their length, −1 if they do not fit.</summary>
    public static int Write(HeadWriter head, List<byte> side, Span<byte> coded, int level)
    {
        head.Number((ulong)side.Count);
        byte[] code = [];
        if (side.Count > 0)
        {
            code = new byte[side.Count + side.Count / 8 + 64];
            int length = Encode([.. side], code, level);
            if (length < 0)
                return -1;
            code = code[..length];
            head.Number((ulong)length);
        }
        byte[] start = [.. head.ToArray(), .. code];
        if (start.Length > coded.Length)
            return -1;
        start.CopyTo(coded);
        return start.Length;
    }

    /// <summary>Reads the bytes that follow the head.</summary>
    /// <exception cref="InvalidDataException">There are fewer, or more than a block of so many bytes can have.</exception>
    public static byte[] Read(ref HeadReader head, int rawLength, int level, WorkMonitor monitor)
    {
        int length = head.Number("bytes beside the table", rawLength + 1);
        if (length == 0)
            return [];
        ReadOnlySpan<byte> code = head.Take(head.Number("their code", head.Rest.Length));
        return Decode(code, length, level, monitor);
    }

    /// <summary>Codes them; −1 if they do not fit.</summary>
    public static int Encode(ReadOnlySpan<byte> bytes, Span<byte> coded, int level)
    {
        using var model = new ContextMixer(new ContextMixerOptions { Level = level });
        model.Reset(bytes.Length, new BlockStructure(BlockKind.Text));
        var encoder = new BinaryEncoder(coded);
        foreach (byte value in bytes)
        {
            for (int i = 7; i >= 0; i--)
            {
                int bit = value >> i & 1;
                encoder.Encode(bit, model.Probability);
                model.Update(bit);
            }
        }
        return encoder.Finish();
    }

    /// <summary>Decodes so many bytes.</summary>
    /// <exception cref="InvalidDataException">The coded bytes end early.</exception>
    public static byte[] Decode(ReadOnlySpan<byte> coded, int length, int level, WorkMonitor monitor)
    {
        using var model = new ContextMixer(new ContextMixerOptions { Level = level });
        model.Reset(length, new BlockStructure(BlockKind.Text));
        var decoder = new BinaryDecoder(coded);
        byte[] bytes = new byte[length];
        for (int at = 0; at < length; at++)
        {
            int partial = 1;
            while (partial < 256)
            {
                int bit = decoder.Decode(model.Probability);
                model.Update(bit);
                partial = partial << 1 | bit;
            }
            bytes[at] = (byte)partial;
            if ((at & 4095) == 4095)
            {
                if (decoder.Exhausted)
                    break;
                monitor.Advance(0);
            }
        }
        if (decoder.Exhausted)
            throw new InvalidDataException("The bytes beside the table end early.");
        return bytes;
    }
}

/// <summary>Reads the bytes beside a table one after another.</summary>
internal ref struct SideReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>True if nothing is left.</summary>
    public readonly bool IsEmpty => _rest.IsEmpty;

    /// <summary>The next bytes.</summary>
    /// <exception cref="InvalidDataException">There are fewer.</exception>
    public ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length)
            throw new InvalidDataException("The table needs more bytes beside it than there are.");
        ReadOnlySpan<byte> taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    /// <summary>The bytes up to the next LF, which is passed.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public ReadOnlySpan<byte> TakeLine()
    {
        int end = _rest.IndexOf((byte)'\n');
        if (end < 0)
            throw new InvalidDataException("The table needs more text beside it than there is.");
        ReadOnlySpan<byte> taken = _rest[..end];
        _rest = _rest[(end + 1)..];
        return taken;
    }
}

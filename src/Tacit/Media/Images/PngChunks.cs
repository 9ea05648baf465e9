using System.Buffers.Binary;
using System.Text;

namespace Tacit.Media.Images;

/// <summary>The chunks of a PNG file, one after another, each checked.</summary>
internal ref struct PngChunks(ReadOnlySpan<byte> data)
{
    /// <summary>What every PNG file begins with.</summary>
    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    private readonly ReadOnlySpan<byte> _data = data;
    private int _at = Signature.Length;

    /// <summary>The chunk's four letters, as a number.</summary>
    public uint Type { get; private set; }

    /// <summary>Its data.</summary>
    public ReadOnlySpan<byte> Content { get; private set; }

    /// <summary>Its letters, for messages.</summary>
    public readonly string Name
    {
        get
        {
            Span<byte> letters = stackalloc byte[4];
            BinaryPrimitives.WriteUInt32BigEndian(letters, Type);
            return Encoding.ASCII.GetString(letters);
        }
    }

    /// <summary>Whether a reader that does not know the chunk must give up: its first letter is a capital.</summary>
    public readonly bool IsCritical => (Type & 0x20000000) == 0;

    /// <summary>Four letters as a number.</summary>
    public static uint TypeOf(ReadOnlySpan<byte> letters) => BinaryPrimitives.ReadUInt32BigEndian(letters);

    /// <summary>Goes on to the next chunk; the caller stops after IEND.</summary>
    /// <exception cref="InvalidDataException">The file ends before the chunk does, or the chunk is damaged.</exception>
    public void Next()
    {
        ReadOnlySpan<byte> rest = _data[_at..];
        if (rest.Length < 12)
            throw Truncated();
        uint length = BinaryPrimitives.ReadUInt32BigEndian(rest);
        ReadOnlySpan<byte> letters = rest.Slice(4, 4);
        foreach (byte letter in letters)
        {
            if ((uint)((letter | 0x20) - 'a') >= 26)
                throw new InvalidDataException($"The PNG file is damaged: there is no chunk at byte {_at}.");
        }
        Type = TypeOf(letters);
        if (length > rest.Length - 12)
            throw Truncated();
        Content = rest.Slice(8, (int)length);
        uint expected = BinaryPrimitives.ReadUInt32BigEndian(rest[(8 + (int)length)..]), actual = Crc32.Of(rest.Slice(4, 4 + (int)length));
        if (actual != expected)
            throw new InvalidDataException($"The PNG file is damaged: the CRC-32 of its chunk {Name} at byte {_at} is {actual:x8}, the file says {expected:x8}.");
        _at += 12 + (int)length;
    }

    /// <summary>Writes a chunk.</summary>
    public static void Write(Stream stream, ReadOnlySpan<byte> letters, ReadOnlySpan<byte> content)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        stream.Write(number);
        stream.Write(letters);
        stream.Write(content);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.Of(letters, content));
        stream.Write(number);
    }

    private readonly InvalidDataException Truncated() => new($"The PNG file is truncated: it ends at byte {_data.Length}, within a chunk or before its last one.");
}

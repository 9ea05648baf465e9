using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Tacit.Numerics;

namespace Tacit.Learning.Safetensors;

/// <summary>Reads a safetensors file: eight bytes of length, a JSON header, raw little-endian tensors.</summary>
/// <remarks>
/// Only the header is kept in memory; tensors are read when asked for. Files from strangers are safe to open: what breaks
/// the specification is refused, and nothing is allocated for what a file merely claims. Not thread-safe.
/// </remarks>
public sealed class SafetensorsReader : IDisposable
{
    private const int BufferSize = 1 << 16;

    private readonly Stream _stream;
    private readonly bool _leaveOpen;
    private readonly long _start;
    private readonly SafetensorsHeader _header;
    private readonly Dictionary<string, SafetensorsEntry> _byName = new(StringComparer.Ordinal);
    private byte[]? _buffer;

    /// <summary>Reads the header of a file.</summary>
    /// <param name="stream">One that can seek; the file is from its position to its end.</param>
    /// <param name="leaveOpen">True to leave the stream open when this is disposed.</param>
    /// <exception cref="ArgumentException">The stream cannot seek or read.</exception>
    /// <exception cref="InvalidDataException">It is no safetensors file, or a damaged or hostile one.</exception>
    public SafetensorsReader(Stream stream, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanRead || !stream.CanSeek)
            throw new ArgumentException("A safetensors file is read from a stream that can seek.", nameof(stream));
        _stream = stream;
        _leaveOpen = leaveOpen;
        long length = stream.Length - stream.Position;
        Span<byte> prefix = stackalloc byte[sizeof(ulong)];
        if (length < prefix.Length)
            throw new InvalidDataException("The file is too short to be a safetensors file.");
        stream.ReadExactly(prefix);
        ulong header = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (header > SafetensorsHeader.MaxLength || (long)header > length - prefix.Length)
            throw new InvalidDataException($"The file is no safetensors file, or it is cut short: its header would have {header} bytes of {length}.");
        byte[] utf8 = new byte[(int)header];
        stream.ReadExactly(utf8);
        _start = stream.Position;
        _header = SafetensorsHeader.Parse(utf8, length - prefix.Length - (long)header);
        foreach (SafetensorsEntry entry in _header.Entries)
            _byName.Add(entry.Name, entry);
    }

    /// <summary>The text beside the tensors, in the order of the file.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Metadata => _header.Metadata;

    /// <summary>The tensors, in the order of the header.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries => _header.Entries;

    /// <summary>Opens a file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is no safetensors file, or a damaged or hostile one.</exception>
    public static SafetensorsReader Open(string path)
    {
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        try
        {
            return new SafetensorsReader(stream);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>The text of a metadata key, or null.</summary>
    public string? FindMetadata(string key)
    {
        foreach ((string name, string value) in Metadata)
        {
            if (name == key)
                return value;
        }
        return null;
    }

    /// <summary>The tensor of a name, or null.</summary>
    public SafetensorsEntry? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Reads bytes of a tensor as they are in the file.</summary>
    /// <param name="entry">The tensor.</param>
    /// <param name="offset">The first byte, counted from the tensor's beginning.</param>
    /// <param name="target">Receives as many bytes as it has room for.</param>
    /// <exception cref="ArgumentOutOfRangeException">The tensor has not so many bytes.</exception>
    /// <exception cref="InvalidDataException">The file has become shorter.</exception>
    public void ReadBytes(SafetensorsEntry entry, long offset, Span<byte> target)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (offset < 0 || offset > entry.End - entry.Begin - target.Length)
            throw new ArgumentOutOfRangeException(nameof(offset), offset, $"{target.Length} bytes of {entry}.");
        _stream.Position = _start + entry.Begin + offset;
        try
        {
            _stream.ReadExactly(target);
        }
        catch (EndOfStreamException e)
        {
            throw new InvalidDataException($"The file ends inside of {entry}; it has changed since it was opened.", e);
        }
    }

    /// <summary>Reads the values of a tensor of any type as floats.</summary>
    /// <remarks>From 16-bit floats and integers up to 24 bits exactly; others are rounded to the nearest float, halves to even.</remarks>
    /// <param name="entry">The tensor.</param>
    /// <param name="target">As many as it has values.</param>
    /// <exception cref="ArgumentException">The tensor has another number of values.</exception>
    /// <exception cref="InvalidDataException">A value is NaN, infinite or out of a float's range; or the file has become shorter.</exception>
    public void ReadFloats(SafetensorsEntry entry, Span<float> target)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (entry.Count != target.Length)
            throw new ArgumentException($"ReadFloats: {entry} has {entry.Count} values, not {target.Length}.", nameof(target));
        if (entry.Type == ElementType.F32 && BitConverter.IsLittleEndian)
        {
            // A span of bytes has at most 2^31 - 1 of them, so a large tensor is read in parts.
            for (int done = 0; done < target.Length;)
            {
                Span<float> part = target.Slice(done, Math.Min(target.Length - done, 1 << 24));
                ReadBytes(entry, (long)done * sizeof(float), MemoryMarshal.AsBytes(part));
                done += part.Length;
            }
        }
        else
        {
            int size = ElementTypes.SizeOf(entry.Type), most = BufferSize / size;
            byte[] buffer = _buffer ??= new byte[BufferSize];
            for (int done = 0; done < target.Length;)
            {
                Span<float> part = target.Slice(done, Math.Min(target.Length - done, most));
                Span<byte> bytes = buffer.AsSpan(0, part.Length * size);
                ReadBytes(entry, (long)done * size, bytes);
                for (int i = 0; i < part.Length; i++)
                    part[i] = Convert(entry.Type, bytes.Slice(i * size, size));
                done += part.Length;
            }
        }
        if (NanGuard.FindNonFinite(target) is int at and >= 0)
            throw new InvalidDataException($"The tensor {entry} has a value that is not a finite number, at {at}.");
    }

    /// <summary>Closes the stream, unless it was to be left open.</summary>
    public void Dispose()
    {
        if (!_leaveOpen)
            _stream.Dispose();
    }

    private static float Convert(ElementType type, ReadOnlySpan<byte> b) => type switch
    {
        ElementType.Boolean or ElementType.U8 => b[0],
        ElementType.I8 => (sbyte)b[0],
        ElementType.U16 => BinaryPrimitives.ReadUInt16LittleEndian(b),
        ElementType.I16 => BinaryPrimitives.ReadInt16LittleEndian(b),
        ElementType.U32 => BinaryPrimitives.ReadUInt32LittleEndian(b),
        ElementType.I32 => BinaryPrimitives.ReadInt32LittleEndian(b),
        ElementType.U64 => FromUnsigned(BinaryPrimitives.ReadUInt64LittleEndian(b)),
        ElementType.I64 => BinaryPrimitives.ReadInt64LittleEndian(b),
        ElementType.F16 => (float)BinaryPrimitives.ReadHalfLittleEndian(b),
        ElementType.BF16 => BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(b) << 16),
        ElementType.F32 => BinaryPrimitives.ReadSingleLittleEndian(b),
        _ => (float)BinaryPrimitives.ReadDoubleLittleEndian(b),
    };

    // Half of a number above 2^63, its lowest bit kept so that the rounding stays right.
    private static float FromUnsigned(ulong value) =>
        value <= long.MaxValue ? (long)value : 2f * (long)(value >> 1 | value & 1);
}

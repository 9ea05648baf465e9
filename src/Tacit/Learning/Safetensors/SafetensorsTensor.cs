using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Tacit.Numerics;

namespace Tacit.Learning.Safetensors;

/// <summary>A tensor to be written.</summary>
/// <remarks>Its memory is read when the file is written.</remarks>
public sealed class SafetensorsTensor
{
    private readonly Tensor _floats;
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly SafetensorsReader? _source;
    private readonly SafetensorsEntry? _entry;

    /// <summary>Floats.</summary>
    public SafetensorsTensor(string name, Tensor values)
    {
        Name = name;
        Type = ElementType.F32;
        var shape = new long[values.Shape.Rank];
        for (int axis = 0; axis < shape.Length; axis++)
            shape[axis] = values.Shape[axis];
        Shape = shape;
        _floats = values;
    }

    /// <summary>Values of any type, as they are to be in the file: little-endian.</summary>
    /// <exception cref="ArgumentException">Their number is not the shape's.</exception>
    public SafetensorsTensor(string name, ElementType type, ReadOnlySpan<long> shape, ReadOnlyMemory<byte> bytes)
    {
        Name = name;
        Type = type;
        Shape = shape.ToArray();
        _bytes = bytes;
        if (Length != bytes.Length)
        {
            throw new ArgumentException($"Tensor '{name}' of shape ({string.Join(", ", Shape)}) takes {Length} bytes, not {bytes.Length}.",
                nameof(bytes));
        }
    }

    /// <summary>A tensor of another file, which must still be open when this one is written.</summary>
    public SafetensorsTensor(SafetensorsReader source, SafetensorsEntry entry)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(entry);
        Name = entry.Name;
        Type = entry.Type;
        Shape = entry.Shape;
        _source = source;
        _entry = entry;
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>What the values are.</summary>
    public ElementType Type { get; }

    /// <summary>The sizes of its axes.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>Bytes.</summary>
    public long Length
    {
        get
        {
            long length = ElementTypes.SizeOf(Type);
            foreach (long size in Shape)
                length = checked(length * size);
            return length;
        }
    }

    internal void WriteTo(Stream stream)
    {
        if (_entry is not null)
            Copy(stream);
        else if (!_floats.IsEmpty)
            WriteFloats(stream, _floats.Span);
        else
            stream.Write(_bytes.Span);
    }

    private void Copy(Stream stream)
    {
        byte[] buffer = new byte[(int)Math.Min(Length, 1 << 16)];
        for (long done = 0; done < Length;)
        {
            Span<byte> part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, Length - done));
            _source!.ReadBytes(_entry!, done, part);
            stream.Write(part);
            done += part.Length;
        }
    }

    private void WriteFloats(Stream stream, ReadOnlySpan<float> values)
    {
        NanGuard.Check(values, $"Tensor '{Name}'");
        const int Part = 1 << 16;
        byte[] swapped = BitConverter.IsLittleEndian ? [] : new byte[Part * sizeof(float)];
        for (int done = 0; done < values.Length; done += Part)
        {
            ReadOnlySpan<float> part = values.Slice(done, Math.Min(Part, values.Length - done));
            if (BitConverter.IsLittleEndian)
            {
                stream.Write(MemoryMarshal.AsBytes(part));
                continue;
            }
            for (int i = 0; i < part.Length; i++)
                BinaryPrimitives.WriteSingleLittleEndian(swapped.AsSpan(i * sizeof(float)), part[i]);
            stream.Write(swapped.AsSpan(0, part.Length * sizeof(float)));
        }
    }
}

using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Tacit.Numerics;

namespace Tacit.Learning.Safetensors;

/// <summary>A tensor to be written.</summary>
/// <remarks>Its memory is read when the file is written.</remarks>
public sealed class SafetensorsTensor
{
    private readonly Tensor _floats;
    private readonly ReadOnlyMemory<byte> _bytes;

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
            throw new ArgumentException($"Tensor '{name}' of shape ({string.Join(", ", Shape)}) takes {Length} bytes, not {bytes.Length}.", nameof(bytes));
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
        if (Type != ElementType.F32 || _floats.IsEmpty)
        {
            stream.Write(_bytes.Span);
            return;
        }
        ReadOnlySpan<float> values = _floats.Span;
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

/// <summary>Writes safetensors files. The same content gives the same bytes.</summary>
public static class SafetensorsWriter
{
    /// <summary>Writes a file.</summary>
    /// <param name="stream">Receives it.</param>
    /// <param name="metadata">Text beside the tensors, in this order.</param>
    /// <param name="tensors">The tensors, in this order.</param>
    /// <exception cref="ArgumentException">A name or key is there twice, or the header is too long.</exception>
    /// <exception cref="ArithmeticException">A float is not finite: the file would not be read again.</exception>
    public static void Write(Stream stream, IEnumerable<KeyValuePair<string, string>> metadata, IReadOnlyList<SafetensorsTensor> tensors)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(metadata);
        ArgumentNullException.ThrowIfNull(tensors);
        byte[] header = Encoding.ASCII.GetBytes(HeaderOf(metadata, tensors));
        if (header.Length > SafetensorsHeader.MaxLength)
            throw new ArgumentException($"A safetensors header of {header.Length} bytes: at most {SafetensorsHeader.MaxLength}.");
        Span<byte> prefix = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, (ulong)header.Length);
        stream.Write(prefix);
        stream.Write(header);
        foreach (SafetensorsTensor tensor in tensors)
            tensor.WriteTo(stream);
    }

    private static string HeaderOf(IEnumerable<KeyValuePair<string, string>> metadata, IReadOnlyList<SafetensorsTensor> tensors)
    {
        var json = new StringBuilder("{");
        AppendMetadata(json, metadata);
        var names = new HashSet<string>(StringComparer.Ordinal) { SafetensorsHeader.MetadataName };
        long offset = 0;
        foreach (SafetensorsTensor tensor in tensors)
        {
            if (!names.Add(tensor.Name))
                throw new ArgumentException($"Two tensors are named '{tensor.Name}', or a tensor like the metadata.");
            long end = checked(offset + tensor.Length);
            json.Append(json.Length > 1 ? "," : "").AppendQuoted(tensor.Name);
            json.Append(NumberFormatInfo.InvariantInfo, $":{{\"dtype\":\"{ElementTypes.NameOf(tensor.Type)}\",\"shape\":[");
            for (int axis = 0; axis < tensor.Shape.Count; axis++)
                json.Append(NumberFormatInfo.InvariantInfo, $"{(axis == 0 ? "" : ",")}{tensor.Shape[axis]}");
            json.Append(NumberFormatInfo.InvariantInfo, $"],\"data_offsets\":[{offset},{end}]}}");
            offset = end;
        }
        json.Append('}');
        // Spaces, so that the tensors begin at a multiple of eight.
        return json.Append(' ', -json.Length & 7).ToString();
    }

    private static void AppendMetadata(StringBuilder json, IEnumerable<KeyValuePair<string, string>> metadata)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach ((string key, string value) in metadata)
        {
            if (!keys.Add(key))
                throw new ArgumentException($"The metadata has '{key}' twice.");
            json.Append(keys.Count == 1 ? $"\"{SafetensorsHeader.MetadataName}\":{{" : ",");
            json.AppendQuoted(key).Append(':').AppendQuoted(value);
        }
        if (keys.Count > 0)
            json.Append('}');
    }
}

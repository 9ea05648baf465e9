using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Tacit.Learning.Safetensors;

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

using System.Text.Json;

namespace Tacit.Learning.Safetensors;

/// <summary>The JSON header of a safetensors file: text to checked entries.</summary>
/// <remarks>
/// Source: the specification at huggingface.co/docs/safetensors. A header may come from anybody, so every number is
/// checked before it is used: the bytes of the tensors must lie one after another without holes or overlaps and end
/// with the file.
/// </remarks>
internal sealed class SafetensorsHeader
{
    /// <summary>Most bytes of a header, by the specification.</summary>
    public const int MaxLength = 100_000_000;

    /// <summary>Most tensors; the largest models have a few thousand.</summary>
    public const int MaxTensors = 1 << 17;

    /// <summary>Most axes of a tensor.</summary>
    public const int MaxRank = 16;

    /// <summary>The name of what is not a tensor but text.</summary>
    public const string MetadataName = "__metadata__";

    private readonly HashSet<string> _names = new(StringComparer.Ordinal);   // looked up, never listed
    private readonly List<KeyValuePair<string, string>> _metadata = [];
    private readonly List<SafetensorsEntry> _entries = [];
    private readonly long _dataLength;

    private SafetensorsHeader(long dataLength) => _dataLength = dataLength;

    /// <summary>The metadata in the order of the file.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Metadata => _metadata;

    /// <summary>The tensors in the order of the header.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries => _entries;

    /// <summary>Reads and checks a header.</summary>
    /// <param name="utf8">Its bytes, spaces at the end included.</param>
    /// <param name="dataLength">Bytes that follow it in the file.</param>
    /// <exception cref="InvalidDataException">It breaks the specification.</exception>
    public static SafetensorsHeader Parse(ReadOnlySpan<byte> utf8, long dataLength)
    {
        if (utf8.IsEmpty || utf8[0] != (byte)'{')
            throw Bad("does not begin with '{'");
        var header = new SafetensorsHeader(dataLength);
        try
        {
            var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = 3 });
            reader.Read();
            header.ReadTensors(ref reader);
            // The reader would take line breaks too; the specification has spaces only.
            if (utf8[(int)reader.BytesConsumed..].ContainsAnyExcept((byte)' '))
                throw Bad("is followed by something other than spaces");
        }
        catch (JsonException e)
        {
            throw Bad($"is not valid JSON ({e.Message})", e);
        }
        catch (InvalidOperationException e)
        {
            throw Bad("has a string that is not valid Unicode", e);     // escaped halves of surrogate pairs
        }
        header.CheckLayout();
        return header;
    }

    private void ReadTensors(ref Utf8JsonReader reader)
    {
        bool metadata = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            if (name == MetadataName)
            {
                if (metadata)
                    throw Bad("has two sets of metadata");
                metadata = true;
                ReadMetadata(ref reader);
                continue;
            }
            if (!_names.Add(name))
                throw Bad($"names two tensors '{name}'");
            if (_entries.Count == MaxTensors)
                throw Bad($"names more than {MaxTensors} tensors");
            _entries.Add(ReadTensor(ref reader, name));
        }
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        Expect(ref reader, JsonTokenType.StartObject, "metadata that is not an object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = reader.GetString()!;
            Expect(ref reader, JsonTokenType.String, $"metadata '{key}' that is not text");
            if (!keys.Add(key))
                throw Bad($"has metadata '{key}' twice");
            _metadata.Add(new(key, reader.GetString()!));
        }
    }

    private static SafetensorsEntry ReadTensor(ref Utf8JsonReader reader, string name)
    {
        ElementType? type = null;
        long[]? shape = null, offsets = null;
        Expect(ref reader, JsonTokenType.StartObject, $"a tensor '{name}' that is not an object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = reader.GetString()!;
            switch (key)
            {
                case "dtype" when type is null:
                    Expect(ref reader, JsonTokenType.String, $"a tensor '{name}' whose dtype is not text");
                    string text = reader.GetString()!;
                    type = ElementTypes.Named(text) ?? throw Bad($"gives '{name}' the unknown dtype '{text}'");
                    break;
                case "shape" when shape is null:
                    shape = ReadNumbers(ref reader, name, key, MaxRank);
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ReadNumbers(ref reader, name, key, 2);
                    break;
                default:
                    throw Bad($"has '{key}' of tensor '{name}', which is unknown or there twice");
            }
        }
        if (type is null || shape is null || offsets is not [long begin, long end])
            throw Bad($"lacks dtype, shape or two data_offsets of tensor '{name}'");
        long bytes = ElementTypes.SizeOf(type.Value);
        foreach (long size in shape)
        {
            if (size != 0 && bytes > long.MaxValue / size)
                throw Bad($"gives '{name}' the shape ({string.Join(", ", shape)}), which is too large");
            bytes *= size;
        }
        if (begin > end || end - begin != bytes)
            throw Bad($"places '{name}' in bytes {begin} to {end}, but its shape ({string.Join(", ", shape)}) takes {bytes}");
        return new SafetensorsEntry(name, type.Value, shape, begin, end);
    }

    private static long[] ReadNumbers(ref Utf8JsonReader reader, string name, string key, int most)
    {
        var numbers = new List<long>();
        Expect(ref reader, JsonTokenType.StartArray, $"a {key} of '{name}' that is not a list");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out long number) || number < 0)
                throw Bad($"has something in the {key} of '{name}' that is no whole number from 0 on");
            if (numbers.Count == most)
                throw Bad($"has more than {most} numbers in the {key} of '{name}'");
            numbers.Add(number);
        }
        return [.. numbers];
    }

    // Sorted by their beginning, each must begin where the one before ended; empty tensors anywhere there.
    private void CheckLayout()
    {
        SafetensorsEntry[] sorted = [.. _entries.OrderBy(e => e.Begin).ThenBy(e => e.End)];
        long at = 0;
        foreach (SafetensorsEntry entry in sorted)
        {
            if (entry.Begin != at)
            {
                throw Bad($"has {(entry.Begin < at ? "an overlap" : "a hole")} before '{entry.Name}': " +
                    $"it begins at byte {entry.Begin} of the data, not {at}");
            }
            at = entry.End;
        }
        if (at != _dataLength)
        {
            throw new InvalidDataException($"The safetensors file has {_dataLength} bytes of data, but its header describes {at}; " +
                "it is cut short or damaged.");
        }
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType type, string otherwise)
    {
        reader.Read();
        if (reader.TokenType != type)
            throw Bad($"has {otherwise}");
    }

    private static InvalidDataException Bad(string what, Exception? cause = null) => new($"The safetensors header {what}.", cause);
}

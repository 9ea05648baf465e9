namespace Tacit.Learning.Safetensors;

/// <summary>A tensor as the header of a file describes it.</summary>
public sealed class SafetensorsEntry
{
    internal SafetensorsEntry(string name, ElementType type, long[] shape, long begin, long end)
    {
        Name = name;
        Type = type;
        Shape = shape;
        Begin = begin;
        End = end;
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>What its values are.</summary>
    public ElementType Type { get; }

    /// <summary>The sizes of its axes, the last one contiguous; none for a single value.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>Where its bytes begin, counted from the end of the header.</summary>
    public long Begin { get; }

    /// <summary>Where they end.</summary>
    public long End { get; }

    /// <summary>Values.</summary>
    public long Count => (End - Begin) / ElementTypes.SizeOf(Type);

    /// <summary>Name, type and shape: blocks.0.norm.weight F32 (128).</summary>
    public override string ToString() => $"{Name} {ElementTypes.NameOf(Type)} ({string.Join(", ", Shape)})";
}

namespace Tacit.Learning.Safetensors;

/// <summary>What the values of a tensor in a file are.</summary>
public enum ElementType
{
    /// <summary>True or false in a byte.</summary>
    Boolean,

    /// <summary>Unsigned, 8 bits.</summary>
    U8,

    /// <summary>Signed, 8 bits.</summary>
    I8,

    /// <summary>Unsigned, 16 bits.</summary>
    U16,

    /// <summary>Signed, 16 bits.</summary>
    I16,

    /// <summary>Unsigned, 32 bits.</summary>
    U32,

    /// <summary>Signed, 32 bits.</summary>
    I32,

    /// <summary>Unsigned, 64 bits.</summary>
    U64,

    /// <summary>Signed, 64 bits.</summary>
    I64,

    /// <summary>IEEE 754 binary16.</summary>
    F16,

    /// <summary>The upper half of a binary32.</summary>
    BF16,

    /// <summary>IEEE 754 binary32.</summary>
    F32,

    /// <summary>IEEE 754 binary64.</summary>
    F64,
}

/// <summary>Names and sizes of element types.</summary>
internal static class ElementTypes
{
    // In the order of the enumeration.
    private static readonly (string Name, int Size)[] All =
    [
        ("BOOL", 1), ("U8", 1), ("I8", 1), ("U16", 2), ("I16", 2), ("U32", 4), ("I32", 4), ("U64", 8), ("I64", 8),
        ("F16", 2), ("BF16", 2), ("F32", 4), ("F64", 8),
    ];

    /// <summary>The name in a header.</summary>
    public static string NameOf(ElementType type) => All[(int)type].Name;

    /// <summary>Bytes of a value.</summary>
    public static int SizeOf(ElementType type) => All[(int)type].Size;

    /// <summary>The type of a name, or null.</summary>
    public static ElementType? Named(string name)
    {
        for (int i = 0; i < All.Length; i++)
        {
            if (All[i].Name == name)
                return (ElementType)i;
        }
        return null;
    }
}

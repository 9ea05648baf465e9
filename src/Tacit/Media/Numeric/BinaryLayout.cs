using System.Globalization;

namespace Tacit.Media.Numeric;

/// <summary>Rows of elements of one type, one after another.</summary>
/// <param name="Type">The elements' type.</param>
/// <param name="Prefix">Bytes before the first row.</param>
/// <param name="Columns">Elements of a row.</param>
internal readonly record struct BinaryLayout(ElementType Type, int Prefix, int Columns)
{
    /// <summary>Bytes of a row.</summary>
    public int RowLength => Columns * Type.Width;

    /// <summary>The layout of a text: int8 … int64, uint8 … uint64, float32 or float64, then be if the highest byte comes first, then *COLUMNS.</summary>
    /// <returns>False if there is no such layout.</returns>
    public static bool TryParse(string text, int maxColumns, out BinaryLayout layout)
    {
        layout = default;
        string[] parts = text.Split('*');
        int columns = 1;
        if (parts.Length > 2 || (parts.Length == 2 && !(int.TryParse(parts[1], NumberStyles.None, NumberFormatInfo.InvariantInfo, out columns)
            && columns >= 1 && columns <= maxColumns)))
            return false;
        string name = parts[0];
        bool isBig = name.EndsWith("be", StringComparison.Ordinal);
        if (isBig || name.EndsWith("le", StringComparison.Ordinal))
            name = name[..^2];
        (int log, string kind) = name switch
        {
            [.. var rest, '6', '4'] => (3, rest),
            [.. var rest, '3', '2'] => (2, rest),
            [.. var rest, '1', '6'] => (1, rest),
            [.. var rest, '8'] => (0, rest),
            _ => (0, ""),
        };
        // Of eight bytes the sign makes no difference: integers wrap.
        var type = new ElementType(log, kind == "float", kind != "uint" || log == 3, isBig);
        layout = new BinaryLayout(type, 0, columns);
        return kind is "int" or "uint" or "float" && type.IsPossible;
    }
}

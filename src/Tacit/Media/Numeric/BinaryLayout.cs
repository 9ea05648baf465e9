namespace Tacit.Media.Numeric;

/// <summary>Rows of elements of one type, one after another.</summary>
/// <param name="Type">The elements' type.</param>
/// <param name="Prefix">Bytes before the first row.</param>
/// <param name="Columns">Elements of a row.</param>
internal readonly record struct BinaryLayout(ElementType Type, int Prefix, int Columns)
{
    /// <summary>Bytes of a row.</summary>
    public int RowLength => Columns * Type.Width;
}

namespace Tacit.Modeling.ContextMixing;

/// <summary>What a block holds, as far as it decides which contexts are worth looking at. Part of the format.</summary>
public enum BlockKind : byte
{
    /// <summary>Bytes of no known structure.</summary>
    Binary = 0,

    /// <summary>Text in ASCII, UTF-8 or a similar 8-bit set.</summary>
    Text = 1,

    /// <summary>Rows of equal length: records of a table, or lines of a raw picture.</summary>
    Rows = 2,

    /// <summary>Rows of pixels of one bit each.</summary>
    Bilevel = 3,

    /// <summary>UTF-8 text in a script of many characters, such as Chinese.</summary>
    Ideographs = 4,

    /// <summary>Machine code of x86 processors, its relative addresses made absolute.</summary>
    X86 = 5,
}

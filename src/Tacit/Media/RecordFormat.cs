namespace Tacit.Media;

/// <summary>How bytes are divided into records.</summary>
public enum RecordFormat
{
    /// <summary>One a line: text, JSON Lines. A line ends in LF, or CR LF.</summary>
    Lines,

    /// <summary>Rows of a CSV file: lines, but for ends of lines in cells between quotation marks.</summary>
    Rows,

    /// <summary>A length of 4 bytes, the least significant first, before each record.</summary>
    Prefixed,
}

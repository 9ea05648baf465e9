namespace Tacit.Modeling.Records;

/// <summary>What records look like: which structure the contexts follow.</summary>
public enum RecordSyntax
{
    /// <summary>Lines of text: words, numbers and what stands between them.</summary>
    Text,

    /// <summary>JSON values: keys, paths and places in arrays.</summary>
    Json,

    /// <summary>Rows of cells with a separator.</summary>
    Rows,

    /// <summary>Bytes with a meaning by position.</summary>
    Binary,
}

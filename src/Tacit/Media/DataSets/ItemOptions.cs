namespace Tacit.Media.DataSets;

/// <summary>How files of items are to be read, where they do not say.</summary>
public sealed record ItemOptions
{
    /// <summary>No labels.</summary>
    public const string NoLabels = "none";

    /// <summary>Labels in a table's last column.</summary>
    public const string LastColumn = "last";

    /// <summary>The items' shape: that of vectors which are images, and of images that are a row of pixels each; null as it is.</summary>
    public ItemShape? Shape { get; init; }

    /// <summary>
    /// Where labels are: <see cref="NoLabels"/>, or of a table a column's name, number from 1, or <see cref="LastColumn"/>; null
    /// for the folders' names, or what else the format has.
    /// </summary>
    public string? Labels { get; init; }

    /// <summary>Samples of an item that is a piece of a sound.</summary>
    public int ClipLength { get; init; } = 512;

    /// <summary>Samples from the beginning of one piece of a sound to that of the next; 0 for as many as it has.</summary>
    public int Stride { get; init; }

    /// <summary>A file of labels: IDX, or text with one in each line; in place of <see cref="Labels"/>.</summary>
    public DataFile? LabelFile { get; init; }
}

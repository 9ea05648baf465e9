namespace Tacit.Modeling.ContextMixing;

/// <summary>What people call the contexts of <see cref="ContextSet"/>, by kind of context; in its order.</summary>
internal static class ContextNames
{
    private static readonly string[] Text =
    [
        "order 3", "word", "order 2", "order 1", "punctuation", "line above", "order 0", "order 5", "word pair", "order 4",
        "markup", "punctuation", "match and order 1", "order 8", "markup", "order 6", "letters only", "indirect", "skipped word",
        "indirect", "three words", "character classes", "sparse", "character classes",
    ];

    private static readonly string[] Ideographs =
    [
        "character", "two characters", "order 1", "word", "line above", "order 0", "letters only", "character classes", "indirect",
        "sparse", "punctuation", "three characters", "markup", "three words", "match and order 1", "skipped character", "indirect",
        "markup", "order 3", "punctuation",
    ];

    private static readonly string[] Binary =
    [
        "order 1", "order 2", "order 3", "order 4", "sparse", "sparse", "sparse", "sparse", "indirect", "order 6", "sparse", "order 0",
        "indirect", "sparse", "sparse", "word", "sparse", "match and order 1", "sparse", "order 5",
    ];

    private static readonly string[] Rows =
    [
        "row above", "row above and column", "order 2", "order 3", "row above", "neighbours", "column", "order 4", "order 1",
        "row above and column", "neighbours", "sparse", "indirect", "order 6", "neighbours", "column", "sparse", "sparse", "sparse",
        "indirect", "row above", "gradient", "gradient", "column",
    ];

    /// <summary>The name of a context.</summary>
    public static string Of(BlockKind kind, int context) => kind switch
    {
        BlockKind.Text => Text[context],
        BlockKind.Ideographs => Ideographs[context],
        BlockKind.Rows => Rows[context],
        BlockKind.Bilevel => "pixels",
        _ => Binary[context],
    };

    /// <summary>How many have names.</summary>
    public static int Count(BlockKind kind) => kind switch
    {
        BlockKind.Text => Text.Length,
        BlockKind.Ideographs => Ideographs.Length,
        BlockKind.Rows => Rows.Length,
        BlockKind.Bilevel => PixelContexts.Count,
        _ => Binary.Length,
    };
}

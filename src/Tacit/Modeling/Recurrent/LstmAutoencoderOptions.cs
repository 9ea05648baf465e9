namespace Tacit.Modeling.Recurrent;

/// <summary>The sizes and variants of a <see cref="LstmAutoencoder"/>.</summary>
public sealed record LstmAutoencoderOptions
{
    /// <summary>Tokens there are; 0 for sequences of real values.</summary>
    public int Vocabulary { get; init; }

    /// <summary>Values a step takes together, where sequences are of values.</summary>
    public int Frame { get; init; } = 8;

    /// <summary>The longest sequence: tokens, or values.</summary>
    public int Length { get; init; } = 64;

    /// <summary>Columns of a token's row.</summary>
    public int Embedding { get; init; } = 128;

    /// <summary>H, of the decoder and of the encoder's outputs.</summary>
    public int Hidden { get; init; } = 256;

    /// <summary>Layers of the encoder, and of the decoder.</summary>
    public int Layers { get; init; } = 1;

    /// <summary>Whether the encoder also runs from the end, each direction with half of H.</summary>
    public bool Bidirectional { get; init; } = true;

    /// <summary>Numbers a whole sequence becomes.</summary>
    public int Latent { get; init; } = 64;

    /// <summary>Columns of the attention's inside; 0 for none: then the latent is all the decoder knows.</summary>
    public int Attention { get; init; }

    /// <summary>Share of values dropped in training: of embeddings, between layers and before the output.</summary>
    public float Dropout { get; init; }

    /// <summary>
    /// Share of the decoder's inputs withheld in training, so that it relies on the latent (Bowman et al. 2016, "word
    /// dropout"); 1 for a decoder that never sees what came before.
    /// </summary>
    public float Withheld { get; init; }

    /// <summary>
    /// Whether the latent is a distribution: without attention. Of values the decoder then gives a normal distribution of each. Bowman et al. 2016.
    /// </summary>
    public bool Variational { get; init; }

    /// <summary>Whether sequences are of tokens.</summary>
    public bool IsText => Vocabulary > 0;

    /// <summary>Steps of the longest sequence: its tokens and the end, or its frames.</summary>
    public int MostSteps => IsText ? Length + 1 : (Length + Frame - 1) / Frame;

    /// <summary>What is wrong with the sizes; null if nothing is.</summary>
    internal string? Mistake()
    {
        if (Vocabulary < 0 || Frame < 1 || Length < 1 || Embedding < 1 || Hidden < 1 || Layers < 1 || Latent < 1
            || Attention < 0)
            return "Sizes are at least 1; 'vocabulary' and 'attention' may be 0.";
        if (!IsText && Frame > Length)
            return $"'frame' ({Frame}) is at most 'length' ({Length}).";
        if (Variational && Attention > 0)
            return "'attention' of a variational autoencoder of sequences is 0: the latent is all its decoder knows.";
        return Bidirectional && Hidden % 2 != 0 ? $"'hidden' ({Hidden}) is even, half of it for each direction." : null;
    }

    internal int InputColumns => IsText ? Embedding : Frame;

    // Of a step: what a token's row is compared with, a frame, or its means and what their variances are made of.
    internal int OutputColumns => !IsText && Variational ? checked(2 * Frame) : InputColumns;

    // The decoder is given what came before, unless that is always withheld.
    internal bool Feeds => Withheld < 1f;
}

namespace Tacit.Modeling.Classification;

/// <summary>What stands on the latents of a classifier.</summary>
public sealed record ClassifierOptions
{
    /// <summary>Units of the hidden layer; 0 for none: multinomial logistic regression.</summary>
    public int Hidden { get; init; } = 256;

    /// <summary>Share of values dropped in training, of latents half as many and of the hidden layer.</summary>
    public float Dropout { get; init; } = 0.2f;
}

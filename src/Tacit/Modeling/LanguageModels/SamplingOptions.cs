namespace Tacit.Modeling.LanguageModels;

/// <summary>How the next token is chosen.</summary>
public sealed record SamplingOptions
{
    /// <summary>What logits are divided by; 0, or less than 10⁻⁶, for always the likeliest token.</summary>
    public float Temperature { get; init; } = 1f;

    /// <summary>Only the likeliest so many; 0 for all.</summary>
    public int TopK { get; init; }

    /// <summary>Only the likeliest that together reach this probability (Holtzman et al. 2020); 1 for all.</summary>
    public float TopP { get; init; } = 1f;

    /// <summary>Only those at least this many times as likely as the likeliest (Nguyen et al. 2024); 0 for all.</summary>
    public float MinP { get; init; }

    /// <summary>What the logits of recent tokens are divided by, or multiplied if negative (Keskar et al. 2019); 1 for none.</summary>
    public float RepetitionPenalty { get; init; } = 1f;

    /// <summary>How many tokens are recent.</summary>
    public int RepetitionWindow { get; init; } = 64;

    /// <summary>The key of the random numbers: the same seed chooses the same tokens everywhere.</summary>
    public ulong Seed { get; init; }

    internal void Check()
    {
        Require(Temperature >= 0f && float.IsFinite(Temperature), nameof(Temperature), Temperature, "at least 0");
        Require(TopK >= 0, nameof(TopK), TopK, "at least 0");
        Require(TopP is > 0f and <= 1f, nameof(TopP), TopP, "above 0 and at most 1");
        Require(MinP is >= 0f and <= 1f, nameof(MinP), MinP, "from 0 to 1");
        Require(RepetitionPenalty > 0f && float.IsFinite(RepetitionPenalty), nameof(RepetitionPenalty), RepetitionPenalty, "above 0");
        Require(RepetitionWindow >= 0, nameof(RepetitionWindow), RepetitionWindow, "at least 0");
    }

    private static void Require(bool condition, string name, object value, string range)
    {
        if (!condition)
            throw new ArgumentOutOfRangeException(name, value, $"It must be {range}.");
    }
}

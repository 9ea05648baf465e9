namespace Tacit.Modeling.ContextMixing;

/// <summary>How large and how slow a <see cref="ContextMixer"/> is.</summary>
public sealed class ContextMixerOptions
{
    /// <summary>1 (fast, small) to 9 (strong, large).</summary>
    public int Level { get; init; } = 5;

    /// <summary>What was learnt beforehand, or null: blocks of its structure begin with it. Its level must be this one.</summary>
    public MixerPrior? Prior { get; init; }

    /// <summary>Models of your own to mix in.</summary>
    public IReadOnlyList<IBitExpert> Experts { get; init; } = [];
}

namespace Tacit.Modeling.Nonlinear;

/// <summary>The network of a nonlinear autoregression, and how it is trained.</summary>
public sealed record NonlinearOptions
{
    /// <summary>Most hidden units.</summary>
    public const int MostHidden = 1024;

    /// <summary>Most steps of training.</summary>
    public const int MostSteps = 1_000_000;

    /// <summary>Hidden units of each of the ten networks whose mean is taken; 1 to <see cref="MostHidden"/>.</summary>
    public int Hidden { get; init; } = 16;

    /// <summary>Steps of training, 1 to <see cref="MostSteps"/>; it stops before when the errors on the end of the series no longer fall.</summary>
    public int Steps { get; init; } = 1000;

    /// <summary>The key of the initial weights and of what is in a batch.</summary>
    public ulong Seed { get; init; } = 1;

    internal void Check()
    {
        Range(nameof(Hidden), Hidden, MostHidden);
        Range(nameof(Steps), Steps, MostSteps);
    }

    private static void Range(string name, int value, int most)
    {
        if (value < 1 || value > most)
            throw new ArgumentOutOfRangeException(name, value, $"{name} is 1 to {most}.");
    }
}

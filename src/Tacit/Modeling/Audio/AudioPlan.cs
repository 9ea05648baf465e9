namespace Tacit.Modeling.Audio;

/// <summary>How much work goes into a sample at a level.</summary>
/// <param name="OwnLags">Own past samples that the first stage sees; a multiple of 4.</param>
/// <param name="OtherLags">Samples of each other channel that it sees; of its own if there is no other. A multiple of 4.</param>
/// <param name="Interval">Samples between two solutions of its equations.</param>
/// <param name="NearLags">Own past samples of the second predictor, which forgets sooner; a multiple of 4, 0 for none.</param>
/// <param name="NearInterval">Samples between two solutions of its equations.</param>
/// <param name="StackInterval">The same of the combination.</param>
/// <param name="Cascade">Orders of the cascade, multiples of 16.</param>
/// <param name="Steps">How fast each of them learns.</param>
internal sealed record AudioPlan(
    int OwnLags, int OtherLags, int Interval, int NearLags, int NearInterval, int StackInterval, int[] Cascade, double[] Steps)
{
    /// <summary>λ of the first stage.</summary>
    public const double Memory = 0.998;

    /// <summary>λ of the second predictor.</summary>
    public const double NearMemory = 0.99;

    /// <summary>λ of the combination.</summary>
    public const double StackMemory = 0.9985;

    /// <summary>Other channels that are looked at, at most.</summary>
    public const int OtherChannels = 2;

    private static readonly AudioPlan[] Plans =
    [
        new(8, 4, 64, 0, 1, 32, [32], [0.06]),
        new(12, 4, 32, 0, 1, 16, [32, 16], [0.06, 0.03]),
        new(16, 8, 32, 0, 1, 16, [256, 16], [0.1, 0.03]),
        new(16, 8, 16, 0, 1, 8, [256, 32, 16], [0.1, 0.06, 0.03]),
        new(16, 8, 16, 8, 8, 8, [256, 32, 16], [0.1, 0.06, 0.03]),
        new(24, 8, 8, 8, 8, 4, [512, 256, 32, 16], [0.08, 0.08, 0.06, 0.03]),
        new(24, 8, 8, 16, 8, 2, [1024, 256, 32, 16], [0.08, 0.08, 0.06, 0.03]),
        new(32, 16, 8, 16, 4, 2, [1024, 256, 32, 16], [0.08, 0.08, 0.06, 0.03]),
        new(32, 16, 4, 16, 2, 2, [1024, 256, 32, 16], [0.08, 0.08, 0.06, 0.03]),
    ];

    /// <summary>The plan of level 1 to 9.</summary>
    public static AudioPlan For(int level) => Plans[level - 1];
}

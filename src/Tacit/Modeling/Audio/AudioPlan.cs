namespace Tacit.Modeling.Audio;

/// <summary>How much work goes into a sample at a level.</summary>
internal sealed record AudioPlan
{
    /// <summary>Own past samples of the first stage; a multiple of 4.</summary>
    public required int OwnLags { get; init; }

    /// <summary>Samples of each other channel.</summary>
    public required int OtherLags { get; init; }

    /// <summary>λ of the first stage.</summary>
    public double Memory { get; init; } = 0.998;

    /// <summary>Samples between two solutions.</summary>
    public required int Interval { get; init; }

    /// <summary>Lags of the second least-squares predictor; 0 for none.</summary>
    public int NearLags { get; init; }

    /// <summary>Its λ.</summary>
    public double NearMemory { get; init; } = 0.99;

    /// <summary>Its interval.</summary>
    public int NearInterval { get; init; } = 4;

    /// <summary>Orders of the cascade.</summary>
    public required int[] Orders { get; init; }

    /// <summary>Steps of the cascade.</summary>
    public required double[] Steps { get; init; }

    /// <summary>λ of the combination.</summary>
    public double StackMemory { get; init; } = 0.9985;

    /// <summary>Interval of the combination.</summary>
    public int StackInterval { get; init; } = 1;

    private static double[] List(string name, double[] value) => Environment.GetEnvironmentVariable(name) is { } text ? [.. text.Split(',').Select(t => double.Parse(t, System.Globalization.CultureInfo.InvariantCulture))] : value;

    /// <summary>The plan of level 1 to 9.</summary>
    public static AudioPlan For(int level)
    {
        AudioPlan p = Base(level);
        return p with
        {
            OwnLags = (int)Tune.Get("OWN", p.OwnLags), OtherLags = (int)Tune.Get("OTHER", p.OtherLags), Memory = Tune.Get("LAM", p.Memory),
            Interval = (int)Tune.Get("INT", p.Interval), NearLags = (int)Tune.Get("NEAR", p.NearLags), NearMemory = Tune.Get("NLAM", p.NearMemory),
            NearInterval = (int)Tune.Get("NINT", p.NearInterval), Orders = [.. List("ORD", [.. p.Orders.Select(o => (double)o)]).Select(o => (int)o)],
            Steps = List("MU", p.Steps), StackMemory = Tune.Get("SLAM", p.StackMemory), StackInterval = (int)Tune.Get("SINT", p.StackInterval),
        };
    }

    private static AudioPlan Base(int level) => level switch
    {
        <= 3 => new AudioPlan { OwnLags = 16, OtherLags = 8, Interval = 32, Orders = [32, 16], Steps = [0.005, 0.005] },
        <= 6 => new AudioPlan { OwnLags = 24, OtherLags = 8, Interval = 8, NearLags = 8, Orders = [256, 32, 16], Steps = [0.003, 0.005, 0.005] },
        _ => new AudioPlan { OwnLags = 32, OtherLags = 16, Interval = 2, NearLags = 16, NearInterval = 1, Orders = [1024, 256, 32, 16], Steps = [0.002, 0.003, 0.005, 0.005] },
    };
}

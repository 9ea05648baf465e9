namespace Tacit.Modeling.Recurrent;

/// <summary>Sizes and rates of an <see cref="OnlineLstm"/>.</summary>
internal sealed record OnlineLstmOptions
{
    /// <summary>Layers.</summary>
    public int Layers { get; init; } = 2;

    /// <summary>Cells of a layer, a multiple of 32.</summary>
    public int Cells { get; init; } = 160;

    /// <summary>Bytes between two updates, over which gradients go back.</summary>
    public int Segment { get; init; } = 16;

    /// <summary>Rate of the layers' steps, at first.</summary>
    public float Rate { get; init; } = 0.004f;

    /// <summary>Steps after which the rate is down by √½.</summary>
    public int RateSteps { get; init; } = 10_000;

    /// <summary>Rate of the output layer's steps, one for each byte, at first.</summary>
    public float OutputRate { get; init; } = 0.06f;

    /// <summary>How much of the mean of squared gradients stays.</summary>
    public float Beta { get; init; } = 0.9999f;
}

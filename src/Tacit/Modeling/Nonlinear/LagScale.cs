using Tacit.Numerics;

namespace Tacit.Modeling.Nonlinear;

/// <summary>The units a network counts in.</summary>
/// <param name="Mean">The differenced series' mean.</param>
/// <param name="Deviation">Its standard deviation.</param>
/// <param name="Noise">The standard deviation of the linear model's noise; 0 if there is none.</param>
internal readonly record struct LagScale(double Mean, double Deviation, double Noise)
{
    // What lies farther off, in deviations, counts as lying here: training says nothing about it.
    private const double Farthest = 8;

    /// <summary>What the network sees of a value.</summary>
    public float Input(double w)
    {
        double z = (w - Mean) / Deviation;
        return Floored(z < Farthest ? z > -Farthest ? z : -Farthest : Farthest);
    }

    /// <summary>What it is to answer where the linear model is off by so much.</summary>
    public float Target(double residual) => Floored(residual / Noise);

    private static float Floored(double value) => Math.Abs(value) < Floors.Product ? 0f : (float)value;
}

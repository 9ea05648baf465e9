namespace Tacit.Media.DataSets;

/// <summary>Which values of items stand for 0 and for 1.</summary>
/// <param name="Lowest">For 0.</param>
/// <param name="Highest">For 1; above the other.</param>
public readonly record struct ItemScale(float Lowest, float Highest)
{
    /// <summary>(x − Lowest) / (Highest − Lowest).</summary>
    public void Apply(Span<float> values)
    {
        float factor = 1f / (Highest - Lowest);
        for (int i = 0; i < values.Length; i++)
            values[i] = (values[i] - Lowest) * factor;
    }

    /// <summary>The way back.</summary>
    public void Undo(Span<float> values)
    {
        float range = Highest - Lowest;
        for (int i = 0; i < values.Length; i++)
            values[i] = values[i] * range + Lowest;
    }
}

using Tacit.Numerics;

namespace Tacit.Modeling.Transformers;

/// <summary>Positions as sines and cosines: value 2i is sin(t / 10000^(2i / C)), value 2i + 1 its cosine. Vaswani et al. 2017.</summary>
internal static class Sinusoids
{
    /// <summary>(positions, columns).</summary>
    public static Tensor Table(int positions, int columns)
    {
        Tensor table = Tensor.Zeros(positions, columns);
        int pairs = (columns + 1) / 2;
        float[] angles = new float[pairs], values = new float[pairs];
        for (int i = 0; i < pairs; i++)     // ln(10000) = 9.21034
            angles[i] = -9.21034037f * (2 * i) / columns;
        Elementwise.Exp(angles, angles);
        float[] turned = new float[pairs];
        for (int t = 0; t < positions; t++)
        {
            Elementwise.Scale(t, angles, turned);
            Span<float> row = table[t].Span;
            Elementwise.Sin(turned, values);
            for (int i = 0; 2 * i < columns; i++)
                row[2 * i] = values[i];
            Elementwise.Cos(turned, values);
            for (int i = 0; 2 * i + 1 < columns; i++)
                row[2 * i + 1] = values[i];
        }
        return table;
    }
}

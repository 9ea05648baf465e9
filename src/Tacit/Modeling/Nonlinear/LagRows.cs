using Tacit.Modeling.Linear;

namespace Tacit.Modeling.Nonlinear;

/// <summary>What a network sees of a series: its lags in units of its standard deviation, and what the linear model leaves in units of its noise.</summary>
internal sealed class LagRows
{
    /// <summary>Most numbers a table of inputs may have: half a gigabyte.</summary>
    public const long MostNumbers = 1L << 27;

    private readonly int[] _lags;

    /// <summary>Rows for every value of the differenced series w that has enough past.</summary>
    public LagRows(double[] w, Autoregression linear, LagScale scale)
    {
        _lags = [.. linear.Lags];
        int first = _lags[^1];
        Count = w.Length - first;
        if ((long)Count * _lags.Length > MostNumbers)
            throw new ArgumentException($"{_lags.Length} lags of {Count} values take too much memory; a lower order takes less.");
        Inputs = new float[Count * _lags.Length];
        Targets = new float[Count];
        for (int row = 0; row < Count; row++)
        {
            int t = first + row;
            double residual = w[t] - linear.Intercept;
            for (int i = 0; i < _lags.Length; i++)
            {
                residual -= linear.Coefficients[i] * w[t - _lags[i]];
                Inputs[row * _lags.Length + i] = scale.Input(w[t - _lags[i]]);
            }
            Targets[row] = scale.Target(residual);
        }
    }

    /// <summary>Rows.</summary>
    public int Count { get; }

    /// <summary>Columns of the inputs.</summary>
    public int Lags => _lags.Length;

    /// <summary>(Count, Lags).</summary>
    public float[] Inputs { get; }

    /// <summary>(Count).</summary>
    public float[] Targets { get; }
}

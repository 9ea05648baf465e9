namespace Tacit.Modeling.Linear;

/// <summary>Solves the Yule-Walker equations order by order: coefficients of order k from those of order k − 1.</summary>
/// <remarks>Source: Brockwell and Davis, Introduction to Time Series and Forecasting, section 2.5.3.</remarks>
internal sealed class LevinsonDurbin(double[] covariances)
{
    private readonly double[] _coefficients = new double[covariances.Length - 1], _previous = new double[covariances.Length - 1];

    /// <summary>Steps taken.</summary>
    public int Order { get; private set; }

    /// <summary>The one-step prediction's variance at this order.</summary>
    public double Variance { get; private set; } = covariances[0];

    /// <summary>The coefficients a_1 … a_k of this order.</summary>
    public ReadOnlySpan<double> Coefficients => _coefficients.AsSpan(0, Order);

    /// <summary>Goes to the next order and returns its reflection coefficient: the partial autocorrelation.</summary>
    public double Step()
    {
        double sum = covariances[Order + 1];
        for (int i = 0; i < Order; i++)
            sum -= _coefficients[i] * covariances[Order - i];
        double reflection = Variance > 0 ? sum / Variance : 0;
        Reflect(_coefficients, _previous, Order, reflection);
        Order++;
        Variance *= 1 - reflection * reflection;
        return reflection;
    }

    /// <summary>a_i −= k · a_{order+1−i} for all i, and a_{order+1} = k.</summary>
    public static void Reflect(double[] coefficients, double[] scratch, int order, double k)
    {
        Array.Copy(coefficients, scratch, order);
        for (int i = 0; i < order; i++)
            coefficients[i] = scratch[i] - k * scratch[order - 1 - i];
        coefficients[order] = k;
    }
}

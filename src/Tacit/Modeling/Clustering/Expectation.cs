using Tacit.Modeling.Linear;
using Tacit.Numerics;

namespace Tacit.Modeling.Clustering;

/// <summary>The share each component of a mixture has in each row: its probability, given the row. A thread takes some
/// of the rows.</summary>
internal struct Expectation : IWork
{
    private const int RowsPerPart = 64;

    private float[] _rows;
    private MixtureComponents _components;
    private double[] _logs;

    /// <summary>(n, k), each row sums to 1.</summary>
    public double[] Shares { get; private set; }

    /// <summary>Computes them.</summary>
    public static Expectation Of(float[] rows, MixtureComponents components, WorkPool? workers)
    {
        int n = rows.Length / components.Columns, parts = (n + RowsPerPart - 1) / RowsPerPart;
        var work = new Expectation
        {
            _rows = rows, _components = components, _logs = new double[n],
                Shares = new double[checked(n * components.Weights.Length)],
        };
        if (workers is not null)
        {
            workers.Run(ref work, parts);
            return work;
        }
        for (int part = 0; part < parts; part++)
            work.Run(part);
        return work;
    }

    /// <summary>The mean of ln Σ weight · density, in nats.</summary>
    public readonly double MeanLogLikelihood()
    {
        double sum = 0;
        foreach (double log in _logs)
            sum += log;
        return sum / _logs.Length;
    }

    /// <summary>The component with the largest share in each row; of several the first.</summary>
    public readonly int[] Likeliest()
    {
        int k = _components.Weights.Length;
        int[] likeliest = new int[_logs.Length];
        for (int i = 0; i < likeliest.Length; i++)
        {
            for (int c = 1; c < k; c++)
                likeliest[i] = Shares[i * k + c] > Shares[i * k + likeliest[i]] ? c : likeliest[i];
        }
        return likeliest;
    }

    public readonly void Run(int part)
    {
        int k = _components.Weights.Length, d = _components.Columns,
            end = Math.Min(_logs.Length, (part + 1) * RowsPerPart);
        double[] scratch = new double[d];
        for (int i = part * RowsPerPart; i < end; i++)
        {
            Span<double> shares = Shares.AsSpan(i * k, k);
            double most = double.NegativeInfinity, sum = 0;
            for (int c = 0; c < k; c++)
            {
                shares[c] = _components.LogDensity(_rows, i * d, c, scratch);
                most = shares[c] > most ? shares[c] : most;
            }
            for (int c = 0; c < k; c++)
                sum += shares[c] = DoubleFunctions.Exp(shares[c] - most);
            for (int c = 0; c < k; c++)
                shares[c] /= sum;
            _logs[i] = most + DoubleFunctions.Log(sum);
        }
    }
}

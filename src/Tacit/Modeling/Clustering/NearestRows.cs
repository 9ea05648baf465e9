using Tacit.Numerics;

namespace Tacit.Modeling.Clustering;

/// <summary>For each row the nearest centre and the squared distance to it. A thread takes some of the rows.</summary>
internal struct NearestRows : IWork
{
    private const int RowsPerPart = 256;

    private float[] _rows;
    private double[] _centres;
    private int _columns;

    /// <summary>The nearest centre of each row; of several the first.</summary>
    public int[] Nearest { get; private set; }

    /// <summary>The squared distance.</summary>
    public double[] Distances { get; private set; }

    /// <summary>Finds them.</summary>
    public static NearestRows Of(float[] rows, int columns, double[] centres, WorkPool? workers)
    {
        int count = rows.Length / columns, parts = (count + RowsPerPart - 1) / RowsPerPart;
        var work = new NearestRows { _rows = rows, _centres = centres, _columns = columns, Nearest = new int[count],
            Distances = new double[count] };
        if (workers is not null)
        {
            workers.Run(ref work, parts);
            return work;
        }
        for (int part = 0; part < parts; part++)
            work.Run(part);
        return work;
    }

    /// <summary>The squared distance of two rows.</summary>
    public static double Squared(float[] x, int xAt, double[] y, int yAt, int columns)
    {
        double sum = 0;
        for (int j = 0; j < columns; j++)
        {
            double difference = x[xAt + j] - y[yAt + j];
            sum += difference * difference;
        }
        return sum;
    }

    /// <summary>All squared distances together.</summary>
    public readonly double Sum()
    {
        double sum = 0;
        foreach (double distance in Distances)
            sum += distance;
        return sum;
    }

    public readonly void Run(int part)
    {
        int end = Math.Min(Nearest.Length, (part + 1) * RowsPerPart);
        for (int i = part * RowsPerPart; i < end; i++)
        {
            (int nearest, double least) = (0, double.PositiveInfinity);
            for (int c = 0; c < _centres.Length / _columns; c++)
            {
                double distance = Squared(_rows, i * _columns, _centres, c * _columns, _columns);
                if (distance < least)
                    (nearest, least) = (c, distance);
            }
            (Nearest[i], Distances[i]) = (nearest, least);
        }
    }
}

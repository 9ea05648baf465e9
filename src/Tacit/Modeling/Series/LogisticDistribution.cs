using Tacit.Modeling.ContextMixing;
using Tacit.Modeling.Linear;

namespace Tacit.Modeling.Series;

/// <summary>The logistic distribution with mean absolute deviation 1, tabulated: F(z) = 1 / (1 + e^(−2 z ln 2)).</summary>
internal static unsafe class LogisticDistribution
{
    /// <summary>Entries per unit of z.</summary>
    public const int Steps = 64;

    /// <summary>The table's index of z = 0.</summary>
    public const int Middle = 24 * Steps;

    /// <summary>The last index that may be interpolated from; F is 0 at index 0 and 1 here.</summary>
    public const int Last = 2 * Middle;

    private const double TwiceLn2 = 1.3862943611198906;

    /// <summary>F at z = (index − Middle) / Steps; one entry more than needed, for interpolation.</summary>
    public static readonly double* Table = Make();

    private static double* Make()
    {
        double* table = (double*)Shared.Allocate((Last + 2) * sizeof(double));
        for (int i = 1; i <= Middle; i++)
        {
            double power = DoubleFunctions.Exp((i - Middle) / (double)Steps * TwiceLn2);
            table[i] = power / (1 + power);
            table[Last - i] = 1 / (1 + power);
        }
        table[0] = 0;
        table[Last] = table[Last + 1] = 1;
        return table;
    }
}

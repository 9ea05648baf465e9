using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Tacit.Modeling.Series;

/// <summary>Foresees and codes one column of a table of integers.</summary>
/// <remarks>
/// Values are kept as doubles relative to the column's first; differences are taken in 64-bit integers that wrap, so any
/// value can be coded exactly whatever the doubles round.
/// </remarks>
internal sealed class ColumnModel : IDisposable
{
    private const double LeastScale = 0.05, LeastError = 0.001, FarthestLocation = 1L << 61;
    private const double FastRate = 0.06, SlowRate = 0.005, DeviationRate = 0.03, UsualRate = 0.05, SpreadFactor = 1.05;

    private readonly SeriesPlan _plan;
    private readonly int[] _others;          // columns looked at, nearest first
    private readonly int _column;
    private readonly double[] _inputs;
    private readonly WeightedLeastSquares _far, _near;
    private readonly ValueCoder _coder = new();
    private Vector256<double> _deviation;    // mean absolute error of each expert
    private double _fast, _slow;             // the same of the long prediction, over few and many values
    private double _usual, _spread;          // where values mostly are, and their median distance from there
    private double _error, _errorBefore;
    private int _count;
    private long _first;

    /// <summary>Starts column <paramref name="column"/> of <paramref name="columns"/>.</summary>
    public ColumnModel(int column, int columns, SeriesPlan plan)
    {
        (_column, _plan) = (column, plan);
        _others = new int[Math.Min(columns - 1, plan.OtherColumns)];
        for (int i = 0; i < _others.Length; i++)
            _others[i] = (column + columns - 1 - i) % columns;
        _inputs = new double[(plan.OwnLags + 2 * _others.Length + 1 + 3) & ~3];
        _far = new WeightedLeastSquares(_inputs.Length, SeriesPlan.FarMemory, plan.Interval);
        _near = new WeightedLeastSquares(plan.NearLags, SeriesPlan.NearMemory, plan.NearInterval);
    }

    /// <summary>How the last value compared with what was expected: 0 to 15, for the next column.</summary>
    public int Surprise { get; private set; }

    /// <summary>Codes the value of the row that the history is at.</summary>
    /// <param name="coder">The coder.</param>
    /// <param name="value">The value; ignored by a decoder.</param>
    /// <param name="history">All columns' past; this value is added.</param>
    /// <param name="neighbour">The surprise of the column before in this row, else 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public long Code<T>(ref T coder, long value, TableHistory history, int neighbour)
        where T : struct, IBitCoder, allows ref struct
    {
        Span<double> inputs = _inputs;
        ReadOnlySpan<double> past = history.Past(_column, _plan.OwnLags);
        past.CopyTo(inputs);
        int at = _plan.OwnLags;
        foreach (int other in _others)
        {
            // Of columns already known in this row the value there and one before, of others the two before.
            ReadOnlySpan<double> last = other < _column ? history.Present(other, 2) : history.Past(other, 2);
            inputs[at] = last[0];
            inputs[at + 1] = last[1];
            at += 2;
        }
        inputs[at] = 1;
        ReadOnlySpan<double> nearest = past[^_plan.NearLags..];
        double previous = past[^1], far = Within(_far.Predict(inputs), previous), near = Within(_near.Predict(nearest), previous);
        double centre = Math.Floor(far + 0.5);
        Vector256<double> expected = Vector256.Create(far, near, previous, _usual);
        Outlook outlook = Judge(far, near, centre, expected - Vector256.Create(centre), neighbour);

        long middle = unchecked(_first + (long)centre);
        value = unchecked(middle + _coder.Code(ref coder, unchecked(value - middle), outlook));
        if (_count == 0)
            _first = value;
        double y = unchecked(value - _first), error = y - far;
        Learn(Vector256.Abs(Vector256.Create(y) - expected), error, outlook.Scales[0]);
        Follow(y);
        if (_count > 1)
        {
            _far.Learn(inputs, y);
            _near.Learn(nearest, y);
        }
        history.Add(_column, y);
        return value;
    }

    /// <inheritdoc/>
    public void Dispose() => _coder.Dispose();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Outlook Judge(double far, double near, double centre, Vector256<double> locations, int neighbour)
    {
        double scale = Math.Max(_fast, LeastScale);
        int shift = LeastPower(scale * 0.4);
        int ratio = Math.Min((int)(scale * 3.2 / (1L << shift)), 7);
        int fraction = (int)((far + 0.5 - centre) * 4) & 3;
        double distance = Math.Floor((near - far) / scale * 3 + 0.5);
        int apart = 7 + (int)Math.Max(Math.Min(distance, 7), -7);
        int trend = _slow < _fast * 0.85 ? _slow < _fast * 0.6 ? 0 : 1 : _slow < _fast * 1.2 ? 2 : _slow < _fast * 1.8 ? 3 : 4;
        int error = Size(_error, scale), before = Size(_errorBefore, scale);
        return new Outlook(
            locations,
            Vector256.Max(_deviation.WithElement(0, scale).WithElement(3, _spread), Vector256.Create(LeastScale)),
            shift,
            trend << 5 | fraction << 3 | ratio,
            error << 5 | (before >> 1) << 3 | ratio,
            apart << 4 | neighbour,
            trend << 3 | error);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Learn(Vector256<double> errors, double error, double scale)
    {
        // At first plain averages, then forgetting ones.
        double first = 1 / (_count + 1.0);
        _deviation += (errors - _deviation) * Vector256.Create(Math.Max(DeviationRate, first));
        // Held above a least error, which no scale feels: they would fade to denormals else.
        _deviation = Vector256.Max(_deviation, Vector256.Create(LeastError));
        _fast = Math.Max(_fast + (errors[0] - _fast) * Math.Max(FastRate, first), LeastError);
        _slow = Math.Max(_slow + (errors[0] - _slow) * Math.Max(SlowRate, first), LeastError);
        _errorBefore = _error;
        _error = error;
        Surprise = (error >= 0 ? 8 : 0) | Size(error, scale);
        _count += _count < int.MaxValue ? 1 : 0;
    }

    // Huber's location with the median distance as its unit: what a few values far away hardly move.
    private void Follow(double y)
    {
        double distance = y - _usual;
        Vector128<double> spread = Vector128.CreateScalar(_spread), beyond = Vector128.GreaterThan(Vector128.CreateScalar(Math.Abs(distance)), spread);
        // Half of all values lie beyond, which no branch foresees.
        _spread = Vector128.ConditionalSelect(beyond, Vector128.CreateScalar(_spread * SpreadFactor + LeastScale),
            Vector128.CreateScalar(Math.Max(_spread / SpreadFactor, LeastError))).ToScalar();
        _usual += Math.Max(Math.Min(distance, _spread), -_spread) * UsualRate;
    }

    // The least h with 2^h ≥ x, 0 to 60.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int LeastPower(double x)
    {
        // One less in the last place leaves the exponent below a power's.
        int exponent = (int)(BitConverter.DoubleToInt64Bits(x) - 1 >> 52) - 1022;
        return Math.Clamp(exponent, 0, 60);
    }

    // A prediction that differs from the last value by more than is sensible, or is not a number, says nothing.
    private static double Within(double prediction, double previous) => Math.Abs(prediction) < FarthestLocation ? prediction : previous;

    // The error in classes of the scale, factors of 1.8: how many of the bounds it exceeds.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Size(double error, double scale)
    {
        Vector256<double> size = Vector256.Create(Math.Abs(error)), unit = Vector256.Create(scale);
        uint few = Vector256.GreaterThan(size, unit * Vector256.Create(0.25, 0.45, 0.81, 1.46)).ExtractMostSignificantBits();
        uint many = Vector256.GreaterThan(size, unit * Vector256.Create(2.6, 4.7, 8.5, double.PositiveInfinity)).ExtractMostSignificantBits();
        return BitOperations.PopCount(many << 4 | few);
    }
}

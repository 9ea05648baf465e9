using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Tacit.Modeling.Series;

namespace Tacit.Modeling.Audio;

/// <summary>Foresees and codes one channel.</summary>
/// <remarks>
/// Eight experts see the next value: the combination with mean errors over four spans, each of its three parts, and the sample at the
/// match, or the last one. Values are coded in units of 2^<see cref="Shift"/>; predictors and mean errors do not know of it.
/// </remarks>
internal sealed class ChannelModel(int channel, int channels, AudioPlan plan) : IDisposable
{
    private const double LeastScale = 0.05, BaseRate = 0.05;
    private const float LeastError = 0.001f, FirstError = 128;
    private const int Final = 1, Slow = 2, Fastest = 6, Match = 7;

    // How fast the mean error of each expert follows.
    private static readonly Vector256<float> Rates = Vector256.Create(0.08f, 0.02f, 0.003f, 0.03f, 0.03f, 0.03f, 0.3f, 0.03f);

    private readonly ChannelPredictor _predictor = new(channel, channels, plan);
    private readonly ResidualCoder _coder = new();
    private Vector256<float> _scales = Vector256.Create(FirstError);
    private double _base = FirstError, _error, _errorBefore, _unit = 1, _inverse = 1;
    private int _count, _shift;

    /// <summary>How the last value compared with what was expected: 0 to 15, for the next channel.</summary>
    public int Surprise { get; private set; }

    /// <summary>Low bits that are 0 in the values to come.</summary>
    public int Shift
    {
        get => _shift;
        set
        {
            _shift = value;
            _unit = 1L << value;
            _inverse = 1 / _unit;
        }
    }

    /// <summary>Codes the value of the moment that the history is at.</summary>
    /// <param name="coder">The coder.</param>
    /// <param name="value">The value; ignored by a decoder.</param>
    /// <param name="history">All channels' past; this value is added.</param>
    /// <param name="match">Where the sound was alike; not told of this value.</param>
    /// <param name="neighbour">The surprise of the channel before, or of the last one at the moment before.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public long Code<T>(ref T coder, long value, SampleHistory history, LongTermMatch match, int neighbour)
        where T : struct, IBitCoder, allows ref struct
    {
        double like = match.Found ? match.Expected(channel) : double.NaN;
        _predictor.Predict(history, like);
        double final = _predictor.Final, centre = Math.Floor(final * _inverse + 0.5);
        double last = match.Found ? like : history.Past(channel, 1)[0];
        Vector256<double> units = Vector256.Create(_inverse), from = Vector256.Create(centre);
        Vector256<float> locations = Vector256.Narrow(
            Vector256.Create(final, final, final, _predictor.First) * units - from,
            Vector256.Create(_predictor.Cascaded, _predictor.Near, final, last) * units - from);
        Outlook outlook = Judge(final * _inverse - centre, locations, (_predictor.Near - final) * _inverse, neighbour, match.Found);
        long e = _coder.Code(ref coder, unchecked((value >> _shift) - (long)centre), outlook);
        value = unchecked(((long)centre + e) << _shift);
        Learn(value, locations, centre, outlook.Scales[Final]);
        _predictor.Learn(value);
        history.Add(channel, value);
        return value;
    }

    /// <inheritdoc/>
    public void Dispose() => _coder.Dispose();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Learn(double y, Vector256<float> locations, double centre, double scale)
    {
        // At first plain averages, then forgetting ones.
        float first = 1 / (_count + 1f);
        Vector256<float> errors = Vector256.Abs(Vector256.Create((float)(y * _inverse - centre)) - locations) * Vector256.Create((float)_unit);
        _scales += (errors - _scales) * Vector256.Max(Rates, Vector256.Create(first));
        _scales = Vector256.Max(_scales, Vector256.Create(LeastError));
        double error = y - _predictor.Final;
        _base = Math.Max(_base + (Math.Abs(error) - _base) * Math.Max(BaseRate, first), LeastError);
        _errorBefore = _error;
        _error = error;
        Surprise = (error >= 0 ? 8 : 0) | Size(error, scale * _unit);
        _count += _count < int.MaxValue ? 1 : 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Outlook Judge(double offset, Vector256<float> locations, double distance, int neighbour, bool matched)
    {
        Vector256<float> scales = Vector256.Max(_scales * Vector256.Create((float)_inverse), Vector256.Create((float)LeastScale));
        double scale = Math.Max(_base * _inverse, LeastScale), middle = scales[Final];
        int shift = 0;
        while (shift < 60 && (1L << shift) < scale * 0.4)
            shift++;
        int ratio = Math.Min((int)(scale * 3.2 / (1L << shift)), 7);
        int fraction = (int)((offset + 0.5) * 4) & 3;
        distance = Math.Floor(distance / scale * 3 + 0.5);
        int apart = 7 + (int)Math.Max(Math.Min(distance, 7), -7);
        int trend = Trend(scales[0], middle), drift = Trend(middle, scales[Slow]);
        int error = Size(_error * _inverse, middle), before = Size(_errorBefore * _inverse, middle);
        return new Outlook(
            locations,
            scales,
            shift,
            Vector128.Create(
                trend << 5 | fraction << 3 | ratio,
                error << 5 | (before >> 1) << 3 | ratio,
                apart << 4 | neighbour,
                neighbour << 3 | Size(scales[Fastest], middle)),
            trend << 3 | error,
            (matched ? 1 + Trend(scales[Match] * 4, middle) : 0) << 3 | drift);
    }

    // How a mean over few values compares with one over many: 0 for much more, 4 for much less.
    private static int Trend(double few, double many) => many < few * 0.85 ? many < few * 0.6 ? 0 : 1 : many < few * 1.2 ? 2 : many < few * 1.8 ? 3 : 4;

    // The error in classes of the scale: factors of 1.8.
    private static int Size(double error, double scale)
    {
        double size = Math.Abs(error);
        return size <= scale * 0.81 ? size <= scale * 0.25 ? 0 : size <= scale * 0.45 ? 1 : 2
            : size <= scale * 2.6 ? size <= scale * 1.46 ? 3 : 4
            : size <= scale * 4.7 ? 5 : size <= scale * 8.5 ? 6 : 7;
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Tacit.Modeling.Series;

namespace Tacit.Modeling.Audio;

/// <summary>Foresees and codes one channel.</summary>
internal sealed class ChannelModel : IDisposable
{
    private const double LeastScale = 0.05, LeastError = 0.001;

    private readonly ChannelPredictor _predictor;
    private readonly ResidualCoder _coder = new();
    private Vector256<float> _scales = Vector256.Create((float)LeastError);
    private static readonly Vector256<float> Rates = Vector256.Create((float)Tune.Get("Q0", 0.08), (float)Tune.Get("Q1", 0.02), (float)Tune.Get("Q2", 0.003), (float)Tune.Get("Q3", 0.03),
        (float)Tune.Get("Q4", 0.03), (float)Tune.Get("Q5", 0.03), (float)Tune.Get("Q6", 0.3), (float)Tune.Get("Q7", 0.03));
    private double _unit = 1, _inverse = 1;    // 2^shift, and 1 over it
    private int _shift;
    private double _base, _error, _errorBefore;
    private int _count;

    public ChannelModel(int channel, int channels, AudioPlan plan)
    {
        _predictor = new ChannelPredictor(channel, channels, plan);
    }

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

    /// <summary>How the last value compared with what was expected: 0 to 15.</summary>
    public int Surprise { get; private set; }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public long Code<T>(ref T coder, long value, SampleHistory history, LongTermMatch match, int channel, int neighbour)
        where T : struct, IBitCoder, allows ref struct
    {
        double like = match.Found ? match.Expected(channel) : 0;
        _predictor.Predict(history, match.Found, like);
        // All in units of the values' step, which only the predictor and the errors' sizes do not know.
        double final = _predictor.Final * _inverse, previous = history.Past(channel, 1)[0];
        double centre = Math.Floor(final + 0.5);
        Vector256<double> low = Vector256.Create(_predictor.Final, _predictor.Final, _predictor.Final, _predictor.First) * Vector256.Create(_inverse) - Vector256.Create(centre);
        Vector256<double> high = Vector256.Create(_predictor.Cascaded, _predictor.Near, _predictor.Final, match.Found ? like : previous) * Vector256.Create(_inverse) - Vector256.Create(centre);
        Vector256<float> expected = Vector256.Narrow(low, high);
        Outlook outlook = Judge(final - centre, expected, (_predictor.Near - _predictor.Final) * _inverse, neighbour, match.Found);
        long e = _coder.Code(ref coder, unchecked((value >> _shift) - (long)centre), outlook);
        value = unchecked(((long)centre + e) << _shift);
        double y = value;
        Vector256<float> errors = Vector256.Abs(Vector256.Create((float)(y * _inverse - centre)) - expected) * Vector256.Create((float)_unit);
        float first = 1 / (_count + 1f);
        _scales += (errors - _scales) * Vector256.Max(Rates, Vector256.Create(first));
        _scales = Vector256.Max(_scales, Vector256.Create((float)LeastError));
        double error = y - _predictor.Final;
        _base = Math.Max(_base + (Math.Abs(error) - _base) * Math.Max(0.05, first), LeastError);
        _errorBefore = _error;
        _error = error;
        Surprise = (error >= 0 ? 8 : 0) | Size(error, outlook.Scales[1] * _unit);
        _count += _count < int.MaxValue ? 1 : 0;
        _predictor.Learn(y);
        history.Add(channel, y);
        return value;
    }

    /// <inheritdoc/>
    public void Dispose() => _coder.Dispose();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Outlook Judge(double offset, Vector256<float> locations, double distance, int neighbour, bool matched)
    {
        Vector256<float> scales = Vector256.Max(_scales * Vector256.Create((float)_inverse), Vector256.Create((float)LeastScale));
        double scale = Math.Max(_base * _inverse, LeastScale), lastError = _error * _inverse, errorBefore = _errorBefore * _inverse;
        int shift = 0;
        while (shift < 60 && (1L << shift) < scale * 0.4)
            shift++;
        int ratio = Math.Min((int)(scale * 3.2 / (1L << shift)), 7);
        int fraction = (int)((offset + 0.5) * 4) & 3;
        distance = Math.Floor(distance / scale * 3 + 0.5);
        int apart = 7 + (int)Math.Max(Math.Min(distance, 7), -7);
        double fast = scales[0], mid = scales[1], slow = scales[2];
        int trend = Trend(fast, mid), drift = Trend(mid, slow);
        int error = Size(lastError, mid), before = Size(errorBefore, mid);
        return new Outlook(locations, scales, shift,
            Vector128.Create(trend << 5 | fraction << 3 | ratio, error << 5 | (before >> 1) << 3 | ratio, apart << 4 | neighbour, neighbour << 3 | Size(scales[6], mid)),
            trend << 3 | error, (matched ? 1 + Trend(scales[7] * 4, mid) : 0) << 3 | drift);
    }

    private static int Trend(double fast, double slow) => slow < fast * 0.85 ? slow < fast * 0.6 ? 0 : 1 : slow < fast * 1.2 ? 2 : slow < fast * 1.8 ? 3 : 4;

    private static int Size(double error, double scale)
    {
        double size = Math.Abs(error);
        return size <= scale * 0.81 ? size <= scale * 0.25 ? 0 : size <= scale * 0.45 ? 1 : 2
            : size <= scale * 2.6 ? size <= scale * 1.46 ? 3 : 4
            : size <= scale * 4.7 ? 5 : size <= scale * 8.5 ? 6 : 7;
    }
}

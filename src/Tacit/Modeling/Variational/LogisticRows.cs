using Tacit.Numerics;
using Tacit.Numerics.Elementary;
using Tacit.Numerics.Lanes;

namespace Tacit.Modeling.Variational;

/// <summary>Distributions of a <see cref="MixtureLikelihood"/>, one at a time: the mean, and the values' places among 2^20. Not thread-safe.</summary>
/// <remarks>
/// The places of value v begin at 0 for v = 0, else at ⌊F(v − 1) · (2^20 − 4 V)⌋ + 4 v, with F(v) = min(1, Σ w σ((x − m) e^−s)) at the upper
/// end x = (2 v + 1) / (V − 1) − 1 of the value, added up in the order of the components by fused multiply-adds. Rounding moves F by less
/// than 2^-19.5 for up to <see cref="MostComponents"/> of them, so each value begins at least one place after the one before.
/// </remarks>
internal sealed class LogisticRows(int components, int channels, int values)
{
    public const int Bits = 20, MostComponents = 16;
    private const uint Total = 1u << Bits, Least = 4;

    private readonly float _share = Total - Least * (uint)values, _delta = 1f / (values - 1);
    private readonly float[] _weights = new float[components], _weighed = new float[components], _means = new float[components];
    private float[] _allWeights = [], _allMeans = [], _inverses = [], _coupling = [], _lowest = [];
    private int _row, _channel;

    /// <summary>Numbers of a row of parameters.</summary>
    public int Width => components * (channels == 3 ? 10 : 3);

    /// <summary>Takes rows of parameters.</summary>
    public void Prepare(ReadOnlySpan<float> parameters)
    {
        int rows = parameters.Length / Width, each = channels * components;
        if (_allWeights.Length < rows * components)
        {
            _allWeights = new float[rows * components];
            (_allMeans, _inverses) = (new float[rows * each], new float[rows * each]);
            if (channels == 3)
                _coupling = new float[rows * each];
            else
                _lowest = new float[rows * each];
        }
        for (int r = 0; r < rows; r++)
        {
            ReadOnlySpan<float> row = parameters.Slice(r * Width, Width);
            row[..components].CopyTo(_allWeights.AsSpan(r * components));
            for (int c = 0; c < channels; c++)
            {
                ReadOnlySpan<float> channel = row[(components + c * components * (channels == 3 ? 3 : 2))..];
                int at = r * each + c * components;
                channel[..components].CopyTo(_allMeans.AsSpan(at));
                for (int k = 0; k < components; k++)
                {
                    float s = channel[components + k];
                    s = s < LogisticMixture.MaxLogScale ? s : LogisticMixture.MaxLogScale;
                    _inverses[at + k] = -(s > -LogisticMixture.MaxLogScale ? s : -LogisticMixture.MaxLogScale);
                }
                if (channels == 3)
                    channel.Slice(2 * components, components).CopyTo(_coupling.AsSpan(at));
            }
        }
        Span<float> weights = _allWeights.AsSpan(0, rows * components), inverses = _inverses.AsSpan(0, rows * each);
        Softmax.Forward(weights, components, weights);
        Elementwise.Exp(inverses, inverses);
        if (channels == 3)
        {
            Elementwise.Tanh(_coupling.AsSpan(0, rows * each), _coupling.AsSpan(0, rows * each));
            return;
        }
        // The upper end of the lowest value, which is the likeliest in many data: for all rows at once.
        float x = Edge(0);
        for (int i = 0; i < inverses.Length; i++)
            _lowest[i] = (x - _allMeans[i]) * inverses[i];
        Elementwise.Sigmoid(_lowest.AsSpan(0, inverses.Length), _lowest.AsSpan(0, inverses.Length));
    }

    /// <summary>Goes to a row.</summary>
    public void Take(int row)
    {
        _row = row;
        _allWeights.AsSpan(row * components, components).CopyTo(_weights);
    }

    /// <summary>Goes on to a channel of it, given those before.</summary>
    /// <param name="channel">From 0, one after another.</param>
    /// <param name="before">Their values, from −1 to 1.</param>
    public void Begin(int channel, ReadOnlySpan<float> before)
    {
        _channel = channel;
        int row = _row * channels * components;
        _allMeans.AsSpan(row + channel * components, components).CopyTo(_means);
        if (channel == 0)
            return;
        // The first coefficients couple green with red, the second blue with red, the third blue with green.
        for (int k = 0; k < components; k++)
        {
            float mean = MathF.FusedMultiplyAdd(_coupling[row + (channel - 1) * components + k], before[0], _means[k]);
            _means[k] = channel == 1 ? mean : MathF.FusedMultiplyAdd(_coupling[row + 2 * components + k], before[1], mean);
        }
    }

    /// <summary>The mean of the channel, from −1 to 1.</summary>
    public float Mean()
    {
        float mean = 0f;
        for (int k = 0; k < components; k++)
            mean = MathF.FusedMultiplyAdd(_weights[k], _means[k], mean);
        return mean < -1f ? -1f : mean > 1f ? 1f : mean;
    }

    /// <summary>A value as a number from −1 to 1.</summary>
    public float Scaled(int value) => 2 * value * _delta - 1f;

    /// <summary>Where the places of a value begin; for <c>values</c> the end of all.</summary>
    public uint Start(int value)
    {
        if (value == 0 || value == values)
            return value == 0 ? 0 : Total;
        float sum = 0f;
        if (value == 1 && channels != 3)
        {
            for (int k = 0; k < components; k++)
                sum = MathF.FusedMultiplyAdd(_weights[k], _lowest[(_row * channels + _channel) * components + k], sum);
        }
        else
        {
            float x = Edge(value - 1);
            for (int k = 0; k < components; k++)
                sum = MathF.FusedMultiplyAdd(_weights[k], Below(x, k), sum);
        }
        return (uint)(int)((sum < 1f ? sum : 1f) * _share) + Least * (uint)value;
    }

    /// <summary>The value that owns a place, and its places.</summary>
    public (int Value, uint Start, uint Frequency) Find(uint place)
    {
        int low = 0, high = values, middle = 1;
        uint start = 0, end = Total;
        while (high - low > 1)
        {
            uint at = Start(middle);
            if (at <= place)
                (low, start) = (middle, at);
            else
                (high, end) = (middle, at);
            middle = (low + high) >>> 1;
        }
        return (low, start, end - start);
    }

    /// <summary>Weighs the components by what they said of the channel's value, before the next channel.</summary>
    public void Weigh(int value)
    {
        float sum = 0f;
        for (int k = 0; k < components; k++)
        {
            float below = value == 0 ? 0f : Below(Edge(value - 1), k), upTo = value == values - 1 ? 1f : Below(Edge(value), k);
            _weighed[k] = _weights[k] * (upTo > below ? upTo - below : 0f);
            sum += _weighed[k];
        }
        if (sum < 1e-30f)
            return;
        for (int k = 0; k < components; k++)
            _weights[k] = _weighed[k] / sum;
    }

    // The upper end of a value.
    private float Edge(int value) => MathF.FusedMultiplyAdd(2 * value + 1, _delta, -1f);

    private float Below(float x, int k) =>
        Sigmoid.Apply<LanesScalar, float>((x - _means[k]) * _inverses[(_row * channels + _channel) * components + k]);
}

namespace Tacit.Modeling.Audio;

/// <summary>Foresees one channel's samples: least squares over both channels, a cascade on what it misses, and a combination of all.</summary>
internal sealed class ChannelPredictor
{
    private const double Farthest = 1L << 40, LeastResidual = 1.0 / (1 << 16);

    private readonly AudioPlan _plan;
    private readonly int _channel;
    private readonly int[] _others;
    private readonly double[] _inputs, _nearInputs;
    private readonly RecursiveLeastSquares _first, _stack;
    private readonly RecursiveLeastSquares? _near;
    private readonly NormalisedLms[] _cascade;
    private readonly double[] _parts;        // inputs of the combination
    private readonly double[] _stages;       // what each stage of the cascade foresaw

    public ChannelPredictor(int channel, int channels, AudioPlan plan)
    {
        (_channel, _plan) = (channel, plan);
        _others = new int[Math.Min(channels - 1, 2)];
        for (int i = 0; i < _others.Length; i++)
            _others[i] = (channel + channels - 1 - i) % channels;
        int own = plan.OwnLags + (_others.Length == 0 ? plan.OtherLags : 0);
        OwnLags = own;
        _inputs = new double[own + plan.OtherLags * _others.Length];
        double[] prior = new double[_inputs.Length], ridge = new double[_inputs.Length];
        for (int i = 0; i < own; i++)
            ridge[own - 1 - i] = Tune.Ridge0 + Tune.Ridge1 * i;
        for (int i = own; i < ridge.Length; i++)
            ridge[i] = Tune.Ridge0 + Tune.Ridge1 * ((ridge.Length - 1 - i) % plan.OtherLags);
        prior[own - 1] = Tune.Prior;
        _first = new RecursiveLeastSquares(plan.Memory, plan.Interval, prior, ridge);
        if (plan.NearLags > 0)
        {
            prior = new double[plan.NearLags];
            prior[^1] = Tune.Prior;
            ridge = new double[plan.NearLags];
            for (int i = 0; i < ridge.Length; i++)
                ridge[^(i + 1)] = Tune.Ridge0 + Tune.Ridge1 * i;
            _near = new RecursiveLeastSquares(plan.NearMemory, plan.NearInterval, prior, ridge);
        }
        _nearInputs = new double[plan.NearLags];
        _cascade = new NormalisedLms[plan.Orders.Length];
        for (int i = 0; i < _cascade.Length; i++)
            _cascade[i] = new NormalisedLms(plan.Orders[i], plan.Steps[i]);
        _stages = new double[_cascade.Length];
        _parts = new double[(_cascade.Length + 3 + 3) & ~3];
        prior = new double[_parts.Length];
        ridge = new double[_parts.Length];
        for (int i = 0; i < prior.Length; i++)
        {
            prior[i] = i <= _cascade.Length ? 1 : 0;
            ridge[i] = i == 0 ? 1000 : Tune.StackRidge;
        }
        _stack = new RecursiveLeastSquares(plan.StackMemory, plan.StackInterval, prior, ridge);
    }

    private int OwnLags { get; }

    public double First { get; private set; }

    public double Near { get; private set; }

    public double Cascaded { get; private set; }

    public double Final { get; private set; }

    public void Predict(SampleHistory history, bool matched, double like)
    {
        Span<double> inputs = _inputs;
        ReadOnlySpan<double> past = history.Past(_channel, OwnLags);
        past.CopyTo(inputs);
        int at = OwnLags;
        foreach (int other in _others)
        {
            ReadOnlySpan<double> theirs = other < _channel ? history.Present(other, _plan.OtherLags) : history.Past(other, _plan.OtherLags);
            theirs.CopyTo(inputs[at..]);
            at += _plan.OtherLags;
        }
        double previous = past[^1];
        First = Within(_first.Predict(inputs), previous);
        double sum = First;
        _parts[0] = First;
        for (int i = 0; i < _cascade.Length; i++)
        {
            _parts[i + 1] = _stages[i] = _cascade[i].Predict();
            sum += _stages[i];
        }
        Cascaded = Within(sum, previous);
        Near = First;
        if (_near is not null)
        {
            past[^_plan.NearLags..].CopyTo(_nearInputs);
            Near = Within(_near.Predict(_nearInputs), previous);
            _parts[_cascade.Length + 1] = Near - First;
        }
        _parts[^1] = matched ? like - First : 0;
        Final = Within(_stack.Predict(_parts), previous);
    }

    public void Learn(double sample)
    {
        _stack.Learn(_parts, sample);
        double residual = Quiet(sample - First);
        for (int i = 0; i < _cascade.Length; i++)
        {
            double next = Quiet(residual - _stages[i]);
            _cascade[i].Learn(next);
            _cascade[i].Add((float)residual);
            residual = next;
        }
        _first.Learn(_inputs, sample);
        _near?.Learn(_nearInputs, sample);
    }

    // A prediction that is out of any range, or not a number, says nothing.
    private static double Within(double prediction, double previous) => Math.Abs(prediction) < Farthest ? prediction : previous;

    // No denormals downstream.
    private static double Quiet(double residual) => Math.Abs(residual) < LeastResidual ? 0 : residual;
}

internal static class Tune
{
    public static double Get(string name, double value) => Environment.GetEnvironmentVariable(name) is { } text ? double.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : value;
    public static readonly double Ridge0 = Get("R0", 1), Ridge1 = Get("R1", 0.5), Prior = Get("PRIOR", 1), StackRidge = Get("SR", 10);
}

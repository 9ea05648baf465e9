namespace Tacit.Modeling.Audio;

/// <summary>Foresees one channel's samples.</summary>
/// <remarks>
/// <code>
/// past of this channel and others -> least squares --------------------> First
///                     what it misses -> LMS -> what that misses -> LMS … their sum with First: Cascaded
///               nearest past -> least squares that forgets sooner -----> Near
/// all of these, and the sample at the match, -> least squares again ---> Final
/// </code>
/// After the MPEG-4 ALS RLS-LMS predictor (Huang, Fränti, Huang and Rahardja 2013) and sac (Lehmann), with a combination that is solved
/// rather than stepped.
/// </remarks>
internal sealed class ChannelPredictor
{
    private const double Farthest = 1L << 40, LeastResidual = 1.0 / (1 << 16);

    // How sure the weights are beforehand: more so for samples longer ago.
    private const double Ridge = 1, RidgeOfAge = 2, StackRidge = 10, FirstRidge = 1000;

    private readonly AudioPlan _plan;
    private readonly int _channel, _ownLags;
    private readonly int[] _others;
    private readonly double[] _inputs, _nearInputs;
    private readonly RecursiveLeastSquares _first, _stack;
    private readonly RecursiveLeastSquares? _near;
    private readonly NormalisedLms[] _cascade;
    private readonly double[] _stages;       // what each stage of the cascade foresaw
    private readonly double[] _parts;        // inputs of the combination

    /// <summary>Starts with the last sample as the expectation.</summary>
    public ChannelPredictor(int channel, int channels, AudioPlan plan)
    {
        (_channel, _plan) = (channel, plan);
        _others = new int[Math.Min(channels - 1, AudioPlan.OtherChannels)];
        for (int i = 0; i < _others.Length; i++)
            _others[i] = (channel + channels - 1 - i) % channels;
        _ownLags = plan.OwnLags + (_others.Length == 0 ? plan.OtherLags : 0);
        _inputs = new double[_ownLags + plan.OtherLags * _others.Length];
        _first = LeastSquares(_inputs.Length, _ownLags, plan.OtherLags, AudioPlan.Memory, plan.Interval);
        _nearInputs = new double[plan.NearLags];
        if (plan.NearLags > 0)
            _near = LeastSquares(plan.NearLags, plan.NearLags, 0, AudioPlan.NearMemory, plan.NearInterval);
        _cascade = new NormalisedLms[plan.Cascade.Length];
        for (int i = 0; i < _cascade.Length; i++)
            _cascade[i] = new NormalisedLms(plan.Cascade[i], plan.Steps[i]);
        _stages = new double[_cascade.Length];

        // First and the cascade's stages count in full beforehand, the others not at all.
        _parts = new double[(_cascade.Length + 3 + 3) & ~3];
        double[] prior = new double[_parts.Length], ridge = new double[_parts.Length];
        for (int i = 0; i < prior.Length; i++)
        {
            prior[i] = i <= _cascade.Length ? 1 : 0;
            ridge[i] = i == 0 ? FirstRidge : StackRidge;
        }
        _stack = new RecursiveLeastSquares(AudioPlan.StackMemory, plan.StackInterval, prior, ridge);
    }

    /// <summary>The first stage's expectation.</summary>
    public double First { get; private set; }

    /// <summary>That of the one that forgets sooner.</summary>
    public double Near { get; private set; }

    /// <summary>The first stage's with all of the cascade's.</summary>
    public double Cascaded { get; private set; }

    /// <summary>The combination's.</summary>
    public double Final { get; private set; }

    /// <summary>Foresees the sample the history is at.</summary>
    /// <param name="history">All channels' samples.</param>
    /// <param name="match">The sample that the coming one may be like; not a number if there is none.</param>
    public void Predict(SampleHistory history, double match)
    {
        Span<double> inputs = _inputs;
        ReadOnlySpan<double> past = history.Past(_channel, _ownLags);
        past.CopyTo(inputs);
        inputs = inputs[_ownLags..];
        foreach (int other in _others)
        {
            // Of channels already known at this moment the sample now, too.
            ReadOnlySpan<double> theirs = other < _channel ? history.Present(other, _plan.OtherLags) : history.Past(other, _plan.OtherLags);
            theirs.CopyTo(inputs);
            inputs = inputs[_plan.OtherLags..];
        }
        double previous = past[^1];
        First = Within(_first.Predict(_inputs), previous);
        _parts[0] = First;
        double sum = First;
        for (int i = 0; i < _cascade.Length; i++)
        {
            _stages[i] = _cascade[i].Predict();
            _parts[i + 1] = _stages[i];
            sum += _stages[i];
        }
        Cascaded = Within(sum, previous);
        Near = First;
        if (_near is not null)
        {
            past[^_plan.NearLags..].CopyTo(_nearInputs);
            Near = Within(_near.Predict(_nearInputs), previous);
        }
        _parts[_cascade.Length + 1] = Near - First;
        _parts[^1] = double.IsNaN(match) ? 0 : match - First;
        Final = Within(_stack.Predict(_parts), previous);
    }

    /// <summary>Learns the sample that came.</summary>
    public void Learn(double sample)
    {
        _stack.Learn(_parts, sample);
        double residual = Quiet(sample - First);
        for (int i = 0; i < _cascade.Length; i++)
        {
            double missed = Quiet(residual - _stages[i]);
            _cascade[i].Learn(missed);
            _cascade[i].Add((float)residual);
            residual = missed;
        }
        _first.Learn(_inputs, sample);
        _near?.Learn(_nearInputs, sample);
    }

    // Of own samples and then those of others, each oldest first.
    private static RecursiveLeastSquares LeastSquares(int inputs, int own, int other, double memory, int interval)
    {
        double[] prior = new double[inputs], ridge = new double[inputs];
        prior[own - 1] = 1;
        for (int i = 0; i < inputs; i++)
            ridge[i] = Ridge + RidgeOfAge * (i < own ? own - 1 - i : (inputs - 1 - i) % other);
        return new RecursiveLeastSquares(memory, interval, prior, ridge);
    }

    // A prediction that is out of any range, or not a number, says nothing.
    private static double Within(double prediction, double previous) => Math.Abs(prediction) < Farthest ? prediction : previous;

    // What the cascade learns from has no denormals, nor what it makes of it.
    private static double Quiet(double residual) => Math.Abs(residual) < LeastResidual ? 0 : residual;
}

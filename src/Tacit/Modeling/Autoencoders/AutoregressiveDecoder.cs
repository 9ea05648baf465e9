using Tacit.Learning;
using Tacit.Numerics;

namespace Tacit.Modeling.Autoencoders;

/// <summary>Foresees each value from the p values before it and the latents.</summary>
/// <remarks>
/// <code>
/// plan = layers(z)                                    (B, N, K): what the latents say of each value
/// x̂_t = v · f(W [x_t−1, …, x_t−p] + U plan_t + b) + c
/// x̂_t = w · [x_t−1, …, x_t−p] + u · plan_t + c        with no units between
/// </code>
/// Values before the first are zero. Without latents and units it is an autoregression AR(p). Past values are in the
/// order of
/// the item: of an image rows from the top, of colours one channel after another.
/// </remarks>
public sealed class AutoregressiveDecoder : ItemDecoder
{
    private const int PlanColumns = 4;

    private readonly AutoencoderOptions _options;
    private readonly int _past, _size;
    private readonly LinearStack? _plan;
    private readonly Learning.Linear _window;
    private readonly Learning.Linear? _latent, _output;

    /// <summary>A decoder of these sizes.</summary>
    public AutoregressiveDecoder(AutoencoderOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        (_past, _size) = (options.Past, options.Shape.Size);
        int units = Math.Max(1, options.Units);
        if (options.Latents > 0)
        {
            _plan = Add("plan", new LinearStack(options, options.Latents, checked(_size * PlanColumns)));
            _latent = Add("latent", new Learning.Linear(PlanColumns, units, bias: false));
        }
        _window = Add("past", new Learning.Linear(_past, units));
        if (options.Units > 0)
            _output = Add("output", new Learning.Linear(units, 1));
    }

    /// <inheritdoc/>
    public override bool IsAutoregressive => true;

    /// <summary>The weights of the past, the latest value's first, of a decoder without units: an autoregression's
    /// coefficients.</summary>
    public Parameter PastWeight => _window.Weight;

    /// <summary>What is added to that.</summary>
    public Parameter PastBias => _window.Bias!;

    /// <inheritdoc/>
    public override Variable Forward(Tape tape, Variable? latents, Tensor items)
    {
        int batch = items.Shape[0];
        Tensor windows = tape.Memory.Rent(batch * _size, _past);
        for (int b = 0; b < batch; b++)
        {
            for (int t = 0; t < _size; t++)
                CopyPast(items[b].Span, t, windows[b * _size + t].Span);
        }
        Variable? plan = _plan is null ? null : tape.Reshape(_plan.Forward(tape, latents!), batch * _size, PlanColumns);
        return tape.Reshape(Foresee(tape, tape.Dropout(tape.Constant(windows), _options.PastDropout), plan), batch,
            _size);
    }

    /// <inheritdoc/>
    public override void Decode(Tape tape, Variable? latents, Tensor items, Action<Tensor, int> settle)
    {
        ArgumentNullException.ThrowIfNull(tape);
        ArgumentNullException.ThrowIfNull(settle);
        int batch = items.Shape[0];
        Tensor plan = _plan is null ? default : _plan.Forward(tape, latents!).Value;      // (B, N · K)
        // A tape of its own, whose memory each value's computation uses again.
        var steps = new Tape(tape.Workers) { IsRecording = false };
        for (int t = 0; t < _size; t++)
        {
            Tensor windows = steps.Memory.Rent(batch, _past), now = steps.Memory.Rent(batch, PlanColumns);
            for (int b = 0; b < batch; b++)
            {
                CopyPast(items[b].Span, t, windows[b].Span);
                if (!plan.IsEmpty)
                    plan[b].Span.Slice(t * PlanColumns, PlanColumns).CopyTo(now[b].Span);
            }
            // (B, 1)
            Tensor values = Foresee(steps, Tape.Input(windows), plan.IsEmpty ? null : Tape.Input(now)).Value;
            settle(values, t);
            for (int b = 0; b < batch; b++)
                items[b].Span[t] = values.Span[b];
            steps.Reset();
        }
    }

    internal static long CountOf(AutoencoderOptions o)
    {
        long units = Math.Max(1, o.Units);
        return (o.Latents > 0 ? LinearStack.Count(o, o.Latents, (long)o.Shape.Size * PlanColumns) + PlanColumns * units
            : 0)
            + (o.Past + 1L) * units + (o.Units > 0 ? units + 1 : 0);
    }

    // Windows (R, p) and what the latents say (R, K) to values (R, 1).
    private Variable Foresee(Tape tape, Variable windows, Variable? plan)
    {
        Variable x = _window.Forward(tape, windows);
        if (plan is not null)
            x = tape.Add(x, _latent!.Forward(tape, plan));
        return _output is null ? x : _output.Forward(tape, tape.Activate(x, _options.Activation));
    }

    // The latest value first.
    private void CopyPast(ReadOnlySpan<float> item, int t, Span<float> window)
    {
        int there = Math.Min(t, _past);
        for (int i = 0; i < there; i++)
            window[i] = item[t - 1 - i];
        window[there..].Clear();
    }
}

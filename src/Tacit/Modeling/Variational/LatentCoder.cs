using Tacit.Coding;
using Tacit.Learning;
using Tacit.Numerics;

namespace Tacit.Modeling.Variational;

/// <summary>The latents of a group of items on a stack, as numbers of <see cref="LatentBuckets"/>: under their posterior, and under their prior.</summary>
/// <remarks>
/// <para>
/// With a second layer y the prior is bits back again: y is popped under q(y | z), z pushed under p(z | y), y pushed under N(0, 1). By then the items
/// are on the stack, so that what is popped for y does not come from beneath it (Kingma, Abbeel and Ho, "Bit-Swap", 2019). The parts of z are
/// those of a normal distribution with the mean and deviation that z has under the prior (<see cref="TopLatents.Moments"/>).
/// </para>
/// <para>Not thread-safe.</para>
/// </remarks>
internal sealed class LatentCoder
{
    private readonly int _count;
    private readonly TopLatents? _network;
    private readonly LatentCoder? _top;
    private float[] _centre, _deviation, _means = [], _inverses = [];
    private bool _isPlaced = true;
    private int[] _topParts = [];

    /// <summary>Of a model's latents.</summary>
    public LatentCoder(VariationalNetwork network)
        : this(network.Options.Latents)
    {
        if (network.Top is not { } top)
            return;
        (_network, _top, _isPlaced) = (top, new LatentCoder(network.Options.Top), false);
    }

    private LatentCoder(int count)
    {
        (_count, _centre, _deviation) = (count, new float[count], new float[count]);
        _deviation.AsSpan().Fill(1f);
    }

    /// <summary>Takes latents under their posterior: means and log variances (B, D).</summary>
    /// <exception cref="ArithmeticException">Their posterior is not numbers.</exception>
    /// <exception cref="InvalidDataException">Their prior is not.</exception>
    public void Take(RansCoder stack, ReadOnlySpan<float> means, ReadOnlySpan<float> logVariances, Span<int> parts)
    {
        Prepare(means, logVariances);
        for (int i = 0; i < parts.Length; i++)
            parts[i] = LatentBuckets.Pop(stack, LatentBuckets.Posterior, _means[i], _inverses[i]);
    }

    /// <summary>Puts them back, the last one first.</summary>
    /// <exception cref="InvalidDataException">They were not taken under this posterior.</exception>
    public void Return(RansCoder stack, ReadOnlySpan<float> means, ReadOnlySpan<float> logVariances, ReadOnlySpan<int> parts)
    {
        Prepare(means, logVariances);
        for (int i = parts.Length - 1; i >= 0; i--)
            LatentBuckets.Push(stack, LatentBuckets.Posterior, parts[i], _means[i], _inverses[i]);
    }

    /// <summary>Codes them under the prior.</summary>
    public void Push(RansCoder stack, Tape tape, ReadOnlySpan<int> parts)
    {
        if (_network is null)
        {
            foreach (int part in parts)
                stack.Push((uint)part, 1, LatentBuckets.Bits);
            return;
        }
        Span<int> top = TopParts(parts.Length);
        (Variable mean, Variable logVariance) = _network.Posterior(tape, Tape.Input(Values(tape, parts)));
        _top!.Take(stack, mean.Value.Span, logVariance.Value.Span, top);
        PreparePrior(tape, top);
        for (int i = 0; i < parts.Length; i++)
            LatentBuckets.Push(stack, LatentBuckets.Prior, parts[i], _means[i], _inverses[i]);
        _top.Push(stack, tape, top);
    }

    /// <summary>Decodes them.</summary>
    /// <exception cref="InvalidDataException">The stack does not hold them.</exception>
    public void Pop(RansCoder stack, Tape tape, Span<int> parts)
    {
        if (_network is null)
        {
            for (int i = parts.Length - 1; i >= 0; i--)
            {
                uint part = stack.Peek(LatentBuckets.Bits);
                stack.Pop(part, 1, LatentBuckets.Bits);
                parts[i] = (int)part;
            }
            return;
        }
        Span<int> top = TopParts(parts.Length);
        _top!.Pop(stack, tape, top);
        PreparePrior(tape, top);
        for (int i = parts.Length - 1; i >= 0; i--)
            parts[i] = LatentBuckets.Pop(stack, LatentBuckets.Prior, _means[i], _inverses[i]);
        (Variable mean, Variable logVariance) = _network.Posterior(tape, Tape.Input(Values(tape, parts)));
        _top.Return(stack, mean.Value.Span, logVariance.Value.Span, top);
    }

    /// <summary>What the numbers stand for (B, D).</summary>
    public Tensor Values(Tape tape, ReadOnlySpan<int> parts)
    {
        Place();
        Tensor latents = tape.Memory.Rent(parts.Length / _count, _count);
        Span<float> values = latents.Span;
        for (int i = 0; i < values.Length; i++)
            values[i] = MathF.FusedMultiplyAdd(LatentBuckets.Centre(parts[i]), _deviation[i % _count], _centre[i % _count]);
        return latents;
    }

    // Finds where the parts lie, before they are used for the first time.
    private void Place()
    {
        if (!_isPlaced)
            (_centre, _deviation) = _network!.Moments();
        _isPlaced = true;
    }

    private Span<int> TopParts(int parts)
    {
        int count = parts / _count * _top!._count;
        if (_topParts.Length < count)
            _topParts = new int[count];
        return _topParts.AsSpan(0, count);
    }

    private void PreparePrior(Tape tape, ReadOnlySpan<int> top)
    {
        (Variable mean, Variable logVariance) = _network!.Prior(tape, Tape.Input(_top!.Values(tape, top)));
        Prepare(mean.Value.Span, logVariance.Value.Span);
    }

    // Means and e^(−v / 2), where the parts are those of N(0, 1).
    private void Prepare(ReadOnlySpan<float> means, ReadOnlySpan<float> logVariances)
    {
        Place();
        if (_means.Length < means.Length)
            (_means, _inverses) = (new float[means.Length], new float[means.Length]);
        Span<float> inverses = _inverses.AsSpan(0, means.Length);
        Elementwise.Scale(-0.5f, logVariances, inverses);
        Elementwise.Exp(inverses, inverses);
        for (int i = 0; i < means.Length; i++)
        {
            _means[i] = (means[i] - _centre[i % _count]) / _deviation[i % _count];
            inverses[i] *= _deviation[i % _count];
        }
        NanGuard.Check(_means.AsSpan(0, means.Length), "The model's distribution of latents");
        NanGuard.Check(inverses, "The model's distribution of latents");
    }
}

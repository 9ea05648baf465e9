using Tacit.Coding;
using Tacit.Learning;
using Tacit.Numerics;
using Tacit.Numerics.Elementary;

namespace Tacit.Modeling.Variational;

/// <summary>Each value is 1 with probability sigmoid(logit), else 0. Kingma and Welling 2014.</summary>
public sealed class BernoulliLikelihood : Likelihood
{
    internal BernoulliLikelihood(VariationalOptions options)
        : base(options)
    {
    }

    /// <inheritdoc/>
    public override Variable Loss(Tape tape, Variable parameters, Tensor items) =>
        tape.Bernoulli(tape.Reshape(parameters, items.Shape[0], -1), items, Reduction.MeanPerExample);

    /// <inheritdoc/>
    public override float[] Costs(ReadOnlySpan<float> parameters, ReadOnlySpan<float> items, WorkPool? workers = null)
    {
        float[] costs = new float[items.Length];
        Elementwise.Apply2<BernoulliCost>(parameters, items, costs, workers);
        return costs;
    }

    /// <inheritdoc/>
    public override void Means(ReadOnlySpan<float> parameters, Span<float> values) => Elementwise.Sigmoid(parameters, values);

    internal override RowCoder CreateCoder() => new Coder((byte)(Options.Values - 1));

    /// <summary>A 1 has the frequency 1 + ⌊p · (2^20 − 2)⌋ and the places from 0 on, a 0 those after it.</summary>
    private sealed class Coder(byte one) : RowCoder
    {
        private const int Bits = 20;
        private const uint Total = 1u << Bits;

        private float[] _probabilities = [];

        public override void Prepare(ReadOnlySpan<float> parameters)
        {
            NanGuard.Check(parameters, "The model's answer");
            Reserve(ref _probabilities, parameters.Length);
            Elementwise.Sigmoid(parameters, _probabilities.AsSpan(0, parameters.Length));
        }

        public override bool CanCode(ReadOnlySpan<byte> values) => !values.ContainsAnyExcept((byte)0, one);

        public override void Push(RansCoder coder, int row, ReadOnlySpan<byte> values)
        {
            uint ones = Ones(row);
            if (values[0] != 0)
                coder.Push(0, ones, Bits);
            else
                coder.Push(ones, Total - ones, Bits);
        }

        public override void Pop(RansCoder coder, int row, Span<byte> values)
        {
            uint ones = Ones(row);
            if (coder.Peek(Bits) < ones)
            {
                coder.Pop(0, ones, Bits);
                values[0] = one;
            }
            else
            {
                coder.Pop(ones, Total - ones, Bits);
                values[0] = 0;
            }
        }

        private uint Ones(int row) => 1 + (uint)(int)(_probabilities[row] * (Total - 2));
    }
}

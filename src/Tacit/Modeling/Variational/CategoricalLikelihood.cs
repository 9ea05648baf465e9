using Tacit.Coding;
using Tacit.Learning;
using Tacit.Numerics;

namespace Tacit.Modeling.Variational;

/// <summary>Each value is one of V whole numbers, with probabilities softmax(logits): no order among them is assumed.</summary>
public sealed class CategoricalLikelihood : Likelihood
{
    internal CategoricalLikelihood(VariationalOptions options)
        : base(options)
    {
    }

    private int Pixels => Options.Shape.Height * Options.Shape.Width;

    /// <inheritdoc/>
    public override Variable Arrange(Tape tape, Variable decoded)
    {
        Variable planes = tape.Reshape(decoded, decoded.Shape[0], Options.Shape.Channels, Options.Values, Pixels);
        return tape.Transpose(planes, 2, 3);        // (B, C, H · W, V)
    }

    /// <inheritdoc/>
    public override Variable Loss(Tape tape, Variable parameters, Tensor items) =>
        tape.Scale(tape.CrossEntropy(tape.Reshape(parameters, -1, Options.Values), Targets(items.Span)), items.Shape.Columns);

    /// <inheritdoc/>
    public override float[] Costs(ReadOnlySpan<float> parameters, ReadOnlySpan<float> items, WorkPool? workers = null)
    {
        float[] costs = new float[items.Length];
        CrossEntropy.Forward(parameters, Targets(items), costs, workers);
        return costs;
    }

    /// <inheritdoc/>
    public override void Means(ReadOnlySpan<float> parameters, Span<float> values)
    {
        int count = Options.Values;
        float[] row = new float[count];
        for (int i = 0; i < values.Length; i++)
        {
            Softmax.Forward(parameters.Slice(i * count, count), count, row);
            float mean = 0f;
            for (int v = 1; v < count; v++)
                mean += v * row[v];
            values[i] = mean / (count - 1);
        }
    }

    internal override RowCoder CreateCoder() => new Coder(Options.Values);

    private int[] Targets(ReadOnlySpan<float> items)
    {
        byte[] whole = new byte[items.Length];
        ToWhole(items, whole);
        return Array.ConvertAll(whole, value => (int)value);
    }

    /// <summary>Frequencies by <see cref="LogitFrequencies"/>.</summary>
    private sealed class Coder(int count) : RowCoder
    {
        private readonly int _bits = LogitFrequencies.TotalBits(count);
        private readonly float[] _terms = new float[count];
        private readonly uint[] _frequencies = new uint[count];
        private float[] _logits = [];

        public override void Prepare(ReadOnlySpan<float> parameters)
        {
            NanGuard.Check(parameters, "The model's answer");
            Reserve(ref _logits, parameters.Length);
            parameters.CopyTo(_logits);
        }

        public override bool CanCode(ReadOnlySpan<byte> values) => !values.ContainsAnyExceptInRange((byte)0, (byte)(count - 1));

        public override void Push(RansCoder coder, int row, ReadOnlySpan<byte> values)
        {
            Compute(row);
            uint start = 0;
            foreach (uint frequency in _frequencies.AsSpan(0, values[0]))
                start += frequency;
            coder.Push(start, _frequencies[values[0]], _bits);
        }

        public override void Pop(RansCoder coder, int row, Span<byte> values)
        {
            Compute(row);
            uint place = coder.Peek(_bits), start = 0;
            int value = 0;
            while (place - start >= _frequencies[value])
                start += _frequencies[value++];
            coder.Pop(start, _frequencies[value], _bits);
            values[0] = (byte)value;
        }

        private void Compute(int row) => LogitFrequencies.Compute(_logits.AsSpan(row * count, count), _terms, _frequencies, _bits);
    }
}

using Tacit.Numerics;
using Tacit.Numerics.Lanes;
using Tacit.Numerics.Memory;
using Tacit.Numerics.Products;
using Tacit.Numerics.Updates;

namespace Tacit.Modeling.Recurrent;

/// <summary>The backward pass of an <see cref="OnlineLstm"/> over a segment, and the step that follows from it.</summary>
internal sealed unsafe class OnlineLstmTrainer : IDisposable
{
    // Gradients of a layer's outputs are cut to this at each step back.
    private const float MostGradient = 2f;

    private readonly OnlineLstmOptions _options;
    private readonly NativeBuffer _gradient, _second, _byteSecond, _byteRows, _byteGradient, _hiddenGradient, _stateGradient;
    private readonly List<int> _rows = [];     // the bytes whose rows change
    private long _steps;
    private double _power;

    public OnlineLstmTrainer(OnlineLstmOptions options)
    {
        _options = options;
        nint all = (nint)options.Layers * options.Cells;
        _gradient = new NativeBuffer(OnlineLstm.WeightCount(options));
        _second = new NativeBuffer(OnlineLstm.WeightCount(options));
        _byteSecond = new NativeBuffer(4 * all * OnlineLstm.Values);
        _byteRows = new NativeBuffer(4 * all * options.Segment);
        _byteGradient = new NativeBuffer(4 * all);
        _hiddenGradient = new NativeBuffer(2 * all);
        _stateGradient = new NativeBuffer(all);
    }

    /// <summary>The gradient the last run took, laid out as the weights.</summary>
    internal ReadOnlySpan<float> Gradient => new(_gradient.Pointer, (int)_gradient.Length);

    public void Reset()
    {
        foreach (NativeBuffer moments in (NativeBuffer[])[_second, _byteSecond])
            new Span<float>(moments.Pointer, (int)moments.Length).Clear();
        _steps = 0;
        _power = 1.0;
        _rows.Clear();
    }

    /// <summary>Learns from a segment.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="seen">The weights it was foreseen with.</param>
    /// <param name="weights">The weights there are now.</param>
    /// <param name="target">Receives those after the step; may be <paramref name="seen"/>.</param>
    /// <param name="byteRows">The rows of weights that belong to bytes, as they are now; see <see cref="PublishByteRows"/>.</param>
    public void Run(OnlineSegment segment, float* seen, float* weights, float* target, float* byteRows)
    {
        GoBack(segment, seen);
        _steps++;
        _power *= _options.Beta;
        float root = (float)(1.0 / Math.Sqrt(1.0 - _power));
        float rate = _options.Rate / MathF.Sqrt(1f + (float)_steps / _options.RateSteps);
        float* gradient = _gradient.Pointer;
        for (int layer = 0; layer < _options.Layers; layer++)
        {
            int inputs = OnlineLstm.InputsOf(layer, _options.Cells), columns = 4 * _options.Cells;
            MatMul.Multiply(
                new Matrix(new Span<float>(segment.Inputs(layer), _options.Segment * inputs), _options.Segment, inputs).Transposed,
                new Matrix(new Span<float>(segment.Gates(layer), _options.Segment * columns), _options.Segment, columns),
                new MatrixTarget(new Span<float>(gradient, inputs * columns), inputs, columns));
            gradient += OnlineLstm.LayerCount(layer, _options.Cells);
        }
        Step(weights, target, _gradient.Pointer, _second.Pointer, _gradient.Length, rate, root);
        StepByteRows(segment, byteRows, rate, root);
    }

    /// <summary>Writes the rows that the last run has changed.</summary>
    public void PublishByteRows(float* byteRows)
    {
        int columns = 4 * _options.Cells;
        for (int i = 0; i < _rows.Count; i++)
        {
            for (int layer = 0; layer < _options.Layers; layer++)
                OnlineLstm.Copy(_byteRows.Pointer + ((nint)i * _options.Layers + layer) * columns, byteRows + ((nint)layer * OnlineLstm.Values + _rows[i]) * columns, columns);
        }
    }

    public void Dispose()
    {
        _gradient.Dispose();
        _second.Dispose();
        _byteSecond.Dispose();
        _byteRows.Dispose();
        _byteGradient.Dispose();
        _hiddenGradient.Dispose();
        _stateGradient.Dispose();
    }

    // Leaves the gradients of the gates' sums in the segment's gates.
    private void GoBack(OnlineSegment segment, float* seen)
    {
        int cells = _options.Cells, layers = _options.Layers;
        float* later = _hiddenGradient.Pointer;                 // (layers, cells): from the step after
        float* back = later + (nint)layers * cells;             // of a layer's inputs
        new Span<float>(later, layers * cells).Clear();
        new Span<float>(_stateGradient.Pointer, layers * cells).Clear();
        float* sums = _gradient.Pointer;
        for (int layer = 0; layer < layers; layer++)
        {
            sums += OnlineLstm.LayerCount(layer, cells);
            new Span<float>(sums - 8 * cells, 8 * cells).Clear();
        }
        for (int step = _options.Segment - 1; step >= 0; step--)
        {
            float* weights = seen + OnlineLstm.WeightCount(_options), gradient = _gradient.Pointer + OnlineLstm.WeightCount(_options);
            for (int layer = layers - 1; layer >= 0; layer--)
            {
                int inputs = OnlineLstm.InputsOf(layer, cells);
                weights -= OnlineLstm.LayerCount(layer, cells);
                float* dh = segment.Gradients(step) + layer * cells;
                float* gates = segment.Gates(layer) + (nint)step * 4 * cells;
                float* state = segment.States(layer) + (nint)step * cells;
                AddCut(dh, later + layer * cells, cells);
                LstmCell.Backward(new Span<float>(gates, 4 * cells), new Span<float>(state, cells), new Span<float>(state + cells, cells),
                    new Span<float>(dh, cells), new Span<float>(_stateGradient.Pointer + layer * cells, cells), new Span<float>(gates, 4 * cells), cells);
                NormBack(segment, layer, step, gates, weights + (nint)inputs * 4 * cells, gradient - 8 * cells);
                gradient -= OnlineLstm.LayerCount(layer, cells);
                if (layer == 0 && step == 0)
                    continue;
                VectorProducts.Transposed(gates, weights, inputs, 4 * cells, back);
                if (layer > 0)
                    AddCut(segment.Gradients(step) + (layer - 1) * cells, back, cells);
                OnlineLstm.Copy(back + inputs - cells, later + layer * cells, cells);
            }
        }
    }

    // From the gradient of the gates' sums as they are after norm and bias to that before; the parameters' is added up.
    private void NormBack(OnlineSegment segment, int layer, int step, float* gates, float* gain, float* gradient)
    {
        int cells = _options.Cells;
        var bias = new Span<float>(gradient + 4 * cells, 4 * cells);
        Elementwise.Add(bias, new Span<float>(gates, 4 * cells), bias);
        for (int gate = 0; gate < 4; gate++)
        {
            var sums = new Span<float>(segment.Sums(layer) + ((nint)step * 4 + gate) * cells, cells);
            var scale = new Span<float>(segment.Scales(layer) + step * 4 + gate, 1);
            var dy = new Span<float>(gates + gate * cells, cells);
            RmsNormalization.BackwardParameters(sums, scale, dy, new Span<float>(gradient + gate * cells, cells));
            RmsNormalization.Backward(sums, new Span<float>(gain + gate * cells, cells), scale, dy, dy);
        }
    }

    private static void AddCut(float* target, float* x, int count)
    {
        for (int i = 0; i < count; i++)
        {
            float sum = target[i] + x[i];
            target[i] = sum > MostGradient ? MostGradient : sum < -MostGradient ? -MostGradient : sum;
        }
    }

    // A byte's row takes part in a segment only where that byte stood; others stay, and their moments too.
    private void StepByteRows(OnlineSegment segment, float* byteRows, float rate, float root)
    {
        int columns = 4 * _options.Cells;
        _rows.Clear();
        foreach (int value in segment.Bytes)
        {
            if (_rows.Contains(value))
                continue;
            for (int layer = 0; layer < _options.Layers; layer++)
            {
                var sum = new Span<float>(_byteGradient.Pointer, columns);
                sum.Clear();
                for (int step = 0; step < _options.Segment; step++)
                {
                    if (segment.Bytes[step] == value)
                        Elementwise.Add(sum, new Span<float>(segment.Gates(layer) + (nint)step * columns, columns), sum);
                }
                nint row = ((nint)layer * OnlineLstm.Values + value) * columns;
                Step(byteRows + row, _byteRows.Pointer + ((nint)_rows.Count * _options.Layers + layer) * columns, _byteGradient.Pointer,
                    _byteSecond.Pointer + row, columns, rate, root);
            }
            _rows.Add(value);
        }
    }

    private void Step(float* weights, float* target, float* gradient, float* second, nint count, float rate, float root)
    {
        var step = new RmsStep
        {
            Weights = weights,
            Target = target,
            Gradient = gradient,
            Second = second,
            Count = count,
            Rate = rate,
            Beta = _options.Beta,
            Epsilon = 1e-6f,
            InverseRoot = root,
        };
        Widest.Run(ref step);
    }
}

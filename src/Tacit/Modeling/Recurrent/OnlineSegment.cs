using Tacit.Numerics.Memory;

namespace Tacit.Modeling.Recurrent;

/// <summary>What a segment of bytes leaves behind in an <see cref="OnlineLstm"/>: all that its gradients need.</summary>
internal sealed unsafe class OnlineSegment : IDisposable
{
    private readonly NativeBuffer _inputs, _sums, _scales, _gates, _states, _hidden, _gradients;
    private readonly int _cells, _layers, _length;

    public OnlineSegment(OnlineLstmOptions options)
    {
        (_cells, _layers, _length) = (options.Cells, options.Layers, options.Segment);
        nint all = (nint)_layers * _cells;
        Bytes = new int[_length];
        _inputs = new NativeBuffer(2 * all * _length);
        _sums = new NativeBuffer(4 * all * _length);
        _scales = new NativeBuffer((nint)4 * _layers * _length);
        _gates = new NativeBuffer(4 * all * _length);
        _states = new NativeBuffer(all * (_length + 1));
        _hidden = new NativeBuffer(all * _length);
        _gradients = new NativeBuffer(all * _length);
    }

    /// <summary>The bytes that went in.</summary>
    public int[] Bytes { get; }

    /// <summary>A layer's inputs, (steps, 2 · cells): the outputs of the layer below at that step, then its own of the step before.</summary>
    public float* Inputs(int layer) => _inputs.Pointer + (nint)layer * _length * 2 * _cells;

    /// <summary>What a layer's gates are made of, (steps, 4 · cells): sums before they are normed.</summary>
    public float* Sums(int layer) => _sums.Pointer + (nint)layer * _length * 4 * _cells;

    /// <summary>The scales of a layer's norms, (steps, 4).</summary>
    public float* Scales(int layer) => _scales.Pointer + (nint)layer * _length * 4;

    /// <summary>A layer's gates, (steps, 4 · cells).</summary>
    public float* Gates(int layer) => _gates.Pointer + (nint)layer * _length * 4 * _cells;

    /// <summary>A layer's cells, (steps + 1, cells): before each step, and after the last.</summary>
    public float* States(int layer) => _states.Pointer + (nint)layer * (_length + 1) * _cells;

    /// <summary>All layers' outputs at a step, (layers · cells).</summary>
    public float* Hidden(int step) => _hidden.Pointer + (nint)step * _layers * _cells;

    /// <summary>The gradient of all layers' outputs at a step, as far as the byte foreseen at that step goes.</summary>
    public float* Gradients(int step) => _gradients.Pointer + (nint)step * _layers * _cells;

    public void Dispose()
    {
        _inputs.Dispose();
        _sums.Dispose();
        _scales.Dispose();
        _gates.Dispose();
        _states.Dispose();
        _hidden.Dispose();
        _gradients.Dispose();
    }
}

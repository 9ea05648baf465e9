using Tacit.Numerics;
using Tacit.Numerics.Memory;
using Tacit.Numerics.Products;
using Tacit.Numerics.Threads;

namespace Tacit.Modeling.Recurrent;

/// <summary>A network that learns a stream of bytes while it foresees it: layers of LSTM cells and a softmax over the next byte.</summary>
/// <remarks>
/// <para>
/// For each byte: the layers step (<see cref="LstmCell"/>; a layer sees the byte, the layer below and itself a step
/// ago), the output layer sees all of them, and when the byte is known it takes a step of plain gradient descent. At the
/// end of a segment of bytes the gradients go back over it (truncated backpropagation through time; Williams and Peng
/// 1990), and the layers take a step of Adam without a first moment. The scheme is that of lstm-compress (Knoll 2015).
/// </para>
/// <para>
/// What is learnt from a segment is used two segments later, not one: so a second thread can learn while the next
/// segment is coded. That is part of the definition; without the thread the same work is done in between, and the numbers
/// are the same bits (determinism contract, rules 1 to 5).
/// </para>
/// <para>
/// Nothing here can become infinite or NaN: steps are bounded (<see cref="Numerics.Updates.RmsStep"/>; errors of the
/// output are within ±1), gradients are cut at every step back, and a stream has less than 2^31 bytes.
/// </para>
/// </remarks>
internal sealed unsafe class OnlineLstm : IDisposable
{
    /// <summary>Values of a byte.</summary>
    public const int Values = 256;

    // Added to the mean square of a gate's sums.
    private const float Epsilon = 1e-5f;

    private readonly OnlineLstmOptions _options;
    private readonly OnlineLstmTrainer _trainer;
    private readonly NativeBuffer _weights, _byteRows, _output, _outputBias, _carried, _probabilities, _errors;
    private OnlineSegment _segment, _learning;
    private Task? _training;
    private int _step;
    private long _segments, _count;

    /// <summary>Makes a network; call <see cref="Reset"/> before use.</summary>
    /// <param name="options">Its sizes and rates.</param>
    public OnlineLstm(OnlineLstmOptions options)
    {
        _options = options;
        Layers = options.Layers;
        Cells = options.Cells;
        _weights = new NativeBuffer(2 * WeightCount(options));
        _byteRows = new NativeBuffer((nint)Layers * Values * 4 * Cells);
        _output = new NativeBuffer((nint)Layers * Cells * Values);
        _outputBias = new NativeBuffer(Values);
        _carried = new NativeBuffer((nint)Layers * Cells);
        _probabilities = new NativeBuffer(Values);
        _errors = new NativeBuffer(Values);
        _segment = new OnlineSegment(options);
        _learning = new OnlineSegment(options);
        _trainer = new OnlineLstmTrainer(options);
    }

    /// <summary>Where to ask for a thread to learn on, or null: then the network learns in between.</summary>
    public SpareThreads? Spare { get; set; }

    public int Layers { get; }

    public int Cells { get; }

    /// <summary>What the next byte is expected to be: 256 probabilities.</summary>
    public ReadOnlySpan<float> Probabilities => new(_probabilities.Pointer, Values);

    /// <summary>The layers' weights now, laid out as <see cref="WeightCount"/> says.</summary>
    internal Span<float> LayerWeights => new(Weights, (int)WeightCount(_options));

    /// <summary>The layers' weights that belong to a byte, (layers, 256, 4 · cells).</summary>
    internal Span<float> ByteWeights => new(_byteRows.Pointer, (int)_byteRows.Length);

    /// <summary>The output layer's weights, (layers · cells, 256).</summary>
    internal Span<float> OutputWeights => new(_output.Pointer, (int)_output.Length);

    internal OnlineLstmTrainer Trainer => _trainer;

    /// <summary>Weights of all layers but those that belong to a byte: layer after layer, (inputs, 4 · cells) each.</summary>
    public static nint WeightCount(OnlineLstmOptions options)
    {
        nint count = 0;
        for (int layer = 0; layer < options.Layers; layer++)
            count += LayerCount(layer, options.Cells);
        return count;
    }

    /// <summary>Bytes of memory a network takes, with all it needs to learn.</summary>
    public static long Memory(OnlineLstmOptions options)
    {
        long all = (long)options.Layers * options.Cells;
        long weights = 4 * WeightCount(options), rows = 8 * all * Values, segments = 2 * all * (13L * options.Segment + 1) + 4 * all * options.Segment;
        return sizeof(float) * (weights + rows + segments + all * (Values + 16) + 4 * Values);
    }

    /// <summary>Weights of a layer, in rows of 4 · cells: one for each input, then the gains of the norms, then the biases.</summary>
    public static int LayerCount(int layer, int cells) => (InputsOf(layer, cells) + 2) * 4 * cells;

    /// <summary>What a layer sees besides the byte: the layer below and itself.</summary>
    public static int InputsOf(int layer, int cells) => layer == 0 ? cells : 2 * cells;

    private float* Weights => _weights.Pointer + (_segments & 1) * WeightCount(_options);

    private float* OtherWeights => _weights.Pointer + (~_segments & 1) * WeightCount(_options);

    /// <summary>Forgets everything.</summary>
    public void Reset()
    {
        _training?.Wait();
        _training = null;
        _step = 0;
        _segments = _count = 0;
        ulong stream = 0;
        float* weights = Weights;
        for (int layer = 0; layer < Layers; layer++)
        {
            int inputs = InputsOf(layer, Cells), count = inputs * 4 * Cells;
            float bound = MathF.Sqrt(3f / (inputs + Cells));
            RandomFill.Uniform(1, stream++, new Span<float>(weights, count), -bound, bound);
            weights += count;
            new Span<float>(weights, 4 * Cells).Fill(1f);
            new Span<float>(weights + 4 * Cells, 4 * Cells).Clear();
            new Span<float>(weights + 5 * Cells, Cells).Fill(1f);       // cells begin by remembering
            weights += 8 * Cells;
            RandomFill.Uniform(1, stream++, new Span<float>(_byteRows.Pointer + (nint)layer * Values * 4 * Cells, Values * 4 * Cells), -bound, bound);
        }
        Buffer.MemoryCopy(Weights, OtherWeights, WeightCount(_options) * sizeof(float), WeightCount(_options) * sizeof(float));
        Clear(_output);
        Clear(_outputBias);
        Clear(_carried);
        _trainer.Reset();
        for (int layer = 0; layer < Layers; layer++)
            new Span<float>(_segment.States(layer), Cells).Clear();
        new Span<float>(_probabilities.Pointer, Values).Fill(1f / Values);
    }

    /// <summary>Learns the byte that came, and foresees the next one.</summary>
    public void Update(byte value)
    {
        if (_count++ > 0)
            LearnOutput(value);
        if (_step == _options.Segment)
            EndSegment();
        Foresee(value);
        _step++;
    }

    public void Dispose()
    {
        _training?.Wait();
        _weights.Dispose();
        _byteRows.Dispose();
        _output.Dispose();
        _outputBias.Dispose();
        _carried.Dispose();
        _probabilities.Dispose();
        _errors.Dispose();
        _segment.Dispose();
        _learning.Dispose();
        _trainer.Dispose();
    }

    private static void Clear(NativeBuffer buffer) => new Span<float>(buffer.Pointer, (int)buffer.Length).Clear();

    private void LearnOutput(byte value)
    {
        float* p = _probabilities.Pointer, errors = _errors.Pointer, bias = _outputBias.Pointer;
        float rate = _options.OutputRate / MathF.Sqrt(1f + (float)_segments / _options.RateSteps);
        for (int i = 0; i < Values; i++)
        {
            float error = i == value ? p[i] - 1f : p[i];
            errors[i] = error = error is < Floors.Gradient and > -Floors.Gradient ? 0f : error;
            bias[i] = MathF.FusedMultiplyAdd(-rate, error, bias[i]);
        }
        int step = _step - 1;
        VectorProducts.TransposedStep(errors, _output.Pointer, Layers * Cells, Values, _segment.Hidden(step), rate, _segment.Gradients(step));
    }

    private void Foresee(byte value)
    {
        float* weights = Weights, hidden = _segment.Hidden(_step), carried = _carried.Pointer;
        _segment.Bytes[_step] = value;
        for (int layer = 0; layer < Layers; layer++, carried += Cells)
        {
            int inputs = InputsOf(layer, Cells);
            float* input = _segment.Inputs(layer) + (nint)_step * inputs;
            float* gates = _segment.Gates(layer) + (nint)_step * 4 * Cells;
            float* state = _segment.States(layer) + (nint)_step * Cells;
            if (layer > 0)
                Copy(hidden + (layer - 1) * Cells, input, Cells);
            Copy(carried, input + inputs - Cells, Cells);
            float* sums = _segment.Sums(layer) + (nint)_step * 4 * Cells;
            Copy(_byteRows.Pointer + ((nint)layer * Values + value) * 4 * Cells, sums, 4 * Cells);
            VectorProducts.AddProduct(input, weights, inputs, 4 * Cells, sums);
            weights += (nint)inputs * 4 * Cells;
            for (int gate = 0; gate < 4; gate++)
            {
                RmsNormalization.Forward(new Span<float>(sums + gate * Cells, Cells), new Span<float>(weights + gate * Cells, Cells), Epsilon,
                    new Span<float>(gates + gate * Cells, Cells), new Span<float>(_segment.Scales(layer) + 4 * _step + gate, 1));
            }
            Elementwise.Add(new Span<float>(gates, 4 * Cells), new Span<float>(weights + 4 * Cells, 4 * Cells), new Span<float>(gates, 4 * Cells));
            LstmCell.Forward(new Span<float>(gates, 4 * Cells), new Span<float>(state, Cells), new Span<float>(state + Cells, Cells),
                new Span<float>(hidden + layer * Cells, Cells), Cells);
            Copy(hidden + layer * Cells, carried, Cells);
            weights += 8 * Cells;
        }
        Copy(_outputBias.Pointer, _probabilities.Pointer, Values);
        VectorProducts.AddProduct(hidden, _output.Pointer, Layers * Cells, Values, _probabilities.Pointer);
        var p = new Span<float>(_probabilities.Pointer, Values);
        Softmax.Forward(p, Values, p);
    }

    // The segment goes to be learnt from, and what the one before it taught is used from now on.
    private void EndSegment()
    {
        if (_training is not null)
        {
            _training.Wait();
            _trainer.PublishByteRows(_byteRows.Pointer);
            _segments++;
        }
        (_segment, _learning) = (_learning, _segment);
        for (int layer = 0; layer < Layers; layer++)
            Copy(_learning.States(layer) + (nint)_options.Segment * Cells, _segment.States(layer), Cells);
        _step = 0;
        OnlineSegment learning = _learning;
        float* from = Weights, other = OtherWeights, rows = _byteRows.Pointer;
        if (Spare is { } spare && spare.TryTake())
        {
            _training = Task.Run(() =>
            {
                try
                {
                    _trainer.Run(learning, other, from, other, rows);
                }
                finally
                {
                    spare.Release();
                }
            });
        }
        else
        {
            _trainer.Run(learning, other, from, other, rows);
            _training = Task.CompletedTask;
        }
    }

    internal static void Copy(float* from, float* to, int count) => Buffer.MemoryCopy(from, to, count * sizeof(float), count * sizeof(float));
}

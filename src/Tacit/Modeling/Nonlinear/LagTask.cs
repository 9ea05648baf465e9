using Tacit.Learning;
using Tacit.Numerics;

namespace Tacit.Modeling.Nonlinear;

/// <summary>Teaches a network what the linear model leaves; the last rows are held out for validation.</summary>
/// <remarks>A batch is all rows if they are few, else rows drawn anew for each batch.</remarks>
internal sealed class LagTask : ITrainingTask
{
    private const int Batch = 512, ValidationBatch = 4096;

    private readonly LagNetwork _network;
    private readonly LagRows _rows;
    private readonly int _training;
    private readonly ulong _seed;
    private readonly float[] _inputs, _targets;

    /// <summary>The last <paramref name="heldOut"/> rows are not learnt from.</summary>
    public LagTask(LagNetwork network, LagRows rows, int heldOut, ulong seed)
    {
        (_network, _rows, _training, _seed) = (network, rows, rows.Count - heldOut, seed);
        int batch = Math.Min(_training, Batch);
        _inputs = new float[batch * rows.Lags];
        _targets = new float[batch];
        if (batch == _training)
        {
            rows.Inputs.AsSpan(0, _inputs.Length).CopyTo(_inputs);
            rows.Targets.AsSpan(0, batch).CopyTo(_targets);
        }
    }

    public Module Model => _network;

    public long ItemsPerBatch => _targets.Length;

    public bool CanValidate => true;

    public Variable Loss(Tape tape, long batch)
    {
        for (int i = 0; i < _targets.Length && _targets.Length < _training; i++)
        {
            int row = (int)(Philox.Block(_seed, RandomStreams.Batch(batch), (ulong)i).X % (uint)_training);
            _rows.Inputs.AsSpan(row * _rows.Lags, _rows.Lags).CopyTo(_inputs.AsSpan(i * _rows.Lags));
            _targets[i] = _rows.Targets[row];
        }
        return Loss(tape, _inputs, _targets);
    }

    public double Validate(Tape tape, CancellationToken cancellationToken) => Error(tape, _training, cancellationToken);

    /// <summary>The mean squared error over the rows from <paramref name="first"/> on, in units of the linear model's noise.</summary>
    public double Error(Tape tape, int first, CancellationToken cancellationToken)
    {
        double sum = 0;
        for (int at = first; at < _rows.Count; at += ValidationBatch)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = Math.Min(ValidationBatch, _rows.Count - at);
            sum += (double)Loss(tape, _rows.Inputs.AsSpan(at * _rows.Lags, count * _rows.Lags), _rows.Targets.AsSpan(at, count)).Value.Span[0] * count;
            tape.Reset();
        }
        return sum / (_rows.Count - first);
    }

    private Variable Loss(Tape tape, ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets)
    {
        Tensor z = tape.Memory.Rent(targets.Length, _rows.Lags), y = tape.Memory.Rent(targets.Length, 1);
        inputs.CopyTo(z.Span);
        targets.CopyTo(y.Span);
        return tape.SquaredError(_network.Forward(tape, Tape.Input(z)), Tape.Input(y));
    }
}

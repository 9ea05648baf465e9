using Tacit.Learning;
using Tacit.Numerics;

namespace Tacit.Modeling.Transformers;

/// <summary>Teaches a <see cref="Gpt"/> to foresee the next byte of data.</summary>
/// <remarks>
/// A batch is windows from anywhere in the data, drawn anew for each batch; validation goes over windows side by side,
/// spread evenly if there are more than are wanted.
/// </remarks>
public sealed class GptTask : ITrainingTask
{
    private readonly Gpt _model;
    private readonly ReadOnlyMemory<byte> _data, _validation;
    private readonly int _window, _validationWindow, _validationWindows, _batch;
    private readonly ulong _seed;
    private readonly int[] _tokens, _targets;

    /// <summary>A task.</summary>
    /// <param name="model">The model; a window is as long as its context. Its vocabulary has at least 256 tokens.</param>
    /// <param name="data">What to learn from: more bytes than a window.</param>
    /// <param name="validation">What to validate on; empty for no validation, at least two bytes otherwise.</param>
    /// <param name="batch">Windows in a batch.</param>
    /// <param name="validationWindows">Most windows a validation goes over.</param>
    /// <param name="seed">Decides which windows are drawn.</param>
    /// <exception cref="ArgumentException">There is too little data, or the vocabulary is too small.</exception>
    public GptTask(Gpt model, ReadOnlyMemory<byte> data, ReadOnlyMemory<byte> validation, int batch, int validationWindows, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(validationWindows, 1);
        _window = model.Options.Context;
        if (data.Length <= _window || validation.Length == 1 || model.Options.Vocabulary < 256)
        {
            throw new ArgumentException($"GptTask: {data.Length} bytes of data and {validation.Length} to validate for a window of {_window}, " +
                $"and {model.Options.Vocabulary} tokens.");
        }
        _model = model;
        _data = data;
        _validation = validation;
        _batch = batch;
        _seed = seed;
        _validationWindow = Math.Min(_window, validation.Length - 1);
        _validationWindows = validation.IsEmpty ? 0 : Math.Min(validationWindows, (validation.Length - 1) / _validationWindow);
        _tokens = new int[batch * _window];
        _targets = new int[batch * _window];
    }

    /// <inheritdoc/>
    public Module Model => _model;

    /// <inheritdoc/>
    public long ItemsPerBatch => (long)_batch * _window;

    /// <inheritdoc/>
    public bool CanValidate => !_validation.IsEmpty;

    /// <inheritdoc/>
    public Variable Loss(Tape tape, long batch)
    {
        ReadOnlySpan<byte> data = _data.Span;
        for (int b = 0; b < _batch; b++)
        {
            (uint high, uint low, _, _) = Philox.Block(_seed, RandomStreams.Batch(batch), (ulong)b);
            // A 64-bit fraction times the number of places where a window can begin.
            ulong at = Math.BigMul((ulong)high << 32 | low, (ulong)(data.Length - _window), out _);
            Take(data.Slice((int)at, _window + 1), b * _window);
        }
        return Loss(tape, _batch, _window);
    }

    /// <inheritdoc/>
    public double Validate(Tape tape, CancellationToken cancellationToken)
    {
        ReadOnlySpan<byte> data = _validation.Span;
        int there = (data.Length - 1) / _validationWindow;
        double sum = 0;
        for (int done = 0; done < _validationWindows;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = Math.Min(_batch, _validationWindows - done);
            for (int b = 0; b < count; b++)
            {
                int window = (int)((long)(done + b) * there / _validationWindows);
                Take(data.Slice(window * _validationWindow, _validationWindow + 1), b * _validationWindow);
            }
            sum += (double)Loss(tape, count, _validationWindow).Value.Span[0] * count;
            tape.Reset();
            done += count;
        }
        return sum / _validationWindows;
    }

    private void Take(ReadOnlySpan<byte> window, int at)
    {
        for (int i = 0; i < window.Length - 1; i++)
        {
            _tokens[at + i] = window[i];
            _targets[at + i] = window[i + 1];
        }
    }

    private Variable Loss(Tape tape, int batch, int length)
    {
        int count = batch * length;
        Variable logits = _model.Forward(tape, _tokens.AsMemory(0, count), batch, AttentionMask.Autoregressive);
        return tape.CrossEntropy(logits, _targets.AsMemory(0, count));
    }
}

using Tacit.Learning;
using Tacit.Modeling.LanguageModels;
using Tacit.Numerics;

namespace Tacit.Modeling.Transformers;

/// <summary>Teaches a <see cref="Gpt"/> to foresee the next token of data.</summary>
/// <remarks>
/// A batch is windows from anywhere in the data, drawn anew for each batch; validation goes over windows side by side,
/// spread evenly if there are more than are wanted.
/// </remarks>
public sealed class GptTask : ITrainingTask
{
    private readonly Gpt _model;
    private readonly TokenSequence _data;
    private readonly TokenSequence? _validation;
    private readonly int _window, _validationWindow, _validationWindows, _batch;
    private readonly ulong _seed;
    private readonly int[] _tokens, _targets, _taken;

    /// <summary>A task.</summary>
    /// <param name="model">The model; a window is as long as its context.</param>
    /// <param name="data">What to learn from: more tokens than a window, all of the model's.</param>
    /// <param name="validation">What to validate on, at least two tokens; null for no validation.</param>
    /// <param name="batch">Windows in a batch.</param>
    /// <param name="validationWindows">Most windows a validation goes over.</param>
    /// <param name="seed">Decides which windows are drawn.</param>
    /// <exception cref="ArgumentException">There is too little data.</exception>
    public GptTask(Gpt model, TokenSequence data, TokenSequence? validation, int batch, int validationWindows, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(validationWindows, 1);
        _window = model.Options.Context;
        ArgumentNullException.ThrowIfNull(data);
        if (data.Length <= _window || validation is { Length: < 2 })
            throw new ArgumentException($"GptTask: {data.Length} tokens and {validation?.Length ?? 0} to validate for a window of {_window}.");
        _model = model;
        _data = data;
        _validation = validation;
        _batch = batch;
        _seed = seed;
        _validationWindow = validation is null ? 0 : Math.Min(_window, validation.Length - 1);
        _validationWindows = validation is null ? 0 : Math.Min(validationWindows, (validation.Length - 1) / _validationWindow);
        _taken = new int[_window + 1];
        _tokens = new int[batch * _window];
        _targets = new int[batch * _window];
    }

    /// <inheritdoc/>
    public Module Model => _model;

    /// <inheritdoc/>
    public long ItemsPerBatch => (long)_batch * _window;

    /// <inheritdoc/>
    public bool CanValidate => _validation is not null;

    /// <inheritdoc/>
    public Variable Loss(Tape tape, long batch)
    {
        for (int b = 0; b < _batch; b++)
        {
            (uint high, uint low, _, _) = Philox.Block(_seed, RandomStreams.Batch(batch), (ulong)b);
            // A 64-bit fraction times the number of places where a window can begin.
            ulong at = Math.BigMul((ulong)high << 32 | low, (ulong)(_data.Length - _window), out _);
            Take(_data, (int)at, _window, b * _window);
        }
        return Loss(tape, _batch, _window);
    }

    /// <inheritdoc/>
    public double Validate(Tape tape, CancellationToken cancellationToken)
    {
        TokenSequence data = _validation ?? throw new InvalidOperationException("GptTask: there is nothing to validate on.");
        int there = (data.Length - 1) / _validationWindow;
        double sum = 0;
        for (int done = 0; done < _validationWindows;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = Math.Min(_batch, _validationWindows - done);
            for (int b = 0; b < count; b++)
            {
                int window = (int)((long)(done + b) * there / _validationWindows);
                Take(data, window * _validationWindow, _validationWindow, b * _validationWindow);
            }
            sum += (double)Loss(tape, count, _validationWindow).Value.Span[0] * count;
            tape.Reset();
            done += count;
        }
        return sum / _validationWindows;
    }

    private void Take(TokenSequence data, int from, int length, int at)
    {
        Span<int> window = _taken.AsSpan(0, length + 1);
        data.CopyTo(from, window);
        window[..^1].CopyTo(_tokens.AsSpan(at));
        window[1..].CopyTo(_targets.AsSpan(at));
    }

    private Variable Loss(Tape tape, int batch, int length)
    {
        int count = batch * length;
        Variable logits = _model.Forward(tape, _tokens.AsMemory(0, count), batch, AttentionMask.Autoregressive);
        return tape.CrossEntropy(logits, _targets.AsMemory(0, count));
    }
}

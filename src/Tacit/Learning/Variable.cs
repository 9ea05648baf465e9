using Tacit.Numerics;

namespace Tacit.Learning;

/// <summary>A value in a computation, and the gradient of the loss with respect to it.</summary>
/// <remarks>
/// Made by the operations of a <see cref="Tape"/>; their memory is the tape's and lives until <see cref="Tape.Reset"/>
/// or until the backward pass has used it. A <see cref="Parameter"/> is a variable whose memory stays.
/// </remarks>
public class Variable
{
    private Tensor _gradient;
    private bool _hasGradient;

    internal Variable(Tensor value, bool needsGradient)
    {
        Value = value;
        NeedsGradient = needsGradient;
    }

    /// <summary>The value.</summary>
    public Tensor Value { get; private protected set; }

    /// <summary>The value's shape.</summary>
    public Shape Shape => Value.Shape;

    /// <summary>Whether the backward pass computes a gradient for it.</summary>
    public bool NeedsGradient { get; internal set; }

    /// <summary>The gradient, of the value's shape; empty before the backward pass has reached it and after it has used it.</summary>
    public Tensor Gradient => _hasGradient ? _gradient : default;

    /// <summary>True if the memory of the value is another variable's: it is not given back with this one.</summary>
    internal bool IsView { get; init; }

    /// <summary>Where a gradient's contribution goes. Without an earlier one the memory is undefined and to be replaced.</summary>
    internal Tensor GradientTarget(Tape tape, out bool accumulate)
    {
        accumulate = _hasGradient;
        if (!_hasGradient)
        {
            if (_gradient.IsEmpty)
                _gradient = MakeGradient(tape);
            _hasGradient = true;
        }
        return _gradient;
    }

    /// <summary>Where a contribution is to be added: zeros if there was none.</summary>
    internal Tensor GradientSum(Tape tape)
    {
        Tensor gradient = GradientTarget(tape, out bool accumulate);
        if (!accumulate)
            gradient.Span.Clear();
        return gradient;
    }

    /// <summary>Adds a contribution to the gradient.</summary>
    internal void AddGradient(Tape tape, ReadOnlySpan<float> contribution)
    {
        Tensor gradient = GradientTarget(tape, out bool accumulate);
        if (accumulate)
            Elementwise.Add(gradient.Span, contribution, gradient.Span, tape.Workers);
        else
            contribution.CopyTo(gradient.Span);
    }

    /// <summary>Adds a contribution whose memory, rented and of this shape or a view of such, becomes the variable's own.</summary>
    internal void TakeGradient(Tape tape, Tensor contribution)
    {
        // A parameter's gradient outlives the tape's memory.
        if (!_hasGradient && _gradient.IsEmpty && this is not Parameter)
        {
            _gradient = contribution;
            _hasGradient = true;
            return;
        }
        AddGradient(tape, contribution.Span);
        tape.Memory.Return(contribution);
    }

    /// <summary><see cref="TakeGradient"/> if a gradient is needed; else the memory goes back.</summary>
    internal void TakeOrReturn(Tape tape, Tensor contribution)
    {
        if (NeedsGradient)
            TakeGradient(tape, contribution);
        else
            tape.Memory.Return(contribution);
    }

    /// <summary>Hands the gradient's memory over to whoever asks; the variable has none after.</summary>
    internal Tensor GiveGradient()
    {
        Tensor gradient = Gradient;
        _gradient = default;
        _hasGradient = false;
        return gradient;
    }

    /// <summary>Forgets the gradient; its memory stays for the next one.</summary>
    internal void ClearGradient() => _hasGradient = false;

    /// <summary>Gives value and gradient back: nothing reads them any more.</summary>
    internal void Release(Tape tape)
    {
        if (!_gradient.IsEmpty)
            tape.Memory.Return(GiveGradient());
        if (!IsView && !Value.IsEmpty)
            tape.Memory.Return(Value);
        Value = default;
    }

    private protected virtual Tensor MakeGradient(Tape tape) => tape.Memory.Rent(Shape);
}

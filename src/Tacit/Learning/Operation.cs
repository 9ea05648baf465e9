namespace Tacit.Learning;

/// <summary>One operation of a computation: what its backward pass needs.</summary>
/// <remarks>
/// For operations of your own: compute the value, keep what the gradient needs, and hand both to
/// <see cref="Tape.Record"/>. Memory rented for the backward pass is given back in it.
/// </remarks>
public abstract class Operation
{
    /// <summary>What it made.</summary>
    public Variable Output { get; internal set; } = null!;

    /// <summary>What its value was made from, for messages.</summary>
    public virtual Parameter? Weights => null;

    /// <summary>Adds this operation's contributions to the gradients of its inputs; <see cref="Output"/> has its own.</summary>
    public abstract void Backward(Tape tape);
}

using Tacit.Numerics;

namespace Tacit.Learning;

/// <summary>A linear layer: y = activation(x · Wᵀ + b).</summary>
public sealed class Linear : Module
{
    /// <summary>A layer with PyTorch's default initial values, unless others are given.</summary>
    /// <param name="inputs">I, the columns of x.</param>
    /// <param name="outputs">O, the columns of y.</param>
    /// <param name="bias">Whether there is a b.</param>
    /// <param name="initializer">Of W.</param>
    public Linear(int inputs, int outputs, bool bias = true, Initializer? initializer = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        Weight = Add(new Parameter("weight", initializer ?? Initializer.ForInputs(inputs), outputs, inputs));
        if (bias)
            Bias = Add(new Parameter("bias", initializer is null ? Initializer.ForInputs(inputs) : Initializer.Zeros, outputs));
    }

    /// <summary>W (O, I).</summary>
    public Parameter Weight { get; }

    /// <summary>b (O), if there is one.</summary>
    public Parameter? Bias { get; }

    /// <summary>(…, I) to (…, O).</summary>
    public Variable Forward(Tape tape, Variable x, Activation activation = Activation.None) => tape.Linear(x, Weight, Bias, activation);
}

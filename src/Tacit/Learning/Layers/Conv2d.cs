namespace Tacit.Learning;

/// <summary>Two-dimensional convolution with a square kernel, or one of a row.</summary>
public sealed class Conv2d : Module
{
    private readonly int _stride, _padding;

    /// <summary>A layer with PyTorch's default initial values.</summary>
    /// <param name="inputs">C, channels of the input.</param>
    /// <param name="outputs">O, channels of the output.</param>
    /// <param name="kernel">R, rows and columns of the kernel.</param>
    /// <param name="stride">Step of the kernel.</param>
    /// <param name="padding">Zeros around the input on each side.</param>
    /// <param name="bias">Whether there is a bias.</param>
    /// <param name="alongRows">Whether the kernel is one row, of two values at least, which goes along rows, each row by itself: up and down nothing is stepped or padded.</param>
    public Conv2d(int inputs, int outputs, int kernel, int stride = 1, int padding = 0, bool bias = true, bool alongRows = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(kernel, alongRows ? 2 : 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(padding);
        (_stride, _padding) = (stride, padding);
        int rows = alongRows ? 1 : kernel;
        Initializer initial = Initializer.ForInputs(inputs * rows * kernel);
        Weight = Add(new Parameter("weight", initial, outputs, inputs, rows, kernel));
        if (bias)
            Bias = Add(new Parameter("bias", initial, outputs));
    }

    /// <summary>(O, C, R, R); along rows the first R is 1.</summary>
    public Parameter Weight { get; }

    /// <summary>(O), if there is one.</summary>
    public Parameter? Bias { get; }

    /// <summary>(B, C, H, W) to (B, O, P, Q), P = ⌊(H + 2 · padding − R) / stride⌋ + 1, Q alike.</summary>
    public Variable Forward(Tape tape, Variable x) => tape.Convolve(x, Weight, Bias, _stride, _padding);
}

namespace Tacit.Learning;

/// <summary>Transposed two-dimensional convolution with a square kernel, or one of a row: the way back to a larger image.</summary>
public sealed class ConvTranspose2d : Module
{
    private readonly int _stride, _padding, _outputPadding;

    /// <summary>A layer with PyTorch's default initial values.</summary>
    /// <param name="inputs">I, channels of the input.</param>
    /// <param name="outputs">O, channels of the output.</param>
    /// <param name="kernel">R, rows and columns of the kernel.</param>
    /// <param name="stride">Step of the kernel in the output.</param>
    /// <param name="padding">Rows and columns cut off each side of the output.</param>
    /// <param name="outputPadding">Rows and columns more, below the stride.</param>
    /// <param name="bias">Whether there is a bias.</param>
    /// <param name="alongRows">Whether the kernel is one row, of two values at least, which goes along rows, each row by itself: up and down nothing is stepped or padded.</param>
    public ConvTranspose2d(int inputs, int outputs, int kernel, int stride = 1, int padding = 0, int outputPadding = 0, bool bias = true, bool alongRows = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(kernel, alongRows ? 2 : 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(padding);
        ArgumentOutOfRangeException.ThrowIfNegative(outputPadding);
        (_stride, _padding, _outputPadding) = (stride, padding, outputPadding);
        int rows = alongRows ? 1 : kernel;
        Initializer initial = Initializer.ForInputs(outputs * rows * kernel);
        Weight = Add(new Parameter("weight", initial, inputs, outputs, rows, kernel));
        if (bias)
            Bias = Add(new Parameter("bias", initial, outputs));
    }

    /// <summary>(I, O, R, R); along rows the first R is 1.</summary>
    public Parameter Weight { get; }

    /// <summary>(O), if there is one.</summary>
    public Parameter? Bias { get; }

    /// <summary>(B, I, P, Q) to (B, O, H, W), H = (P − 1) · stride − 2 · padding + R + output padding, W alike.</summary>
    public Variable Forward(Tape tape, Variable x) => tape.ConvolveTransposed(x, Weight, Bias, _stride, _padding, _outputPadding);
}

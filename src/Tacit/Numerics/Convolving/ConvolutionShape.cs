namespace Tacit.Numerics;

/// <summary>The sizes of a two-dimensional convolution.</summary>
/// <remarks>Output height is ⌊(height + 2 · padding − kernel) / stride⌋ + 1, the width alike; along rows it is the height.</remarks>
public readonly struct ConvolutionShape
{
    /// <summary>Images (B).</summary>
    public required int Batch { get; init; }

    /// <summary>Channels of the input (C).</summary>
    public required int InputChannels { get; init; }

    /// <summary>Channels of the output (O).</summary>
    public required int OutputChannels { get; init; }

    /// <summary>Rows of the input (H).</summary>
    public required int Height { get; init; }

    /// <summary>Columns of the input (W).</summary>
    public required int Width { get; init; }

    /// <summary>Rows and columns of the kernel (R); along rows its columns.</summary>
    public required int Kernel { get; init; }

    /// <summary>Step of the kernel; 0 for 1.</summary>
    public int Stride { get; init; }

    /// <summary>Zeros around the input on each side; along rows to the left and right only.</summary>
    public int Padding { get; init; }

    /// <summary>Whether the kernel is one row, (O, C, 1, R), that goes along rows: each row of the input is by itself, padded and stepped along alone.</summary>
    public bool AlongRows { get; init; }

    /// <summary>Rows of the output (P).</summary>
    public int OutputHeight => AlongRows ? Height : (Height + 2 * Padding - Kernel) / Step + 1;

    /// <summary>Columns of the output (Q).</summary>
    public int OutputWidth => (Width + 2 * Padding - Kernel) / Step + 1;

    internal int Step => Stride == 0 ? 1 : Stride;

    /// <summary>Values of one input image, one output image, and the taps of one output value.</summary>
    internal int InputSize => InputChannels * Height * Width;

    internal int Positions => OutputHeight * OutputWidth;

    internal int Taps => InputChannels * KernelSize;

    internal int KernelSize => AlongRows ? Kernel : Kernel * Kernel;

    internal void Check(string name, int input, int weights, int output)
    {
        if (Batch < 0 || InputChannels < 1 || OutputChannels < 1 || Height < 1 || Width < 1 || Kernel < 1 || Stride < 0 || Padding < 0
            || (!AlongRows && Height + 2 * Padding < Kernel) || Width + 2 * Padding < Kernel)
            throw new ArgumentException($"Convolution.{name}: these sizes do not fit together: {this}.");
        if (input != (long)Batch * InputSize || weights != (long)OutputChannels * Taps || output != (long)Batch * OutputChannels * Positions)
            throw new ArgumentException($"Convolution.{name}: {input} values of input, {weights} of weights and {output} of output do not fit {this}.");
    }

    /// <inheritdoc/>
    public override string ToString() => $"({Batch}, {InputChannels}, {Height}, {Width}) with ({OutputChannels}, {InputChannels}, {(AlongRows ? 1 : Kernel)}, {Kernel}), "
        + $"stride {Step}, padding {Padding}";
}

using Tacit.Coding;

namespace Tacit.Modeling.Variational;

/// <summary>Codes the values of distributions on a stack; a pop is the exact reverse of a push.</summary>
/// <remarks>Frequencies are whole numbers made of the network's answer by operations of the determinism contract. Not thread-safe.</remarks>
internal abstract class RowCoder
{
    /// <summary>Values of a distribution: 3 if those of a pixel are coded together, else 1.</summary>
    public virtual int Width => 1;

    /// <summary>Takes the parameters of distributions, row by row, for what is then coded.</summary>
    /// <exception cref="ArithmeticException">The model's answer is not a number.</exception>
    public abstract void Prepare(ReadOnlySpan<float> parameters);

    /// <summary>Whether values can be coded: all are among those the likelihood knows.</summary>
    public abstract bool CanCode(ReadOnlySpan<byte> values);

    /// <summary>Codes the values of a distribution.</summary>
    public abstract void Push(RansCoder coder, int row, ReadOnlySpan<byte> values);

    /// <summary>Decodes them.</summary>
    /// <exception cref="InvalidDataException">The stack does not hold them.</exception>
    public abstract void Pop(RansCoder coder, int row, Span<byte> values);

    /// <summary>Makes room for so many numbers.</summary>
    protected static void Reserve<T>(ref T[] room, int count)
    {
        if (room.Length < count)
            room = new T[count];
    }
}

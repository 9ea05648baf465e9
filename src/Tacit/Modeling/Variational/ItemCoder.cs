using Tacit.Coding;

namespace Tacit.Modeling.Variational;

/// <summary>Codes items of whole numbers under a likelihood on a stack; a pop is the exact reverse of a push.</summary>
/// <remarks>Frequencies are whole numbers made of the network's answer by operations of the determinism contract. Not thread-safe.</remarks>
internal abstract class ItemCoder
{
    /// <summary>Takes the parameters of a group of items, for what is then coded of it.</summary>
    /// <exception cref="ArithmeticException">The model's answer is not a number.</exception>
    public abstract void Prepare(ReadOnlySpan<float> parameters);

    /// <summary>Whether items can be coded: all values are among those the likelihood knows.</summary>
    public abstract bool CanCode(ReadOnlySpan<byte> values);

    /// <summary>Codes an item of the group, its last value first.</summary>
    public abstract void Push(RansCoder coder, int item, ReadOnlySpan<byte> values);

    /// <summary>Decodes it, its first value first.</summary>
    /// <exception cref="InvalidDataException">The stack does not hold it.</exception>
    public abstract void Pop(RansCoder coder, int item, Span<byte> values);

    /// <summary>Makes room for so many numbers.</summary>
    protected static void Reserve<T>(ref T[] room, int count)
    {
        if (room.Length < count)
            room = new T[count];
    }
}

using Tacit.Coding;
using Tacit.Learning;
using Tacit.Numerics;

namespace Tacit.Modeling.Variational;

/// <summary>Codes a group of items on a stack given their latents; a pop is the exact reverse of a push. Not thread-safe.</summary>
internal abstract class ItemCoder
{
    private readonly byte[] _row;

    private protected ItemCoder(VariationalNetwork network)
    {
        Network = network;
        Rows = network.Likelihood.CreateCoder() ?? throw new ArgumentException("the model's likelihood is of real numbers, which cannot be coded");
        Size = network.Options.Shape.Size;
        Pixels = network.Options.Shape.Height * network.Options.Shape.Width;
        _row = new byte[Rows.Width];
    }

    private protected VariationalNetwork Network { get; }

    private protected RowCoder Rows { get; }

    private protected int Size { get; }

    private protected int Pixels { get; }

    /// <summary>What codes items of a model.</summary>
    /// <exception cref="ArgumentException">Its likelihood is of real numbers.</exception>
    public static ItemCoder Of(VariationalAutoencoder model) =>
        model.Options.Neighbours > 0 ? new PixelItemCoder(model.Network, model.Scale) : new LatentItemCoder(model.Network);

    /// <summary>Whether items can be coded: all values are among those the likelihood knows.</summary>
    public bool CanCode(ReadOnlySpan<byte> items) => Rows.CanCode(items);

    /// <summary>Codes items.</summary>
    /// <param name="stack">The stack.</param>
    /// <param name="tape">Records nothing, and is left to be reset.</param>
    /// <param name="latents">(B, D).</param>
    /// <param name="items">B of them.</param>
    /// <exception cref="ArithmeticException">The model's answer is not a number.</exception>
    public abstract void Push(RansCoder stack, Tape tape, Tensor latents, ReadOnlySpan<byte> items);

    /// <summary>Decodes them.</summary>
    /// <exception cref="InvalidDataException">The stack does not hold them.</exception>
    /// <inheritdoc cref="Push"/>
    public abstract void Pop(RansCoder stack, Tape tape, Tensor latents, Span<byte> items);

    /// <summary>Codes the values of a distribution: one, or one of each plane.</summary>
    private protected void PushRow(RansCoder stack, int row, ReadOnlySpan<byte> items, int first)
    {
        for (int c = 0; c < _row.Length; c++)
            _row[c] = items[first + c * Pixels];
        Rows.Push(stack, row, _row);
    }

    /// <summary>Decodes them.</summary>
    private protected void PopRow(RansCoder stack, int row, Span<byte> items, int first)
    {
        Rows.Pop(stack, row, _row);
        for (int c = 0; c < _row.Length; c++)
            items[first + c * Pixels] = _row[c];
    }
}

/// <summary>Of a likelihood that knows the latents alone: item after item, in an item the last value first.</summary>
internal sealed class LatentItemCoder(VariationalNetwork network) : ItemCoder(network)
{
    private int Each => Size / Rows.Width;

    public override void Push(RansCoder stack, Tape tape, Tensor latents, ReadOnlySpan<byte> items)
    {
        Rows.Prepare(Network.Foresee(tape, Tape.Input(latents), default).Value.Span);
        for (int n = 0; n < latents.Shape[0]; n++)
        {
            for (int r = Each - 1; r >= 0; r--)
                PushRow(stack, n * Each + r, items, n * Size + r);
        }
    }

    public override void Pop(RansCoder stack, Tape tape, Tensor latents, Span<byte> items)
    {
        Rows.Prepare(Network.Foresee(tape, Tape.Input(latents), default).Value.Span);
        for (int n = latents.Shape[0] - 1; n >= 0; n--)
        {
            for (int r = 0; r < Each; r++)
                PopRow(stack, n * Each + r, items, n * Size + r);
        }
    }
}

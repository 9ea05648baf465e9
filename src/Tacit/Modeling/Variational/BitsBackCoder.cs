using Tacit.Coding;
using Tacit.Learning;
using Tacit.Numerics;

namespace Tacit.Modeling.Variational;

/// <summary>
/// Codes items of bytes under a variational autoencoder: bits back with asymmetric numeral systems. Townsend, Bird and Barber, "Practical
/// lossless compression with latent variables using bits back coding", 2019.
/// </summary>
/// <remarks>
/// <para>
/// For each item latents are popped from the stack under the posterior, the item is pushed given them, then the latents are pushed under the
/// prior (<see cref="LatentCoder"/>): an item costs −ln p(x | z) − ln p(z) + ln q(z | x), the negative evidence lower bound. Decoding pops the
/// latents, then the item, and pushes the latents back under the posterior of the item, in exactly the opposite order, so it begins with the last item.
/// </para>
/// <para>
/// The first item finds nothing to pop: its bits are words of random numbers that lie beneath the stack and are stored with it. Networks
/// are evaluated for a group of items at a time, and a group pops for all of its items first. Groups grow from one item to <see cref="MostItems"/>,
/// no faster than the stack does, so that the words beneath serve for the first few items only.
/// </para>
/// <para>Each answer of the networks has the same bits in any group, on any machine. Not thread-safe.</para>
/// </remarks>
internal sealed class BitsBackCoder(VariationalAutoencoder model)
{
    /// <summary>Items in the largest groups: enough for products of matrices to run at full speed.</summary>
    public const int MostItems = 64;

    // A group may be so much of what is on the stack.
    private const int GrowthShare = 8;

    private readonly Tape _tape = new() { IsRecording = false };
    private readonly ItemCoder _items = ItemCoder.Of(model);
    private readonly LatentCoder _latents = new(model.Network);
    private readonly int _size = model.Shape.Size;
    private readonly int[] _parts = new int[MostItems * model.Latents];

    /// <summary>Bytes of memory it takes, about.</summary>
    public static long Memory(VariationalOptions options)
    {
        long values = 2 * VariationalNetwork.WidestCount(options) + 3L * options.DecoderSizes.Shape.Size + 4L * (options.Latents + options.Top)
            + (options.Neighbours > 0 ? 3L * options.Shape.Height * options.Shape.Width * Likelihood.ParametersOfPixel(options) : 0);
        return MostItems * 2 * sizeof(float) * values;
    }

    /// <summary>Whether all values are among those the likelihood knows.</summary>
    public bool CanCode(ReadOnlySpan<byte> items) => _items.CanCode(items);

    /// <summary>Codes items.</summary>
    /// <param name="items">Whole items, at least one.</param>
    /// <param name="coded">Receives the stack.</param>
    /// <param name="advance">Told of items that are done.</param>
    /// <returns>The length, or −1 if it exceeds <paramref name="coded"/>.</returns>
    /// <exception cref="ArithmeticException">The model's answer is not a number.</exception>
    public int Encode(ReadOnlySpan<byte> items, Span<byte> coded, Action<int> advance)
    {
        var stack = new RansCoder(Beneath);
        int at = 0;
        foreach (int count in Groups(items.Length / _size))
        {
            ReadOnlySpan<byte> group = items.Slice(at * _size, count * _size);
            Span<int> parts = _parts.AsSpan(0, count * model.Latents);
            (Variable mean, Variable logVariance) = Posterior(group);
            _latents.Take(stack, mean.Value.Span, logVariance.Value.Span, parts);
            _tape.Reset();
            _items.Push(stack, _tape, _latents.Values(_tape, parts), group);
            _tape.Reset();
            _latents.Push(stack, _tape, parts);
            _tape.Reset();
            if (stack.ByteCount > coded.Length)
                return -1;
            at += count;
            advance(count);
        }
        return stack.WriteTo(coded);
    }

    /// <summary>Decodes items, the last one first.</summary>
    /// <param name="coded">The stack.</param>
    /// <param name="items">Whole items, replaced.</param>
    /// <param name="advance">Told of items that are done.</param>
    /// <exception cref="InvalidDataException">It is no such stack.</exception>
    /// <exception cref="ArithmeticException">The model's answer is not a number.</exception>
    public void Decode(ReadOnlySpan<byte> coded, Span<byte> items, Action<int> advance)
    {
        RansCoder stack = RansCoder.ReadFrom(coded);
        int[] groups = [.. Groups(items.Length / _size)];
        int at = items.Length / _size;
        for (int g = groups.Length - 1; g >= 0; g--)
        {
            int count = groups[g];
            at -= count;
            Span<byte> group = items.Slice(at * _size, count * _size);
            Span<int> parts = _parts.AsSpan(0, count * model.Latents);
            _latents.Pop(stack, _tape, parts);
            _tape.Reset();
            _items.Pop(stack, _tape, _latents.Values(_tape, parts), group);
            _tape.Reset();
            (Variable mean, Variable logVariance) = Posterior(group);
            _latents.Return(stack, mean.Value.Span, logVariance.Value.Span, parts);
            _tape.Reset();
            advance(count);
        }
        if (!stack.IsBack(Beneath))
            throw new InvalidDataException("The coded items do not end as they began: the data is damaged.");
    }

    /// <summary>Random words for a stack to lie on, the same everywhere.</summary>
    internal static uint RandomWord(ulong seed, ulong stream, int word)
    {
        (uint x, uint y, uint z, uint w) = Philox.Block(seed, stream, (ulong)(word / Philox.BlockSize));
        return (word % Philox.BlockSize) switch { 0 => x, 1 => y, 2 => z, _ => w };
    }

    private static uint Beneath(int word) => RandomWord(0, 0xB175BACC, word);

    private static IEnumerable<int> Groups(int items)
    {
        for (int done = 0; done < items;)
        {
            int count = Math.Min(items - done, Math.Clamp(done / GrowthShare, 1, MostItems));
            yield return count;
            done += count;
        }
    }

    private (Variable Mean, Variable LogVariance) Posterior(ReadOnlySpan<byte> items)
    {
        Tensor batch = _tape.Memory.Rent(items.Length / _size, _size);
        Span<float> values = batch.Span;
        for (int i = 0; i < values.Length; i++)
            values[i] = items[i];
        model.Scale.Apply(values);
        return model.Network.Posterior(_tape, Tape.Input(batch));
    }
}

using System.Runtime.CompilerServices;
using Tacit.Coding;

namespace Tacit.Modeling.ContextMixing;

/// <summary>Bytes coded with a mixer that others can be primed with: it has learnt them then, written or read.</summary>
internal static class MixedBytes
{
    // How often a look is taken at whether going on makes sense.
    private const int CheckInterval = 1 << 12;

    /// <summary>No code of so many bytes is longer.</summary>
    public static long LongestCode(int length) => length + length / 4 + 4096L;

    /// <summary>Codes bytes as far as the code has room; says how many were coded.</summary>
    /// <param name="data">The bytes.</param>
    /// <param name="model">An untaught mixer, reset for them.</param>
    /// <param name="most">Most bytes of code.</param>
    /// <param name="taken">How many bytes were coded: all, unless there was no room.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static byte[] Encode(ReadOnlySpan<byte> data, ContextMixer model, int most, out int taken, CancellationToken cancellationToken = default)
    {
        byte[] coded = new byte[(int)Math.Min(most, LongestCode(data.Length))];
        var encoder = new BinaryEncoder(coded);
        for (taken = 0; taken < data.Length;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = Math.Min(CheckInterval, data.Length - taken);
            Encode(data.Slice(taken, count), model, ref encoder);
            if (encoder.Overflowed)
                return [];
            taken += count;
        }
        int length = encoder.Finish();
        taken = length < 0 ? Math.Max(0, taken - CheckInterval) : taken;
        return length < 0 ? [] : coded[..length];
    }

    /// <summary>Decodes bytes.</summary>
    /// <exception cref="InvalidDataException">The code ends too early.</exception>
    public static void Decode(ReadOnlySpan<byte> coded, Span<byte> data, ContextMixer model, CancellationToken cancellationToken)
    {
        var decoder = new BinaryDecoder(coded);
        while (!data.IsEmpty)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = Math.Min(CheckInterval, data.Length);
            Decode(ref decoder, data[..count], model);
            if (decoder.Exhausted)
                throw new InvalidDataException("The prior's text is cut short.");
            data = data[count..];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Decode(ref BinaryDecoder decoder, Span<byte> data, ContextMixer model)
    {
        foreach (ref byte value in data)
        {
            int partial = 1;
            while (partial < 256)
            {
                int bit = decoder.Decode(model.Probability);
                model.Update(bit);
                partial = partial << 1 | bit;
            }
            value = (byte)partial;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Encode(ReadOnlySpan<byte> data, ContextMixer model, ref BinaryEncoder encoder)
    {
        foreach (byte value in data)
        {
            for (int i = 7; i >= 0; i--)
            {
                int bit = value >> i & 1;
                encoder.Encode(bit, model.Probability);
                model.Update(bit);
            }
        }
    }
}

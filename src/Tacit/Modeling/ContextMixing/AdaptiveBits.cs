using System.Runtime.CompilerServices;
using Tacit.Modeling.Series;

namespace Tacit.Modeling.ContextMixing;

/// <summary>Numbers coded bit by bit under probabilities that follow what came: one method writes and reads.</summary>
/// <remarks>A probability has 16 bits and moves by a 32nd of its error. Contexts are places in one array, which the caller lays out.</remarks>
internal sealed class AdaptiveBits
{
    private const int Shift = 5;

    /// <summary>Places a number takes, see <see cref="Number"/>.</summary>
    public const int NumberSize = 64;

    private readonly ushort[] _probabilities;

    public AdaptiveBits(int size)
    {
        _probabilities = new ushort[size];
        _probabilities.AsSpan().Fill(1 << 15);
    }

    /// <summary>A bit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Bit<TCoder>(ref TCoder coder, int place, int bit)
        where TCoder : struct, IBitCoder, allows ref struct
    {
        ref ushort p = ref _probabilities[place];
        bit = coder.Code(bit, (uint)p << 16);
        p = (ushort)(bit != 0 ? p + ((ushort.MaxValue - p) >> Shift) : p - (p >> Shift));
        return bit;
    }

    /// <summary>A value of so many bits, all of them modelled: takes 2^bits places.</summary>
    public int Tree<TCoder>(ref TCoder coder, int place, int bits, int value)
        where TCoder : struct, IBitCoder, allows ref struct
    {
        int node = 1;
        for (int i = bits - 1; i >= 0; i--)
            node = node << 1 | Bit(ref coder, place + node, value >> i & 1);
        return node - (1 << bits);
    }

    /// <summary>A whole number, small ones being likely: a zigzag of the sign, the number of bits of it plus one, and these bits.</summary>
    public int Number<TCoder>(ref TCoder coder, int place, int value)
        where TCoder : struct, IBitCoder, allows ref struct
    {
        uint zigzag = (uint)(value << 1 ^ value >> 31) + 1;
        int length = System.Numerics.BitOperations.Log2(zigzag), known = 0;
        while (known < 20 && Bit(ref coder, place + known, length > known ? 1 : 0) != 0)
            known++;
        uint read = 1;
        for (int i = known - 1; i >= 0; i--)
            read = read << 1 | (uint)Bit(ref coder, place + 20 + Math.Min(43, (known - 1 - i) * 8 + (int)(read & 7)), (int)(zigzag >> i & 1));
        read--;
        return (int)(read >> 1) ^ -(int)(read & 1);
    }

    /// <summary>Bits that are not modelled.</summary>
    public static int Plain<TCoder>(ref TCoder coder, int bits, int value)
        where TCoder : struct, IBitCoder, allows ref struct
    {
        int read = 0;
        for (int i = bits - 1; i >= 0; i--)
            read = read << 1 | coder.Code(value >> i & 1, 1u << 31);
        return read;
    }
}

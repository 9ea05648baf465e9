using System.Runtime.CompilerServices;
using Tacit.Coding;

namespace Tacit.Modeling.Series;

/// <summary>Writes the bits it is given.</summary>
internal ref struct BitWriting(Span<byte> destination) : IBitCoder
{
    private BinaryEncoder _encoder = new(destination);

    public readonly bool Failed => _encoder.Overflowed;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Code(int bit, uint probability)
    {
        _encoder.Encode(bit, probability);
        return bit;
    }

    public int Finish() => _encoder.Finish();
}

/// <summary>Reads bits, whatever it is given.</summary>
internal ref struct BitReading(ReadOnlySpan<byte> source) : IBitCoder
{
    private BinaryDecoder _decoder = new(source);

    public readonly bool Failed => _decoder.Exhausted;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Code(int bit, uint probability) => _decoder.Decode(probability);
}

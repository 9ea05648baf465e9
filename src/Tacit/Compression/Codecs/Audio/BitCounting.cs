using Tacit.Modeling.Series;

namespace Tacit.Compression.Codecs.Audio;

/// <summary>Counts what bits would cost.</summary>
internal struct BitCounting : IBitCoder
{
    public readonly bool Failed => false;

    /// <summary>The cost so far, in bits.</summary>
    public double Bits { get; private set; }

    /// <inheritdoc/>
    public int Code(int bit, uint probability)
    {
        double p = probability / 4294967296.0;
        Bits -= Math.Log2(bit != 0 ? p : 1 - p);
        return bit;
    }
}

namespace Tacit.Coding;

/// <summary>
/// A fixed distribution over symbols 0 … n − 1 for the range coder and rANS: frequencies and where they start.
/// </summary>
/// <remarks>Immutable, so safe to share between threads.</remarks>
public sealed class FrequencyTable
{
    private const int GuideBits = 8;

    private readonly uint[] _starts;    // (n + 1): the last is the total
    private readonly int[] _guide;      // by the first bits of a place: the symbol that owns the first place with them
    private readonly int _guideShift;

    /// <summary>Makes a table of given frequencies.</summary>
    /// <param name="frequencies">One per symbol, 0 for those that cannot occur; they add up to 2^totalBits.</param>
    /// <param name="totalBits">Logarithm of the total, from 0 to 24.</param>
    /// <exception cref="ArgumentException">The frequencies do not add up to the total.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such total.</exception>
    public FrequencyTable(ReadOnlySpan<uint> frequencies, int totalBits)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan<uint>(
            (uint)totalBits, RangeEncoder.MaxTotalBits, nameof(totalBits));
        TotalBits = totalBits;
        _starts = new uint[frequencies.Length + 1];
        ulong sum = 0;
        for (int i = 0; i < frequencies.Length; i++)
        {
            _starts[i] = (uint)sum;
            sum += frequencies[i];
        }
        if (sum != 1UL << totalBits)
            throw new ArgumentException($"The frequencies add up to {sum}, not {1 << totalBits}.", nameof(frequencies));
        _starts[^1] = (uint)sum;
        _guideShift = Math.Max(0, totalBits - GuideBits);
        _guide = new int[1 << totalBits >> _guideShift];
        for (int i = 0, symbol = 0; i < _guide.Length; i++)
        {
            while (_starts[symbol + 1] <= (uint)i << _guideShift)
                symbol++;
            _guide[i] = symbol;
        }
    }

    /// <summary>
    /// Makes a table of counts: see <see cref="FrequencyQuantiser"/> for the procedure and its errors.
    /// </summary>
    /// <param name="counts">How often each symbol occurs; not all zero.</param>
    /// <param name="totalBits">Logarithm of the total, from 0 to 24.</param>
    public static FrequencyTable FromCounts(ReadOnlySpan<ulong> counts, int totalBits)
    {
        uint[] frequencies = new uint[counts.Length];
        FrequencyQuantiser.Quantise(counts, frequencies, totalBits);
        return new FrequencyTable(frequencies, totalBits);
    }

    /// <summary>Logarithm of the total, from 0 to 24.</summary>
    public int TotalBits { get; }

    /// <summary>The number of symbols, n.</summary>
    public int SymbolCount => _starts.Length - 1;

    /// <summary>The sum of the frequencies of the symbols before <paramref name="symbol"/>.</summary>
    public uint Start(int symbol) => _starts[symbol];

    /// <summary>The frequency of <paramref name="symbol"/>, in units of 2^-<see cref="TotalBits"/>.</summary>
    public uint Frequency(int symbol) => _starts[symbol + 1] - _starts[symbol];

    /// <summary>The symbol that owns <paramref name="place"/>, which is below 2^<see cref="TotalBits"/>.</summary>
    public int Find(uint place)
    {
        // The last symbol that starts at or before the place. One of frequency 0 starts where the next one does, so the
        // last is the owner.
        int symbol = _guide[place >> _guideShift];
        while (_starts[symbol + 1] <= place)
            symbol++;
        return symbol;
    }
}

using Tacit.Numerics;

namespace Tacit.Coding;

/// <summary>Turns a model's logits into frequencies whose total is a power of two, each at least 1.</summary>
/// <remarks>
/// <para>The procedure, which is part of every format built on it, for n logits and the total R = 2^totalBits:</para>
/// <list type="number">
/// <item>terms e^(x − max x) as <see cref="Softmax.Terms"/> has them, the last thing in floats;</item>
/// <item>c = ⌊term · 2^24⌋, S = Σ c, F = ⌊(R − n) · 2^38 / S⌋;</item>
/// <item>each frequency is 1 + ⌊c · F / 2^38⌋, and what is missing from R goes to the first of the largest.</item>
/// </list>
/// <para>
/// A probability p becomes at least p · (1 − n/R) − 2^-totalBits: with 256 symbols and 22 bits that costs less than
/// 0.0002 bits a symbol. Linear in n and without sorting, unlike <see cref="FrequencyQuantiser"/>, which is for counts.
/// </para>
/// </remarks>
public static class LogitFrequencies
{
    /// <summary>The total for a vocabulary: 2^22 for up to 2^12 symbols, else 2^24.</summary>
    public static int TotalBits(int symbols) => symbols <= 1 << 12 ? 22 : RangeEncoder.MaxTotalBits;

    /// <summary>The most symbols: half of the largest total.</summary>
    public const int MaxSymbols = 1 << 23;

    private const int ShareBits = 38;

    /// <summary>Computes the frequencies.</summary>
    /// <param name="logits">One for each symbol.</param>
    /// <param name="terms">Room for as many floats; may be the logits' own.</param>
    /// <param name="frequencies">Receives as many frequencies.</param>
    /// <param name="totalBits">Logarithm of their total; 2^totalBits is at least twice the number of symbols.</param>
    /// <exception cref="ArgumentException">The lengths differ, or the total is too small.</exception>
    /// <exception cref="ArithmeticException">A logit is not a finite number.</exception>
    public static void Compute(ReadOnlySpan<float> logits, Span<float> terms, Span<uint> frequencies, int totalBits)
    {
        int count = logits.Length;
        if (count == 0 || terms.Length != count || frequencies.Length != count || totalBits > RangeEncoder.MaxTotalBits || count > (1 << totalBits) / 2)
            throw new ArgumentException($"{count} logits, {terms.Length} terms, {frequencies.Length} frequencies, a total of 2^{totalBits}.");
        if (NanGuard.FindNonFinite(logits) is int at and >= 0)
            throw new ArithmeticException($"The model's answer is not a number, for symbol {at}.");
        Softmax.Terms(logits, count, terms);
        ulong sum = 0;
        for (int i = 0; i < count; i++)
        {
            uint whole = (uint)(int)(terms[i] * (1 << 24));
            frequencies[i] = whole;
            sum += whole;
        }
        ulong share = ((1UL << totalBits) - (uint)count << ShareBits) / sum;
        uint given = 0;
        int largest = 0;
        uint most = 0;
        for (int i = 0; i < count; i++)
        {
            uint frequency = 1 + (uint)(frequencies[i] * share >> ShareBits);
            frequencies[i] = frequency;
            given += frequency;
            if (frequency > most)
                (largest, most) = (i, frequency);
        }
        frequencies[largest] += (1u << totalBits) - given;
    }
}

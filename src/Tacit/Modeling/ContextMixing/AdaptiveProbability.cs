using System.Runtime.CompilerServices;

namespace Tacit.Modeling.ContextMixing;

/// <summary>A probability that learns, in 32 bits: 22 bits of P(1), then 10 bits counting how often it was taught.</summary>
/// <remarks>
/// The n-th lesson moves it by 1 / (n + 1.5) of the error, so at first it is the average of what came; after the
/// limit the rate stays, so that it follows change.
/// </remarks>
internal static unsafe class AdaptiveProbability
{
    /// <summary>Largest count.</summary>
    public const int MaxCount = 1023;

    /// <summary>65536 / (n + 1.5).</summary>
    public static readonly int* Rates = MakeRates();

    /// <summary>An untaught probability with the 16-bit value <paramref name="probability"/>.</summary>
    public static uint Start(int probability, int count = 0) => (uint)probability << 16 | (uint)count;

    /// <summary>Teaches it one bit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Learn(uint* value, int* rates, int bit, int limit)
    {
        uint old = *value;
        int count = (int)(old & MaxCount);
        int p = (int)(old >> 10);
        // |error| < 2^22, rate < 2^16: the product needs 64 bits.
        p += (int)((long)((bit << 22) - bit - p) * rates[count] >> 16);
        *value = (uint)p << 10 | (uint)(count + (count < limit ? 1 : 0));
    }

    private static int* MakeRates()
    {
        var rates = (int*)Shared.Allocate((MaxCount + 1) * sizeof(int));
        for (int n = 0; n <= MaxCount; n++)
            rates[n] = 2 * 65536 / (2 * n + 3);
        return rates;
    }
}

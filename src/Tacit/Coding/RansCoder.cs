using System.Buffers.Binary;
using System.Diagnostics;

namespace Tacit.Coding;

/// <summary>A stack of coded symbols (rANS): push encodes, pop decodes the last symbol pushed.</summary>
/// <remarks>
/// <para>
/// Invariant between calls: 2^32 ≤ state &lt; 2^64. Push spills the state's low 32-bit word exactly when the pop that
/// mirrors it has to fetch one, so push and pop undo each other exactly in either order and bits-back may mix them
/// freely, symbols of different totals too.
/// </para>
/// <para>
/// Precision: with q = ⌊state / frequency⌋ after a spill, the new state is within 2^totalBits − frequency of the
/// ideal state · 2^totalBits / frequency and at least q · 2^totalBits, so a symbol costs at most 1/q of its ideal cost
/// more or less. q ≥ 2^(32 − totalBits): no more than 1/256 at 24 bits, 2^-16 at 16, and far less for all but the
/// smallest states, so messages were measured within 0.001 % of their entropy. The invariant alone would allow totals
/// up to 2^31; this bound is why they end at 2^24. Worst case: a push adds one word, and the serialised stack is the
/// words and eight bytes.
/// </para>
/// <para>Source: Duda, "Asymmetric numeral systems", 2013; bits-back on it as in Townsend, Bird and Barber 2019.</para>
/// </remarks>
public sealed class RansCoder
{
    /// <summary>The largest total is 2 to this power.</summary>
    public const int MaxTotalBits = 24;

    /// <summary>Bytes of the serialised state, which come before the words.</summary>
    public const int HeadSize = 8;

    private const ulong MinState = 1UL << 32;

    private readonly Func<int, uint>? _beneath;
    private int _borrowed;
    private uint[] _words;
    private int _count;
    private ulong _state;

    /// <summary>An empty stack: to be pushed to.</summary>
    public RansCoder()
        : this([])
    {
    }

    /// <summary>A stack that starts with random words, for bits-back to pop before anything was pushed.</summary>
    /// <param name="initialWords">
    /// The words, the top of the stack last. They come back once all that was pushed has been popped and all that was
    /// popped has been pushed. Any number: the last one is the low half of the state, which starts as 2^32 + word.
    /// </param>
    public RansCoder(ReadOnlySpan<uint> initialWords)
    {
        _state = MinState;
        _words = initialWords.ToArray();
        _count = initialWords.Length;
        if (_count > 0)
            _state |= _words[--_count];
    }

    /// <summary>An empty stack on top of words without end, for bits-back to pop before anything was pushed.</summary>
    /// <param name="beneath">
    /// The words, from 0 at the top down. Those that are popped become part of what is serialised, the others do not; the first is the low
    /// half of the state.
    /// </param>
    public RansCoder(Func<int, uint> beneath)
    {
        ArgumentNullException.ThrowIfNull(beneath);
        _beneath = beneath;
        _words = [];
        _state = MinState | beneath(_borrowed++);
    }

    private RansCoder(ulong state, uint[] words)
    {
        _state = state;
        _words = words;
        _count = words.Length;
    }

    /// <summary>Length of the serialised stack in bytes.</summary>
    public int ByteCount => checked(HeadSize + _count * sizeof(uint));

    /// <summary>Codes the symbol that owns [start, start + frequency) of [0, 2^totalBits).</summary>
    /// <param name="start">Sum of the frequencies of the symbols before it.</param>
    /// <param name="frequency">Its frequency, at least 1; start + frequency is at most 2^totalBits.</param>
    /// <param name="totalBits">Logarithm of the total, from 0 (which costs nothing) to 24.</param>
    public void Push(uint start, uint frequency, int totalBits)
    {
        Debug.Assert(IsInterval(start, frequency, totalBits));
        ulong state = _state;
        if (state >> 1 >> (63 - totalBits) >= frequency)    // the update below would overflow: spill a word
        {
            Spill((uint)state);
            state >>= 32;                                   // invariant broken here…
        }
        (ulong quotient, ulong remainder) = Math.DivRem(state, frequency);
        _state = (quotient << totalBits) + remainder + start;
        Debug.Assert(_state >= MinState);                   // …and restored: quotient ≥ 2^(32 − totalBits)
    }

    /// <summary>The place the symbol on top owns: start ≤ place &lt; start + frequency.</summary>
    /// <param name="totalBits">Logarithm of the total, from 0 to 24: the one it was pushed with.</param>
    /// <returns>A place from 0 to 2^totalBits − 1.</returns>
    public uint Peek(int totalBits)
    {
        Debug.Assert((uint)totalBits <= MaxTotalBits);
        return (uint)_state & ((1u << totalBits) - 1);
    }

    /// <summary>
    /// Removes the symbol that owns [start, start + frequency) and with it the place that was peeked.
    /// </summary>
    /// <param name="start">Sum of the frequencies of the symbols before it.</param>
    /// <param name="frequency">Its frequency, at least 1; start + frequency is at most 2^totalBits.</param>
    /// <param name="totalBits">Logarithm of the total, from 0 to 24: the one it was pushed with.</param>
    /// <exception cref="InvalidDataException">The stack does not hold that much; it is left as it was.</exception>
    public void Pop(uint start, uint frequency, int totalBits)
    {
        Debug.Assert(IsInterval(start, frequency, totalBits) && Peek(totalBits) - start < frequency);
        ulong state = frequency * (_state >> totalBits) + Peek(totalBits) - start;
        if (state < MinState)
        {
            if (_count == 0 && _beneath is null)
                throw new InvalidDataException("The rANS stack is empty: the data is cut or damaged, or bits-back was "
                    + "given too few initial words.");
            uint word = _count > 0 ? _words[--_count] : _beneath!(_borrowed++);
            state = state << 32 | word;                     // state was at least 2^8, so one word is enough
        }
        _state = state;
    }

    /// <summary>
    /// Serialises the stack: the state in eight bytes, then the words from the top down, little-endian.
    /// </summary>
    /// <returns>The length in bytes, <see cref="ByteCount"/>, or −1 if it exceeds the destination.</returns>
    public int WriteTo(Span<byte> destination)
    {
        int length = ByteCount;
        if (destination.Length < length)
            return -1;
        BinaryPrimitives.WriteUInt64LittleEndian(destination, _state);
        Span<byte> rest = destination[HeadSize..];
        for (int i = _count - 1; i >= 0; i--, rest = rest[sizeof(uint)..])
            BinaryPrimitives.WriteUInt32LittleEndian(rest, _words[i]);
        return length;
    }

    /// <summary>
    /// Restores a stack that is exactly <paramref name="source"/>, as <see cref="WriteTo"/> wrote it.
    /// </summary>
    /// <exception cref="InvalidDataException">It is shorter than a state, not whole words, or no state.</exception>
    public static RansCoder ReadFrom(ReadOnlySpan<byte> source)
    {
        if (source.Length < HeadSize || source.Length % sizeof(uint) != 0)
            throw new InvalidDataException($"A rANS stack of {source.Length} bytes: expected eight for the state and "
                + "four for each word.");
        ulong state = BinaryPrimitives.ReadUInt64LittleEndian(source);
        if (state < MinState)
            throw new InvalidDataException($"A rANS state of {state:x16} is below 2^32: the data is damaged.");
        ReadOnlySpan<byte> rest = source[HeadSize..];
        uint[] words = new uint[rest.Length / sizeof(uint)];
        for (int i = words.Length - 1; i >= 0; i--, rest = rest[sizeof(uint)..])
            words[i] = BinaryPrimitives.ReadUInt32LittleEndian(rest);
        return new RansCoder(state, words);
    }

    /// <summary>Whether nothing is left but words that <see cref="RansCoder(Func{int, uint})"/> was given: all was popped that was pushed on them.</summary>
    public bool IsBack(Func<int, uint> beneath)
    {
        ArgumentNullException.ThrowIfNull(beneath);
        bool same = _state == (MinState | beneath(0));
        for (int i = 0; i < _count; i++)
            same &= _words[_count - 1 - i] == beneath(i + 1);
        return same;
    }

    private void Spill(uint word)
    {
        if (_count == _words.Length)
            Array.Resize(ref _words, Math.Max(16, checked(_count * 2)));
        _words[_count++] = word;
    }

    private static bool IsInterval(uint start, uint frequency, int totalBits) =>
        (uint)totalBits <= MaxTotalBits && frequency > 0 && (ulong)start + frequency <= 1UL << totalBits;
}

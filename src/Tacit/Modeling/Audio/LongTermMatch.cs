namespace Tacit.Modeling.Audio;

/// <summary>Finds where the sound was nearly the same before: loops, repeated notes, samples played again.</summary>
/// <remarks>
/// A table has for a hash of the last six samples of the first channel where they ended last. What it finds becomes the match if the last
/// 32 samples differ less there than at the match there is.
/// </remarks>
internal sealed class LongTermMatch
{
    private const int Hashed = 6, Compared = 32, TableBits = 16;

    private readonly int[][] _samples;      // rings
    private readonly int[] _table = new int[1 << TableBits];   // moments after which they came, plus 1
    private readonly int _mask;
    private int _now, _lag;

    /// <param name="channels">Channels.</param>
    /// <param name="window">Moments that are remembered, a power of two.</param>
    public LongTermMatch(int channels, int window)
    {
        _mask = window - 1;
        _samples = new int[channels][];
        for (int i = 0; i < channels; i++)
            _samples[i] = new int[window];
    }

    /// <summary>Bytes of memory.</summary>
    public static long Memory(int channels, int window) => sizeof(int) * ((1L << TableBits) + (long)channels * window);

    /// <summary>Whether there is a match.</summary>
    public bool Found => _lag > 0;

    /// <summary>The channel's sample that the coming one may be like.</summary>
    public int Expected(int channel) => _samples[channel][(_now - _lag) & _mask];

    /// <summary>Sets the sample now.</summary>
    public void Add(int channel, long value) => _samples[channel][_now & _mask] = (int)value;

    /// <summary>Goes on to the next moment.</summary>
    public void Advance()
    {
        _now++;
        if (_now < Compared)
            return;
        int[] samples = _samples[0];
        int last = samples[(_now - 1) & _mask];
        if (last == samples[(_now - 2) & _mask] && last == samples[(_now - 3) & _mask])
            return;
        uint hash = 0;
        for (int i = 1; i <= Hashed; i++)
            hash = (hash + (uint)samples[(_now - i) & _mask]) * 0x9E3779B1u;
        ref int place = ref _table[hash >> (32 - TableBits)];
        int lag = place == 0 ? 0 : _now - place;
        place = _now;
        if (lag > 0 && lag != _lag && lag <= _mask - Compared && _now - lag >= Compared && IsSame(lag)
            && (_lag == 0 || Distance(lag) < Distance(_lag)))
            _lag = lag;
    }

    // Whether what was hashed is the same there: nearly all the table finds is not.
    private bool IsSame(int lag)
    {
        int[] samples = _samples[0];
        for (int i = 1; i <= Hashed; i++)
        {
            if (samples[(_now - i) & _mask] != samples[(_now - i - lag) & _mask])
                return false;
        }
        return true;
    }

    private long Distance(int lag)
    {
        int[] samples = _samples[0];
        long sum = 0;
        for (int i = 1; i <= Compared; i++)
            sum += Math.Abs((long)samples[(_now - i) & _mask] - samples[(_now - i - lag) & _mask]);
        return sum;
    }
}

using System.Numerics;
using System.Runtime.CompilerServices;
using Tacit.Modeling.Series;

namespace Tacit.Modeling.Audio;

/// <summary>Codes the samples of all channels, moment by moment.</summary>
/// <remarks>When all channels have stood still for a while, one flag says that they still do, and nothing is learnt.</remarks>
internal sealed class AudioModel : IDisposable
{
    private const int Patience = 64, FlagRate = 5, BytesOfAChannel = 1 << 18;

    // Moments that are searched for a match.
    private const int LeastWindow = 1 << 10, MostWindow = 1 << 20;
    private const uint LeastProbability = 1 << 14;

    private readonly ChannelModel[] _channels;
    private readonly SampleHistory _history;
    private readonly LongTermMatch _match;
    private readonly long[] _last;
    private int _still;                        // moments that were like the one before
    private uint _stays = uint.MaxValue / 2;   // P(one more is) in units of 2^-32

    /// <summary>Starts with nothing known.</summary>
    /// <param name="channels">Channels.</param>
    /// <param name="level">1 to 9.</param>
    /// <param name="moments">How many samples of each are to come.</param>
    public AudioModel(int channels, int level, int moments)
    {
        _match = new LongTermMatch(channels, Window(moments));
        AudioPlan plan = AudioPlan.For(level);
        _channels = new ChannelModel[channels];
        for (int i = 0; i < channels; i++)
            _channels[i] = new ChannelModel(i, channels, plan);
        _history = new SampleHistory(channels);
        _last = new long[channels];
    }

    /// <summary>Most bytes the models of so many channels take, for so many bytes of samples.</summary>
    public static long Memory(int channels, int length) =>
        channels * (ResidualCoder.Size + BytesOfAChannel) + LongTermMatch.Memory(channels, Window(length / channels)) + 2L * sizeof(int) * length;

    /// <summary>Low bits that are 0 in the samples of a channel to come.</summary>
    public int ShiftOf(int channel) => _channels[channel].Shift;

    /// <summary>Sets them.</summary>
    public void SetShift(int channel, int shift) => _channels[channel].Shift = shift;

    /// <summary>Codes one sample of each channel.</summary>
    /// <param name="coder">The coder.</param>
    /// <param name="samples">The samples; a decoder's are set.</param>
    /// <param name="absent">Channels that have none this time; empty if all have one.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Code<T>(ref T coder, Span<long> samples, ReadOnlySpan<bool> absent)
        where T : struct, IBitCoder, allows ref struct
    {
        bool all = !absent.Contains(true);
        if (_still >= Patience && all)
        {
            int same = coder.Code(samples.SequenceEqual(_last) ? 1 : 0, Math.Clamp(_stays, LeastProbability, uint.MaxValue - LeastProbability));
            if (same != 0)
            {
                _stays += (uint.MaxValue - _stays) >> FlagRate;
                _last.CopyTo(samples);
                for (int i = 0; i < samples.Length; i++)
                {
                    _history.Add(i, samples[i]);
                    _match.Add(i, samples[i]);
                }
                _history.Advance();
                _match.Advance();
                return;
            }
            _stays -= _stays >> FlagRate;
        }
        bool still = all;
        for (int i = 0; i < _channels.Length; i++)
        {
            if (!all && absent[i])
            {
                _history.Repeat(i);
                _match.Add(i, _last[i]);
                continue;
            }
            samples[i] = _channels[i].Code(ref coder, samples[i], _history, _match, _channels[i > 0 ? i - 1 : _channels.Length - 1].Surprise);
            still &= samples[i] == _last[i];
            _last[i] = samples[i];
            _match.Add(i, samples[i]);
        }
        _still = still ? Math.Min(_still + 1, Patience) : 0;
        _history.Advance();
        _match.Advance();
    }

    private static int Window(int moments) => (int)BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(moments, LeastWindow, MostWindow));

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ChannelModel channel in _channels)
            channel.Dispose();
    }
}

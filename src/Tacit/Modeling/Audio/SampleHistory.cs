namespace Tacit.Modeling.Audio;

/// <summary>The latest samples of each channel, as doubles; zero before the start.</summary>
internal sealed class SampleHistory
{
    /// <summary>Most samples that may be asked for.</summary>
    public const int Longest = 128;

    private const int Capacity = 2048;

    private readonly double[][] _samples;
    private int _time = Longest;

    /// <summary>No sample yet.</summary>
    public SampleHistory(int channels)
    {
        _samples = new double[channels][];
        for (int i = 0; i < channels; i++)
            _samples[i] = new double[Capacity];
    }

    /// <summary>The samples before now, oldest first.</summary>
    public ReadOnlySpan<double> Past(int channel, int count) => _samples[channel].AsSpan(_time - count, count);

    /// <summary>The same with the one now, which must have been added.</summary>
    public ReadOnlySpan<double> Present(int channel, int count) => _samples[channel].AsSpan(_time - count + 1, count);

    /// <summary>Sets the sample now.</summary>
    public void Add(int channel, double value) => _samples[channel][_time] = value;

    /// <summary>This moment has no sample here: the last one stands in.</summary>
    public void Repeat(int channel) => _samples[channel][_time] = _samples[channel][_time - 1];

    /// <summary>Goes on to the next time.</summary>
    public void Advance()
    {
        if (++_time < Capacity)
            return;
        foreach (double[] channel in _samples)
            channel.AsSpan(Capacity - Longest).CopyTo(channel);
        _time = Longest;
    }
}

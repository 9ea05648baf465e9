using Tacit.Compression;
using Tacit.Compression.Codecs.Audio;
using Tacit.Media.Audio;

namespace Tacit.Reports;

/// <summary>The samples of a sound and what each moment of them costs under codec audio.</summary>
public sealed class SoundCosts
{
    private readonly float[] _bits;

    private SoundCosts(string name, int level, Sound sound, float[] bits) => (Name, Level, Sound, _bits) = (name, level, sound, bits);

    /// <summary>What the sound is called.</summary>
    public string Name { get; }

    /// <summary>The level it was measured with.</summary>
    public int Level { get; }

    /// <summary>Its samples.</summary>
    public Sound Sound { get; }

    /// <summary>What each moment costs, all channels together, in bits.</summary>
    public ReadOnlyMemory<float> Bits => _bits;

    /// <summary>Measures a WAV or AIFF file as one block; null if it is none.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="file">At most <see cref="CostMeasurement.MaxBytes"/>.</param>
    /// <param name="level">1 to 9.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="ArgumentOutOfRangeException">Too many bytes, or no such level.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static SoundCosts? Measure(string name, ReadOnlySpan<byte> file, int level, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(file.Length, CostMeasurement.MaxBytes, nameof(file));
        ArgumentOutOfRangeException.ThrowIfLessThan(level, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(level, 9);
        if (AudioLayout.Read(file) is not { } layout || !AudioCodec.Part(file.Length, 0, layout, out int prefix, out int end))
            return null;
        PcmFormat format = layout.Format;
        AudioBlockHead head = AudioBlockPlanner.Plan(file, format, prefix, end);
        float[] bits = new float[(end - prefix) / format.FrameLength];
        new AudioBlockCode(head, level).Measure(file, bits, new WorkMonitor(null, cancellationToken));
        return new SoundCosts(name, level, Sound.Of(format, file[prefix..end]), bits);
    }
}

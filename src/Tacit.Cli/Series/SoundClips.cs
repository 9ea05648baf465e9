using System.Globalization;
using Tacit.Cli.Files;
using Tacit.Media.Audio;
using Tacit.Modeling;

namespace Tacit.Cli.Series;

/// <summary>Pieces of sound that a model makes, one after another in a WAV file; the model keeps their rate.</summary>
internal static class SoundClips
{
    /// <summary>What a model file calls the rate.</summary>
    public const string RateKey = "sample_rate";

    private const int PausesInASecond = 10, MostSamples = 1 << 27;

    /// <summary>Whether an output's name asks for a sound.</summary>
    public static bool IsSoundName(string path) => path.EndsWith(".wav", StringComparison.OrdinalIgnoreCase);

    /// <summary>What a model file says of the sounds it learnt from; nothing if the rate is 0, of data that are none.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Describe(int rate) =>
        rate == 0 ? [] : [new(RateKey, rate.ToString(CultureInfo.InvariantCulture))];

    /// <summary>Samples a second of the sounds a model learnt from; null if it does not say.</summary>
    public static int? KnownRate(ModelFile model) =>
        int.TryParse(model.Tensors.FindMetadata(RateKey), NumberStyles.None, CultureInfo.InvariantCulture, out int rate) && rate is > 0 and <= Sound.HighestRate ? rate : null;

    /// <summary>Samples a second of the sounds a model learnt from.</summary>
    /// <exception cref="InvalidDataException">It did not learn from sounds.</exception>
    public static int RateOf(OpenModel model) => KnownRate(model.File)
        ?? throw new InvalidDataException($"{ModelInput.NameOf(model.Path)}: the model did not learn from sounds, so that it makes no OUT.wav");

    /// <summary>Makes sure that sounds have the rate of those the model learnt from, if it did and they are some.</summary>
    /// <exception cref="InvalidDataException">They have another.</exception>
    public static void CheckRate(ModelFile? model, int rate)
    {
        if (model is not null && rate > 0 && KnownRate(model) is { } known && known != rate)
            throw new InvalidDataException($"the sounds have {rate} samples a second, those the model was trained on {known}");
    }

    /// <summary>Writes clips with a tenth of a second of silence between.</summary>
    /// <param name="stream">Takes the WAV file.</param>
    /// <param name="clips">Samples, full scale being 1.</param>
    /// <param name="rate">Samples a second.</param>
    /// <exception cref="InvalidDataException">They are too long together (<see cref="CheckLength"/>).</exception>
    public static void Write(Stream stream, IReadOnlyList<ReadOnlyMemory<float>> clips, int rate)
    {
        double[] samples = new double[CheckLength(clips.Sum(c => (long)c.Length), clips.Count, rate)];
        int at = 0, pause = rate / PausesInASecond;
        foreach (ReadOnlyMemory<float> clip in clips)
        {
            foreach (float sample in clip.Span)
                samples[at++] = sample;
            at += pause;
        }
        Sound.WriteWav(stream, samples, rate);
    }

    /// <summary>Samples of clips with the silence between; to be asked before they are made.</summary>
    /// <param name="samples">Of all clips.</param>
    /// <param name="clips">How many.</param>
    /// <param name="rate">Samples a second.</param>
    /// <exception cref="InvalidDataException">They are too long together.</exception>
    public static int CheckLength(long samples, int clips, int rate) => samples + (clips - 1L) * (rate / PausesInASecond) is var all and <= MostSamples ? (int)all
        : throw new InvalidDataException($"{clips} pieces of sound are too long for one file; a smaller -n");
}

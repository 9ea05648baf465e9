using System.Globalization;
using Tacit.Cli.Files;
using Tacit.Compression;

namespace Tacit.Cli.Terminal;

/// <summary>Something that shows archives.</summary>
internal interface IArchiveTable
{
    /// <summary>Takes an archive, which is open during the call only.</summary>
    void Add(ListedArchive archive);

    /// <summary>Shows what has not been shown.</summary>
    void End();
}

/// <summary>One row of a list.</summary>
internal sealed class ListedArchive(string name, long compressedLength, TacitArchive archive, ModelPlaces models)
{
    public static IReadOnlyList<string> Headings { get; } = ["raw", "compressed", "ratio", "codec", "name"];

    public string Name => Report.Printable(name);

    public long CompressedLength => compressedLength;

    public TacitArchive Archive => archive;

    /// <summary>Where models the archive names may be.</summary>
    public ModelPlaces Models => models;

    /// <summary>Codec and level, or "several".</summary>
    public string Codec
    {
        get
        {
            string codec = archive.Frames[0].CodecSummary;
            return archive.Frames.All(frame => frame.CodecSummary == codec) ? codec : "several";
        }
    }

    public string[] Cells =>
        [Number(archive.Length), Number(compressedLength), ByteSize.Ratio(compressedLength, archive.Length), Codec, Name + Sound(archive)];

    /// <summary>Rate, channels and seconds of one frame's samples, in words; null if it has none, or is damaged where it says so.</summary>
    public static string? SoundOf(TacitArchive archive, TacitFrame frame) => Describe(archive, frame) is not { } audio ? null
        : string.Create(CultureInfo.InvariantCulture, $"{(audio.Format.Rate > 0 ? $"{audio.Format.Rate} Hz, " : "")}{audio.Format.Channels} {(audio.Format.Channels == 1 ? "channel" : "channels")}, ")
            + (audio.Seconds is { } seconds ? string.Create(CultureInfo.InvariantCulture, $"{seconds:0.00} s") : string.Create(CultureInfo.InvariantCulture, $"{audio.Moments} samples"));

    private static TacitAudio? Describe(TacitArchive archive, TacitFrame frame)
    {
        try
        {
            return archive.DescribeAudio(frame);
        }
        catch (InvalidDataException)
        {
            return null;   // a list tells what there is; "test" tells what is damaged
        }
    }

    private static string Sound(TacitArchive archive) =>
        archive.Frames.Count == 1 && SoundOf(archive, archive.Frames[0]) is { } sound ? $" ({sound})" : "";

    public static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}

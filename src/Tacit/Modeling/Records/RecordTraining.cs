using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace Tacit.Modeling.Records;

/// <summary>How a model of records is trained.</summary>
public sealed class RecordTrainingOptions
{
    /// <summary>Small, or fast.</summary>
    public RecordProfile Profile { get; set; }

    /// <summary>Most bytes of the model file; 64 KiB to <see cref="RecordModel.MaxFileSize"/>, 1 MiB unless set.</summary>
    public int MaxModelSize { get; set; } = 1 << 20;

    /// <summary>What records look like, or null to find out.</summary>
    public RecordSyntax? Syntax { get; set; }
}

/// <summary>Trains models of records.</summary>
public static class RecordTraining
{
    /// <summary>Fewest samples.</summary>
    public const int LeastSamples = 2;

    // What a file has besides contexts: weights, maps, links and the header take about so much at most.
    private const int Reserve = 96 << 10;

    /// <summary>Trains a model; the same samples in the same order give the same bytes.</summary>
    /// <param name="samples">Records of one kind, a few dozen at least to be of use; kept in memory.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Stops the training.</param>
    /// <returns>The model file.</returns>
    /// <exception cref="ArgumentException">There are fewer than two samples, or the options cannot be.</exception>
    public static byte[] Train(IReadOnlyList<byte[]> samples, RecordTrainingOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(samples);
        options ??= new();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxModelSize, 1 << 16, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.MaxModelSize, RecordModel.MaxFileSize, nameof(options));
        if (samples.Count < LeastSamples)
        {
            throw new ArgumentException(samples.Count == 0 ? "There are no samples to learn from."
                : "One sample is not enough to learn from: a few dozen are of use, thousands better.", nameof(samples));
        }
        (RecordSyntax syntax, byte separator) = RecordSyntaxDetection.Detect(samples);
        if (options.Syntax is { } given && given != syntax)
            (syntax, separator) = (given, (byte)',');
        // Weights and maps are cut only by what they are; so contexts give way until the whole fits.
        for (int most = Math.Max(options.MaxModelSize - Reserve, options.MaxModelSize / 2); ; most = most / 4 * 3)
        {
            (RecordParameters model, byte[] contexts, RecordTeacher teacher) =
                RecordTrainer.Fit(samples, options.Profile, syntax, separator, most, cancellationToken);
            byte[] file = RecordModel.Write(model, contexts, teacher, Provenance(samples));
            if (file.Length <= options.MaxModelSize || most < 1024)
                return file;
        }
    }

    private static KeyValuePair<string, string>[] Provenance(IReadOnlyList<byte[]> samples)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[4];
        foreach (byte[] sample in samples)
        {
            BinaryPrimitives.WriteInt32LittleEndian(length, sample.Length);
            hash.AppendData(length);
            hash.AppendData(sample);
        }
        return
        [
            new("samples", samples.Count.ToString(NumberFormatInfo.InvariantInfo)),
            new("data_sha256", Convert.ToHexStringLower(hash.GetHashAndReset())),
        ];
    }
}

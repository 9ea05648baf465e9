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

    /// <summary>The seed the samples were chosen by, to be kept in the file; null if they were not chosen.</summary>
    public ulong? Seed { get; set; }

    /// <summary>How many samples they were chosen from, to be kept in the file; null for as many as there are.</summary>
    public long? Offered { get; set; }
}

/// <summary>Trains models of records.</summary>
public static class RecordTraining
{
    /// <summary>Fewest samples.</summary>
    public const int LeastSamples = 2;

    // What a file has besides contexts: weights, maps, links and the header. Of a small file they may take a part only.
    private const int Reserve = 96 << 10;
    private const int PartOfWeights = 4, PartOfLinks = 8;

    // Contexts that are fewer are of no use.
    private const int LeastContexts = 4096;

    /// <summary>Trains a model; the same samples in the same order give the same bytes.</summary>
    /// <param name="samples">Records of one kind, a few dozen at least to be of use; kept in memory.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Stops the training.</param>
    /// <returns>The model file.</returns>
    /// <exception cref="ArgumentException">There are fewer than two samples, the options cannot be, or no model of them is so small.</exception>
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
        int maxLinks = Math.Min(RecordLinks.MaxLinks, options.MaxModelSize / PartOfLinks / RecordLinks.EntrySize);
        int most = Math.Max(options.MaxModelSize - Reserve, options.MaxModelSize / 2);
        while (true)
        {
            (RecordParameters model, byte[] contexts, RecordTeacher teacher) =
                RecordTrainer.Fit(samples, options.Profile, syntax, separator, most, maxLinks, cancellationToken);
            byte[] file = RecordModel.Write(model, contexts, teacher, options.MaxModelSize / PartOfWeights, Provenance(samples, options));
            int over = file.Length - options.MaxModelSize;
            if (over <= 0)
                return file;
            // The contexts give way; what weighs fewer of them is hardly longer.
            most = contexts.Length - over - over / 16;
            if (most < LeastContexts)
                throw new ArgumentException($"A model of these samples takes {file.Length - contexts.Length + LeastContexts} bytes at least.");
        }
    }

    private static KeyValuePair<string, string>[] Provenance(IReadOnlyList<byte[]> samples, RecordTrainingOptions options)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[4];
        foreach (byte[] sample in samples)
        {
            BinaryPrimitives.WriteInt32LittleEndian(length, sample.Length);
            hash.AppendData(length);
            hash.AppendData(sample);
        }
        var provenance = new List<KeyValuePair<string, string>>
        {
            new("samples", samples.Count.ToString(NumberFormatInfo.InvariantInfo)),
            new("data_sha256", Convert.ToHexStringLower(hash.GetHashAndReset())),
        };
        if (options.Offered is { } offered && offered != samples.Count)
            provenance.Add(new("samples_offered", offered.ToString(NumberFormatInfo.InvariantInfo)));
        if (options.Seed is { } seed)
            provenance.Add(new("seed", seed.ToString(NumberFormatInfo.InvariantInfo)));
        return [.. provenance];
    }
}

using System.Globalization;
using System.Security.Cryptography;
using Tacit.Cli.Files;
using Tacit.Cli.Terminal;
using Tacit.Media;

namespace Tacit.Cli.Training;

/// <summary>The bytes of files, one after another, and which of them are kept for validation.</summary>
internal sealed class TrainData
{
    private TrainData(FileBytes all, int split, FileBytes? validation, float share)
    {
        Share = share;
        Training = all.Bytes.AsMemory(0, split);
        Validation = validation?.Bytes ?? all.Bytes.AsMemory(split);
        Files = all.Files;
        ValidationFiles = validation?.Files;
    }

    /// <summary>The files to learn from, for kinds that read items and choose themselves which of them to validate on.</summary>
    public IReadOnlyList<DataFile> Files { get; }

    /// <summary>The files that are named for validation, or null.</summary>
    public IReadOnlyList<DataFile>? ValidationFiles { get; }

    /// <summary>The share of the items that such a kind keeps for validation if no files are named for it.</summary>
    public float Share { get; }

    /// <summary>To learn from.</summary>
    public ReadOnlyMemory<byte> Training { get; }

    /// <summary>To validate on; may be empty.</summary>
    public ReadOnlyMemory<byte> Validation { get; }

    /// <summary>Lengths and hashes: what the model file says of the data.</summary>
    public IEnumerable<KeyValuePair<string, string>> Metadata =>
    [
        new("data_bytes", Training.Length.ToString(CultureInfo.InvariantCulture)),
        new("data_sha256", Convert.ToHexStringLower(SHA256.HashData(Training.Span))),
        new("validation_bytes", Validation.Length.ToString(CultureInfo.InvariantCulture)),
        new("validation_sha256", Convert.ToHexStringLower(SHA256.HashData(Validation.Span))),
    ];

    /// <summary>Reads files, folders and standard input.</summary>
    /// <param name="names">What to learn from, in this order; folders in the order of their names.</param>
    /// <param name="validation">A file or folder to validate on; null to keep the last part of the data for that.</param>
    /// <param name="share">That part.</param>
    /// <param name="splits">Whether that is the end of the bytes; else the kind keeps items.</param>
    /// <param name="outputs">The outputs: skipped in folders, refused where one is named.</param>
    /// <param name="report">Is told of what is skipped.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public static async Task<TrainData> ReadAsync(IReadOnlyList<string> names, string? validation, float share, bool splits,
        TrainOutputs outputs, Report report, CancellationToken cancellationToken)
    {
        FileBytes all = await FileBytes.ReadAsync(names, outputs.Contain, report, cancellationToken);
        if (all.Bytes.Length == 0)
            throw new IOException("there is no data: what is named holds no bytes");
        if (validation is null)
            return new TrainData(all, all.Bytes.Length - (splits ? (int)((double)share * all.Bytes.Length) : 0), null, share);
        FileBytes kept = await FileBytes.ReadAsync([validation], outputs.Contain, report, cancellationToken);
        return kept.Bytes.Length > 0 ? new TrainData(all, all.Bytes.Length, kept, share) : throw new IOException($"--validation {validation}: holds no bytes");
    }
}

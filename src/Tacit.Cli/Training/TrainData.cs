using System.Globalization;
using System.Security.Cryptography;
using Tacit.Cli.Files;
using Tacit.Cli.Terminal;
using Tacit.Learning;

namespace Tacit.Cli.Training;

/// <summary>The bytes of files, one after another, and which of them are kept for validation.</summary>
internal sealed class TrainData
{
    private TrainData(byte[] all, int split, byte[]? validation)
    {
        Training = all.AsMemory(0, split);
        Validation = validation ?? all.AsMemory(split);
    }

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
    /// <param name="outputs">The outputs: skipped in folders, refused where one is named.</param>
    /// <param name="report">Is told of what is skipped.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public static async Task<TrainData> ReadAsync(IReadOnlyList<string> names, string? validation, float share, TrainOutputs outputs, Report report,
        CancellationToken cancellationToken)
    {
        byte[] all = await ReadAsync(names, outputs, report, cancellationToken);
        if (all.Length == 0)
            throw new IOException("there is no data: what is named holds no bytes");
        if (validation is null)
            return new TrainData(all, all.Length - (int)((double)share * all.Length), null);
        byte[] kept = await ReadAsync([validation], outputs, report, cancellationToken);
        return kept.Length > 0 ? new TrainData(all, all.Length, kept) : throw new IOException($"--validation {validation}: holds no bytes");
    }

    private static async Task<byte[]> ReadAsync(IReadOnlyList<string> names, TrainOutputs outputs, Report report, CancellationToken cancellationToken)
    {
        using var all = new MemoryStream();
        byte[] buffer = new byte[1 << 18];
        foreach (FoundFile file in FileWalk.Expand(names, recursive: true, report))
        {
            if (file.InFolder && TemporaryFiles.IsTemporary(file.Path))
                continue;
            try
            {
                using InputFile input = InputFile.Open(file.Path);
                if (outputs.Contain(input.Status))
                {
                    if (file.InFolder)
                        continue;
                    throw new IOException("input and output are the same file");
                }
                int read;
                while ((read = await input.Stream.ReadAsync(buffer, cancellationToken)) > 0)
                {
                    if (all.Length + read > Array.MaxLength)
                        throw new IOException("there are more than 2 GiB to learn from, which is the most; a part of it will do");
                    all.Write(buffer, 0, read);
                }
            }
            catch (Exception e) when (Trouble.IsExpected(e) && e is not UsageException)
            {
                throw new IOException($"{(file.Path == "-" ? "standard input" : file.Path)}: {Trouble.Describe(e)}", e);
            }
        }
        if (report.ExitCode == ExitCode.Error)
            throw new IOException("not all of the data can be read; nothing is learnt from a part of it");
        return all.ToArray();
    }
}

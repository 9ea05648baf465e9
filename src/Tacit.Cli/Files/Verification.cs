using System.Security.Cryptography;
using Tacit.Compression;

namespace Tacit.Cli.Files;

/// <summary>Checks an archive against raw bytes by decoding it again, before an input is removed or when asked for.</summary>
internal static class Verification
{
    /// <summary>Decodes a written archive and compares it with the input.</summary>
    /// <exception cref="InvalidDataException">They differ.</exception>
    public static async Task CompareAsync(Stream archive, byte[] rawHash, TacitDecompressionOptions options, CancellationToken cancellationToken)
    {
        var input = new InputStream(archive);
        await using var raw = new TacitStream(input, options, leaveOpen: true);
        byte[] hash = await HashAsync(raw, cancellationToken);
        if (!hash.AsSpan().SequenceEqual(rawHash) || await input.HasMoreAsync(cancellationToken))
            throw new InvalidDataException("verification failed: what was written does not decode to the input. The input is kept, the output is not.");
    }

    /// <summary>The SHA-256 of a file as it is on disk now.</summary>
    public static async Task<byte[]> HashAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        return await HashAsync(file, cancellationToken);
    }

    /// <summary>The SHA-256 of what a stream still holds.</summary>
    public static async Task<byte[]> HashAsync(Stream stream, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[1 << 18];   // SHA256.HashDataAsync reads 4 KB at a time
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
            hash.AppendData(buffer, 0, read);
        return hash.GetHashAndReset();
    }
}

using System.Security.Cryptography;
using Tacit.Compression.Blocks;
using Tacit.Compression.Container;
using Tacit.Media.DataSets;
using Tacit.Modeling;
using Tacit.Modeling.ContextMixing;
using Tacit.Modeling.LanguageModels;
using Tacit.Modeling.Variational;

namespace Tacit.Compression;

/// <summary>A trained model to code with: a model file, known by the SHA-256 of its bytes, and what was loaded from it.</summary>
/// <remarks>Loaded once and read by any number of threads and streams. Nothing in the file is executed.</remarks>
public sealed class TacitModel
{
    private readonly byte[]? _file;     // kept if there is no path to read it from again
    private readonly string? _path;

    private TacitModel(byte[] hash, string kind, object content, long memory, int fileLength, byte[]? file, string? path)
    {
        (Hash, Kind, Content, Memory, FileLength) = (hash, kind, content, memory, fileLength);
        (_file, _path) = (file, path);
        Sha256 = Convert.ToHexStringLower(hash);
    }

    /// <summary>The SHA-256 of the file, in lower-case hex: what frames name the model by.</summary>
    public string Sha256 { get; }

    /// <summary>The kind, as the file says.</summary>
    public string Kind { get; }

    /// <summary>Bytes of the file.</summary>
    public int FileLength { get; }

    /// <summary>Bytes it takes in memory, once for all threads; about.</summary>
    public long Memory { get; }

    /// <summary>The level the model is for, and no other, or null.</summary>
    public int? Level => (Content as MixerPrior)?.Level;

    /// <summary>The shape of the items that <see cref="TacitCodec.BitsBack"/> codes with it, or null.</summary>
    public ItemShape? ItemShape => (Content as VariationalAutoencoder)?.Shape;

    internal byte[] Hash { get; }

    /// <summary>What the loader of its kind made.</summary>
    internal object Content { get; }

    /// <summary>Loads a model file.</summary>
    /// <param name="path">The file, which is read again where it is to be embedded.</param>
    /// <param name="memoryLimit">Most bytes it may take; 0 for half of the memory the runtime may use.</param>
    /// <param name="cancellationToken">Stops the work: some priors take as long to load as their data takes to decompress.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is no model file, of a kind that is not known, or damaged.</exception>
    /// <exception cref="InsufficientMemoryException">It takes more than the limit.</exception>
    public static TacitModel Load(string path, long memoryLimit = 0, CancellationToken cancellationToken = default)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        return Load(stream, memoryLimit, stream.CanSeek ? path : null, cancellationToken);     // a pipe can be read once
    }

    /// <summary>Loads a model file, whose bytes are kept in case it is to be embedded.</summary>
    /// <param name="stream">The file is what it still holds; it is left open.</param>
    /// <param name="memoryLimit">Most bytes it may take; 0 for half of the memory the runtime may use.</param>
    /// <param name="cancellationToken">Stops the work: some priors take as long to load as their data takes to decompress.</param>
    /// <exception cref="InvalidDataException">It is no model file, of a kind that is not known, or damaged.</exception>
    /// <exception cref="InsufficientMemoryException">It takes more than the limit.</exception>
    public static TacitModel Load(Stream stream, long memoryLimit = 0, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return Load(stream, memoryLimit, null, cancellationToken);
    }

    /// <summary>The model of a file that is all here.</summary>
    /// <param name="file">The file.</param>
    /// <param name="memoryLimit">Most bytes, the file's included.</param>
    /// <param name="hash">What its SHA-256 must be, or null.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    internal static TacitModel FromBytes(byte[] file, long memoryLimit, byte[]? hash = null, CancellationToken cancellationToken = default) =>
        Make(file, memoryLimit, hash, keep: hash is null, null, cancellationToken);

    /// <summary>The bytes of the file.</summary>
    /// <exception cref="IOException">It cannot be read again, or is another one now.</exception>
    internal byte[] ReadFile()
    {
        byte[] bytes = _file ?? (_path is null ? throw new InvalidOperationException("The bytes of the model were not kept.") : File.ReadAllBytes(_path));
        return SHA256.HashData(bytes).AsSpan().SequenceEqual(Hash) ? bytes
            : throw new IOException($"'{_path}' has changed since the model was loaded from it.");
    }

    /// <summary>Frees what it holds outside the managed heap, sooner than the collector would. Nothing may use it then.</summary>
    internal void Free()
    {
        if (Content is MixerPrior prior)
            prior.Dispose();
        else if (Content is LanguageModel model)
            model.Free();
    }

    private static TacitModel Load(Stream stream, long memoryLimit, string? path, CancellationToken cancellationToken)
    {
        long limit = BlockWorker.EffectiveLimit(memoryLimit), known = stream.CanSeek ? stream.Length - stream.Position : 0;
        CheckLength(known);
        BlockWorker.Check(known, limit);
        if (known > 0)
        {
            byte[] all = new byte[known];
            stream.ReadExactly(all);
            return Make(all, limit, null, keep: path is null, path, cancellationToken);
        }
        // While a buffer grows, and when it is cut to size, there are two.
        using var bytes = new MemoryStream();
        byte[] buffer = new byte[1 << 14];
        int read;
        while ((read = stream.Read(buffer)) > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            CheckLength(bytes.Length + read);
            BlockWorker.Check(3 * (bytes.Length + read), limit);
            bytes.Write(buffer.AsSpan(0, read));
        }
        return Make(bytes.ToArray(), limit, null, keep: path is null, path, cancellationToken);
    }

    private static void CheckLength(long length)
    {
        if (length > FormatConstants.MaxModelLength)
            throw new InvalidDataException($"The file has more than {FormatConstants.MaxModelLength} bytes, the most a model's may have.");
    }

    private static TacitModel Make(byte[] file, long limit, byte[]? expected, bool keep, string? path, CancellationToken cancellationToken)
    {
        byte[] hash = SHA256.HashData(file);
        if (expected is not null && !hash.AsSpan().SequenceEqual(expected))
            throw new InvalidDataException($"The embedded model is damaged: its SHA-256 is {Convert.ToHexStringLower(hash)}, the frame names {Convert.ToHexStringLower(expected)}.");
        using var model = new ModelFile(new MemoryStream(file, writable: false));
        long memory = ModelRegistry.Standard.MemoryOf(model) + (keep ? file.Length : 0);
        BlockWorker.Check(memory + file.Length, limit);
        return new TacitModel(hash, model.Kind, ModelRegistry.Standard.Load<object>(model, cancellationToken), memory, file.Length, keep ? file : null, path);
    }
}

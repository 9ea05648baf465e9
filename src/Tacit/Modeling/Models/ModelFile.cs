using System.Security.Cryptography;
using Tacit.Learning;
using Tacit.Learning.Safetensors;

namespace Tacit.Modeling;

/// <summary>A model as a file, NAME.tacitmodel: a safetensors file whose metadata says what the model is and where it comes from.</summary>
/// <remarks>Opening one reads its header only, and nothing in it is executed. Not thread-safe.</remarks>
public sealed class ModelFile : IDisposable
{
    /// <summary>What names end in.</summary>
    public const string Extension = ".tacitmodel";

    /// <summary>The metadata key of the format's version.</summary>
    public const string VersionKey = "tacit_model";

    /// <summary>The metadata key of the model's kind.</summary>
    public const string KindKey = "kind";

    /// <summary>The metadata key of the hyper-parameters: a JSON object.</summary>
    public const string SettingsKey = "settings";

    private const string Version = "1";

    private readonly Stream _stream;
    private readonly bool _leaveOpen;
    private string? _sha256;

    /// <summary>Reads the header of a model file.</summary>
    /// <param name="stream">One that can seek; the file is all of it.</param>
    /// <param name="leaveOpen">True to leave the stream open when this is disposed.</param>
    /// <exception cref="InvalidDataException">It is no model file, of a later version, or damaged.</exception>
    public ModelFile(Stream stream, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _stream = stream;
        _leaveOpen = leaveOpen;
        stream.Position = 0;
        Tensors = new SafetensorsReader(stream, leaveOpen: true);
        string version = Tensors.FindMetadata(VersionKey)
            ?? throw new InvalidDataException("The file has tensors, but is no model of Tacit: it does not say which kind it is.");
        if (version != Version)
            throw new InvalidDataException($"The model file is of version '{version}'; this program reads version {Version}.");
        Kind = Tensors.FindMetadata(KindKey) ?? throw new InvalidDataException("The model file does not say which kind it is.");
    }

    /// <summary>The kind, by which a <see cref="ModelRegistry"/> finds the loader.</summary>
    public string Kind { get; }

    /// <summary>The tensors.</summary>
    public SafetensorsReader Tensors { get; }

    /// <summary>What the file says of itself, in its order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Metadata => Tensors.Metadata;

    /// <summary>The hyper-parameters, to be asked for.</summary>
    /// <exception cref="InvalidDataException">They are no JSON object of plain values.</exception>
    public Settings Settings => Settings.Parse(Tensors.FindMetadata(SettingsKey) ?? "{}");

    /// <summary>Numbers in the model's tensors; what training needs besides does not count.</summary>
    public long ParameterCount
    {
        get
        {
            long count = 0;
            foreach (SafetensorsEntry entry in Tensors.Entries)
                count += entry.Name.StartsWith(ModuleFile.TrainingPrefix, StringComparison.Ordinal) ? 0 : entry.Count;
            return count;
        }
    }

    /// <summary>The SHA-256 of the whole file, lower case: the model's identity. Reads the file once, when first asked.</summary>
    public string Sha256
    {
        get
        {
            if (_sha256 is null)
            {
                _stream.Position = 0;
                _sha256 = Convert.ToHexStringLower(SHA256.HashData(_stream));
            }
            return _sha256;
        }
    }

    /// <summary>Opens a model file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is no model file, of a later version, or damaged.</exception>
    public static ModelFile Open(string path)
    {
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        try
        {
            return new ModelFile(stream);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>The metadata every model file begins with.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="settings">The hyper-parameters: a JSON object of plain values.</param>
    /// <param name="provenance">What else is to be said: tokeniser, hash of the data, seed, steps. Nothing of clock, host or threads.</param>
    public static IReadOnlyList<KeyValuePair<string, string>> Describe(string kind, string settings,
        params ReadOnlySpan<KeyValuePair<string, string>> provenance) =>
        [new(VersionKey, Version), new(KindKey, kind), new(SettingsKey, settings), .. provenance];

    /// <summary>Writes a model file, which appears under its name when it is complete.</summary>
    /// <param name="path">Where.</param>
    /// <param name="metadata">From <see cref="Describe"/>.</param>
    /// <param name="model">The model.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="ArithmeticException">A parameter is not finite.</exception>
    public static void Write(string path, IReadOnlyList<KeyValuePair<string, string>> metadata, Module model) =>
        AtomicFile.Write(path, stream => SafetensorsWriter.Write(stream, metadata, ModuleFile.Tensors(model)));

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        if (!_leaveOpen)
            _stream.Dispose();
    }
}

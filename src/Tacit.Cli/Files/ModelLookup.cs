using System.Security.Cryptography;
using Tacit.Cli.Terminal;
using Tacit.Compression;
using Tacit.Modeling;

namespace Tacit.Cli.Files;

/// <summary>Finds the models that archives name by their SHA-256: those of --model, then files of the usual places.</summary>
/// <remarks>
/// Of a folder only files whose names end in .tacitmodel are read, the first ones by name, each once. Of what was found the last
/// models stay loaded, as many as a frame may use.
/// </remarks>
internal sealed class ModelLookup
{
    /// <summary>The environment variable with folders and model files, separated as in PATH.</summary>
    public const string Variable = "TACIT_MODELS";

    private const int MostFiles = 200;                  // of a folder
    private const long MostBytes = 4L << 30;            // hashed for one archive
    private const int MostLoaded = 2;

    private readonly Dictionary<string, string> _hashes = new(StringComparer.Ordinal);      // path -> SHA-256; "" for what cannot be read
    private readonly Dictionary<string, string[]> _candidates = new(StringComparer.Ordinal);    // place -> paths
    private readonly Dictionary<string, string?> _paths = new(StringComparer.Ordinal);      // SHA-256 -> path, for the archive at hand
    private readonly List<TacitModel> _found = [];
    private readonly long _memoryLimit;
    private readonly int _named;
    private string? _archive;
    private long _bytes;        // hashed for it
    private int _skipped;       // files that would have been too much

    /// <param name="paths">What --model names.</param>
    /// <param name="memoryLimit">Most memory, as the library takes it.</param>
    /// <exception cref="InvalidDataException">A file is no model; the message names it.</exception>
    /// <exception cref="IOException">A file cannot be read; the message names it.</exception>
    public ModelLookup(IReadOnlyList<string> paths, long memoryLimit)
    {
        _memoryLimit = memoryLimit;
        _named = paths.Count;
        var named = new List<TacitModel>();
        foreach (string path in paths)
            named.Add(Load(path, named.Sum(model => model.Memory)));
        Named = named;
    }

    /// <summary>The models named on the command line.</summary>
    public IReadOnlyList<TacitModel> Named { get; }

    /// <summary>Options that decompress with these models.</summary>
    /// <param name="archive">The archive's path, beside which models may lie; null or "-" for none.</param>
    /// <param name="threads">Most threads.</param>
    public TacitDecompressionOptions Options(string? archive, int threads) => new()
    {
        Threads = threads,
        MemoryLimit = _memoryLimit,
        Models = Named,
        FindModel = hash => Find(hash, archive),
    };

    /// <summary>The places where models of an archive may be.</summary>
    public ModelPlaces In(string? archive) => new(this, archive);

    /// <summary>The path of the model with this SHA-256, or null; it is not loaded.</summary>
    public string? PathOf(string hash, string? archive)
    {
        if (_archive != archive)
        {
            (_archive, _bytes, _skipped) = (archive, 0, 0);
            _paths.Clear();
        }
        if (!_paths.TryGetValue(hash, out string? path))
            _paths[hash] = path = Places(archive).SelectMany(place => Candidates(place.Path)).FirstOrDefault(candidate => HashOf(candidate) == hash);
        return path;
    }

    private TacitModel Find(string hash, string? archive)
    {
        if (_found.Find(model => model.Sha256 == hash) is { } known)
            return known;
        if (PathOf(hash, archive) is { } path)
        {
            if (_found.Count == MostLoaded)
                _found.RemoveAt(0);
            TacitModel model;
            try
            {
                model = Load(path, _found.Sum(other => other.Memory));
            }
            catch (InsufficientMemoryException) when (_found.Count > 0)
            {
                _found.Clear();
                model = Load(path);
            }
            _found.Add(model);
            return model;
        }
        string places = string.Join(", ", Places(archive).Select(place => $"{place.Name} ('{Report.Printable(place.Path)}')"));
        throw new InvalidDataException($"the model with SHA-256 {hash} is needed, and is not there; looked for " +
            (_named > 0 ? $"among the {_named} of --model" : "in --model (not given)") + (places.Length > 0 ? $", {places}" : "") +
            (Environment.GetEnvironmentVariable(Variable) is null or "" ? $"; ${Variable} is not set" : "") +
            (_skipped > 0 ? $"; {_skipped} files were not read, because that would have been more than {MostBytes >> 30} GiB: name the model with --model" : ""));
    }

    private static IEnumerable<(string Name, string Path)> Places(string? archive)
    {
        if (archive is not (null or "-"))
            yield return ("beside the archive", Path.GetDirectoryName(Path.GetFullPath(archive))!);
        foreach (string path in (Environment.GetEnvironmentVariable(Variable) ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
            yield return ($"${Variable}", path);
        string data = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        if (data.Length > 0)
            yield return ("the model folder", Path.Join(data, "tacit", "models"));
    }

    private string[] Candidates(string place)
    {
        if (!_candidates.TryGetValue(place, out string[]? paths))
            _candidates[place] = paths = ModelsIn(place);
        return paths;
    }

    private static string[] ModelsIn(string place)
    {
        if (!Directory.Exists(place))
            return File.Exists(place) && IsModelName(place) ? [place] : [];
        try
        {
            return [.. Directory.EnumerateFiles(place).Where(IsModelName).Order(StringComparer.Ordinal).Take(MostFiles)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static bool IsModelName(string path) => path.EndsWith(ModelFile.Extension, StringComparison.OrdinalIgnoreCase);

    // Of a file that cannot be read, or would be too much to read, nothing; what is larger than any model costs nothing.
    private string HashOf(string path)
    {
        if (_hashes.TryGetValue(path, out string? hash))
            return hash;
        hash = "";
        try
        {
            if (FileStatus.Of(path) is { IsRegular: true, Length: <= int.MaxValue } status)
            {
                if (_bytes + status.Length > MostBytes)
                {
                    _skipped++;
                    return "";
                }
                _bytes += status.Length;
                using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
                hash = Convert.ToHexStringLower(SHA256.HashData(stream));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
        return _hashes[path] = hash;
    }

    // Beside models that are here; without a limit of its own the library has one for each.
    private TacitModel Load(string path, long beside = 0)
    {
        if (path == "-")
            throw new UsageException("--model takes a file here, not standard input");
        try
        {
            return TacitModel.Load(path, _memoryLimit > 0 ? Math.Max(1, _memoryLimit - beside) : 0);
        }
        catch (InsufficientMemoryException e)
        {
            throw new InsufficientMemoryException($"{path}: {e.Message}", e);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{path}: {Trouble.Describe(e)}", e);
        }
    }
}

namespace Tacit.Modeling;

/// <summary>A kind of model, and how one is made from a file.</summary>
public sealed class ModelKind
{
    private readonly Func<ModelFile, CancellationToken, object> _load;
    private readonly Func<ModelFile, long>? _memory;

    /// <summary>A kind.</summary>
    /// <param name="name">Its name in model files: lower case.</param>
    /// <param name="summary">A line for people.</param>
    /// <param name="load">Makes the model; throws <see cref="InvalidDataException"/> for what does not fit, before allocating for it.</param>
    /// <param name="memory">Bytes it will take, told without making it; null for eight for each of the file's numbers.</param>
    public ModelKind(string name, string summary, Func<ModelFile, object> load, Func<ModelFile, long>? memory = null)
        : this(name, summary, WithoutToken(load), memory)
    {
    }

    /// <summary>A kind whose models may take long to load.</summary>
    /// <inheritdoc cref="ModelKind(string, string, Func{ModelFile, object}, Func{ModelFile, long})"/>
    public ModelKind(string name, string summary, Func<ModelFile, CancellationToken, object> load, Func<ModelFile, long>? memory = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(load);
        Name = name;
        Summary = summary;
        _load = load;
        _memory = memory;
    }

    /// <summary>Its name in model files.</summary>
    public string Name { get; }

    /// <summary>A line for people.</summary>
    public string Summary { get; }

    private static Func<ModelFile, CancellationToken, object> WithoutToken(Func<ModelFile, object> load)
    {
        ArgumentNullException.ThrowIfNull(load);
        return (file, _) => load(file);
    }

    internal object Load(ModelFile file, CancellationToken cancellationToken) => Checked(file, opened => _load(opened, cancellationToken));

    internal long MemoryOf(ModelFile file) => _memory is null ? 8 * file.ParameterCount : Checked(file, _memory);

    private static T Checked<T>(ModelFile file, Func<ModelFile, T> read)
    {
        try
        {
            return read(file);
        }
        catch (Exception e) when (e is ArgumentException or OverflowException)
        {
            // What the constructors of layers say about sizes that do not fit.
            throw new InvalidDataException($"The model file's settings do not fit together: {e.Message}", e);
        }
    }
}

namespace Tacit.Modeling;

/// <summary>A kind of model, and how one is made from a file.</summary>
public sealed class ModelKind
{
    private readonly Func<ModelFile, object> _load;

    /// <summary>A kind.</summary>
    /// <param name="name">Its name in model files: lower case.</param>
    /// <param name="summary">A line for people.</param>
    /// <param name="load">Makes the model; throws <see cref="InvalidDataException"/> for what does not fit, before allocating for it.</param>
    public ModelKind(string name, string summary, Func<ModelFile, object> load)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(load);
        Name = name;
        Summary = summary;
        _load = load;
    }

    /// <summary>Its name in model files.</summary>
    public string Name { get; }

    /// <summary>A line for people.</summary>
    public string Summary { get; }

    internal object Load(ModelFile file)
    {
        try
        {
            return _load(file);
        }
        catch (Exception e) when (e is ArgumentException or OverflowException)
        {
            // What the constructors of layers say about sizes that do not fit.
            throw new InvalidDataException($"The model file's settings do not fit together: {e.Message}", e);
        }
    }
}

using Tacit.Modeling.Autoencoders;
using Tacit.Modeling.Classification;
using Tacit.Modeling.ContextMixing;
using Tacit.Modeling.Linear;
using Tacit.Modeling.Nonlinear;
using Tacit.Modeling.Records;
using Tacit.Modeling.Recurrent;
using Tacit.Modeling.Transformers;
using Tacit.Modeling.Variational;

namespace Tacit.Modeling;

/// <summary>The kinds of models a program knows: a table from the name in a file to the loader.</summary>
/// <remarks>Immutable. A program with kinds of its own makes a table with them: <c>ModelRegistry.Standard.With(mine)</c>.</remarks>
public sealed class ModelRegistry
{
    private readonly ModelKind[] _kinds;

    private ModelRegistry(ModelKind[] kinds) => _kinds = kinds;

    /// <summary>Tacit's own kinds.</summary>
    public static ModelRegistry Standard { get; } = new(
    [
        GptModel.Kind, AutoregressionModel.Kind, NonlinearModel.Kind, PriorModel.Kind, AutoencoderModel.Kind, LstmAutoencoderModel.Kind,
        RecordModel.Kind, VariationalModel.Kind, ClassifierModel.Kind,
    ]);

    /// <summary>The kinds, in the order they were added.</summary>
    public IReadOnlyList<ModelKind> Kinds => _kinds;

    /// <summary>A table with one kind more.</summary>
    /// <exception cref="ArgumentException">There is one of that name.</exception>
    public ModelRegistry With(ModelKind kind)
    {
        ArgumentNullException.ThrowIfNull(kind);
        return Find(kind.Name) is null ? new ModelRegistry([.. _kinds, kind])
            : throw new ArgumentException($"There is a kind '{kind.Name}' already.", nameof(kind));
    }

    /// <summary>The kind of a name, or null.</summary>
    public ModelKind? Find(string name)
    {
        foreach (ModelKind kind in _kinds)
        {
            if (kind.Name == name)
                return kind;
        }
        return null;
    }

    /// <summary>Loads a model that can do what is asked for.</summary>
    /// <param name="file">The file.</param>
    /// <param name="cancellationToken">Stops the work, where the kind may take long.</param>
    /// <typeparam name="T">What it must be: a class, or an interface of models that generate, forecast, ….</typeparam>
    /// <exception cref="InvalidDataException">The kind is unknown or cannot do that, or the file does not fit it.</exception>
    public T Load<T>(ModelFile file, CancellationToken cancellationToken = default)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(file);
        ModelKind kind = KindOf(file);
        return kind.Load(file, cancellationToken) as T
            ?? throw new InvalidDataException($"The model is of the kind '{file.Kind}' ({kind.Summary}), which cannot be used for this.");
    }

    /// <summary>Bytes a model will take in memory, about; told by its sizes, before it is loaded.</summary>
    /// <exception cref="InvalidDataException">The kind is unknown, or the file does not fit it.</exception>
    public long MemoryOf(ModelFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return KindOf(file).MemoryOf(file);
    }

    private ModelKind KindOf(ModelFile file) => Find(file.Kind)
        ?? throw new InvalidDataException($"The model is of the kind '{file.Kind}', which is not known here; " +
            $"known are {string.Join(", ", _kinds.Select(k => k.Name))}.");
}

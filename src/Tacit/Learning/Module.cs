namespace Tacit.Learning;

/// <summary>A part of a model: parameters of its own, and parts.</summary>
/// <remarks>
/// A module adds its parameters and parts in its constructor, in a fixed order; it has a Forward method of whatever
/// arguments it needs. Parameters are named by their path, as in PyTorch's state dictionaries: blocks.0.norm.weight.
/// </remarks>
public abstract class Module
{
    private readonly List<Parameter> _parameters = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    /// <summary>All parameters, those of the parts too, in the order they were added.</summary>
    public IReadOnlyList<Parameter> Parameters => _parameters;

    /// <summary>Numbers that are learnt.</summary>
    public long ParameterCount => _parameters.Sum(p => (long)p.Shape.Count);

    /// <summary>Fills all parameters from a seed.</summary>
    public void Initialize(ulong seed)
    {
        for (int i = 0; i < _parameters.Count; i++)
            _parameters[i].Initialize(seed, i);
    }

    /// <summary>Forgets all gradients.</summary>
    public void ZeroGradients()
    {
        foreach (Parameter parameter in _parameters)
            parameter.ZeroGradient();
    }

    /// <summary>Makes a parameter this module's.</summary>
    /// <exception cref="ArgumentException">It already is a module's, or its name is another's or that of a training run's tensors.</exception>
    protected Parameter Add(Parameter parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        Join(parameter, null, parameter.Name);
        return parameter;
    }

    /// <summary>Makes a module a part of this one.</summary>
    /// <param name="name">The part's name; its parameters' names begin with it from now on.</param>
    /// <param name="part">The part, complete.</param>
    /// <exception cref="ArgumentException">
    /// It already is a part of a module, whose parameters would be learnt twice, or a name is another's or that of a training
    /// run's tensors. To use a part in two places, add it once and keep two references.
    /// </exception>
    protected T Add<T>(string name, T part)
        where T : Module
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(part);
        foreach (Parameter parameter in part.Parameters)
            Join(parameter, part, $"{name}.{parameter.Name}");
        return part;
    }

    private void Join(Parameter parameter, Module? from, string name)
    {
        if (parameter.Owner != from)
            throw new ArgumentException($"'{parameter.Name}' cannot be added as '{name}': it already belongs to a module.");
        if (name.StartsWith(ModuleFile.TrainingPrefix, StringComparison.Ordinal))
            throw new ArgumentException($"'{name}': names with '{ModuleFile.TrainingPrefix}' are those of a training run's own tensors.");
        if (!_names.Add(name))
            throw new ArgumentException($"There already is a parameter '{name}'.");
        parameter.Name = name;
        parameter.Owner = this;
        _parameters.Add(parameter);
    }
}

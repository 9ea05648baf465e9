namespace Tacit.Learning;

/// <summary>A part of a model: parameters of its own, and parts.</summary>
/// <remarks>
/// A module adds its parameters and parts in its constructor, in a fixed order; it has a Forward method of whatever
/// arguments it needs. Parameters are named by their path, as in PyTorch's state dictionaries: blocks.0.norm.weight.
/// </remarks>
public abstract class Module
{
    private readonly List<Parameter> _parameters = [];

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
    protected Parameter Add(Parameter parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        _parameters.Add(parameter);
        return parameter;
    }

    /// <summary>Makes a module a part of this one.</summary>
    /// <param name="name">The part's name; its parameters' names begin with it from now on.</param>
    /// <param name="part">The part, complete.</param>
    protected T Add<T>(string name, T part)
        where T : Module
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(part);
        foreach (Parameter parameter in part.Parameters)
        {
            parameter.Name = $"{name}.{parameter.Name}";
            _parameters.Add(parameter);
        }
        return part;
    }
}

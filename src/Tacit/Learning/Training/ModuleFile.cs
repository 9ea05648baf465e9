using Tacit.Learning.Safetensors;
using Tacit.Numerics;

namespace Tacit.Learning;

/// <summary>A module's parameters to and from safetensors, under their names.</summary>
public static class ModuleFile
{
    /// <summary>Names that begin with this are a training run's own: no parameters.</summary>
    public const string TrainingPrefix = "training.";

    /// <summary>The parameters, to be written.</summary>
    public static IReadOnlyList<SafetensorsTensor> Tensors(Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        return [.. module.Parameters.Select(p => new SafetensorsTensor(p.Name, p.Value))];
    }

    /// <summary>Fills the parameters.</summary>
    /// <param name="file">The file.</param>
    /// <param name="module">Its parameters are found by their names.</param>
    /// <exception cref="InvalidDataException">A parameter is missing or of another shape, a tensor is too much, or a value is not finite.</exception>
    public static void Load(SafetensorsReader file, Module module)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(module);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (Parameter parameter in module.Parameters)
        {
            names.Add(parameter.Name);
            Load(file, parameter.Name, parameter.Value);
            parameter.Touch();
        }
        foreach (SafetensorsEntry entry in file.Entries)
        {
            if (!names.Contains(entry.Name) && !entry.Name.StartsWith(TrainingPrefix, StringComparison.Ordinal))
                throw new InvalidDataException($"The file has a tensor {entry} that the model does not know.");
        }
    }

    internal static void Load(SafetensorsReader file, string name, Tensor target)
    {
        SafetensorsEntry entry = file.Find(name) ?? throw new InvalidDataException($"The file has no tensor '{name}'.");
        bool same = entry.Shape.Count == target.Shape.Rank;
        for (int axis = 0; same && axis < target.Shape.Rank; axis++)
            same = entry.Shape[axis] == target.Shape[axis];
        if (!same)
            throw new InvalidDataException($"The file has {entry}, but the model's is {target.Shape}.");
        file.ReadFloats(entry, target.Span);
    }
}

using Tacit.Learning;
using Tacit.Learning.Safetensors;
using Tacit.Numerics;

namespace Tacit.Modeling.Transformers;

/// <summary>A tensor of another program's file, and the parameters it is made of, which stand one below another in it.</summary>
/// <param name="Theirs">Its name in the file.</param>
/// <param name="Ours">The parameters' names.</param>
/// <param name="Transposed">Whether the matrix lies the other way round in the file: inputs by outputs.</param>
internal sealed record NamedLayout(string Theirs, string[] Ours, bool Transposed = false)
{
    /// <summary>Fills parameters from a file.</summary>
    /// <param name="layout">Their places in the file.</param>
    /// <param name="file">The file.</param>
    /// <param name="prefix">What the file has before each name.</param>
    /// <param name="parameters">The parameters by name.</param>
    /// <exception cref="InvalidDataException">A tensor is missing or of another shape, or a value is not finite.</exception>
    public static void Read(IEnumerable<NamedLayout> layout, SafetensorsReader file, string prefix,
        IReadOnlyDictionary<string, Parameter> parameters)
    {
        foreach (NamedLayout tensor in layout)
        {
            Parameter[] parts = [.. tensor.Ours.Select(n => parameters[n])];
            SafetensorsEntry entry = file.Find(prefix + tensor.Theirs)
                ?? throw new InvalidDataException($"The checkpoint has no tensor '{prefix + tensor.Theirs}'.");
            long[] shape = tensor.ShapeOf(parts);
            if (!entry.Shape.SequenceEqual(shape))
                throw new InvalidDataException($"The checkpoint has {entry}; by its configuration it is ({string.Join(", ", shape)}).");
            if (parts.Length == 1 && !tensor.Transposed)
            {
                file.ReadFloats(entry, parts[0].Value.Span);
                parts[0].Touch();
                continue;
            }
            float[] values = new float[entry.Count];
            file.ReadFloats(entry, values);
            tensor.Visit(parts, (theirs, part, ours) => part.Value.Span[ours] = values[theirs]);
            foreach (Parameter part in parts)
                part.Touch();
        }
    }

    /// <summary>The tensor, to be written.</summary>
    public SafetensorsTensor Write(string prefix, IReadOnlyDictionary<string, Parameter> parameters)
    {
        Parameter[] parts = [.. Ours.Select(n => parameters[n])];
        if (parts.Length == 1 && !Transposed)
            return new SafetensorsTensor(prefix + Theirs, parts[0].Value);
        long[] shape = ShapeOf(parts);
        Tensor values = Tensor.Zeros([.. shape.Select(s => checked((int)s))]);
        Visit(parts, (theirs, part, ours) => values.Span[theirs] = part.Value.Span[ours]);
        return new SafetensorsTensor(prefix + Theirs, values);
    }

    private long[] ShapeOf(Parameter[] parts)
    {
        long rows = parts.Sum(p => (long)p.Shape[0]);
        return parts[0].Shape.Rank == 1 ? [rows] : Transposed ? [parts[0].Shape[1], rows] : [rows, parts[0].Shape[1]];
    }

    // Every value with its place in the file's tensor and in its parameter.
    private void Visit(Parameter[] parts, Action<int, Parameter, int> visit)
    {
        int all = parts.Sum(p => p.Shape[0]), first = 0;
        foreach (Parameter part in parts)
        {
            int rows = part.Shape[0], columns = part.Shape.Rank == 1 ? 1 : part.Shape[1];
            for (int r = 0; r < rows; r++)
            {
                for (int c = 0; c < columns; c++)
                    visit(Transposed ? c * all + first + r : (first + r) * columns + c, part, r * columns + c);
            }
            first += rows;
        }
    }
}

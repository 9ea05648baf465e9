namespace Tacit.Learning;

/// <summary>A table with a learnt row for each symbol.</summary>
public sealed class Embedding : Module
{
    /// <summary>A table with normal initial values.</summary>
    /// <param name="symbols">V, its rows.</param>
    /// <param name="columns">C.</param>
    /// <param name="deviation">Of the initial values.</param>
    public Embedding(int symbols, int columns, float deviation = 1f)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(symbols, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        Weight = Add(new Parameter("weight", Initializer.Normal(deviation), symbols, columns));
    }

    /// <summary>(V, C).</summary>
    public Parameter Weight { get; }

    /// <summary>Indices of a shape (…) to (…, C).</summary>
    public Variable Forward(Tape tape, ReadOnlyMemory<int> indices, params ReadOnlySpan<int> shape) => tape.Embed(Weight, indices, shape);
}

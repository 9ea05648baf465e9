namespace Tacit.Modeling.Recurrent;

/// <summary>Sequences of tokens or of values, in the order they were read.</summary>
public sealed class SequenceSet
{
    private readonly int[][]? _tokens;
    private readonly ReadOnlyMemory<float>[]? _values;

    /// <summary>Sequences of tokens.</summary>
    public SequenceSet(int[][] tokens) => _tokens = tokens;

    /// <summary>Sequences of values, as they were measured.</summary>
    public SequenceSet(ReadOnlyMemory<float>[] values) => _values = values;

    /// <summary>How many.</summary>
    public int Count => _tokens?.Length ?? _values!.Length;

    /// <summary>Whether they are of tokens.</summary>
    public bool IsText => _tokens is not null;

    /// <summary>A sequence's tokens.</summary>
    public int[] Tokens(int index) => _tokens![index];

    /// <summary>A sequence's values.</summary>
    public ReadOnlyMemory<float> Values(int index) => _values![index];

    /// <summary>Tokens or values of a sequence.</summary>
    public int Length(int index) => _tokens is null ? _values![index].Length : _tokens[index].Length;

    /// <summary>Some of the sequences.</summary>
    public SequenceSet Part(IEnumerable<int> indices) => _tokens is null
        ? new SequenceSet([.. indices.Select(i => _values![i])])
            : new SequenceSet([.. indices.Select(i => _tokens[i])]);

    /// <summary>Mean and standard deviation of all values, by Welford's recurrence.</summary>
    /// <exception cref="InvalidDataException">There is no value but one, or all are the same.</exception>
    public (float Mean, float Deviation) Moments()
    {
        double mean = 0, sum = 0;
        long count = 0;
        foreach (ReadOnlyMemory<float> sequence in _values!)
        {
            foreach (float value in sequence.Span)
            {
                double change = value - mean;
                mean += change / ++count;
                sum += change * (value - mean);
            }
        }
        double deviation = count == 0 ? 0 : Math.Sqrt(sum / count);
        return deviation > 0 && (float)deviation > 0f ? ((float)mean, (float)deviation)
            : throw new InvalidDataException("All values are the same: there is nothing to learn.");
    }
}

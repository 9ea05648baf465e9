using Tacit.Numerics;

namespace Tacit.Modeling.Recurrent;

/// <summary>Sequences that go through a <see cref="LstmAutoencoder"/> together, padded to the longest.</summary>
public sealed class SequenceBatch
{
    private SequenceBatch(int count, int steps, int[] lengths)
    {
        Count = count;
        Steps = steps;
        Lengths = lengths;
        Visible = new byte[count * steps];
        for (int b = 0; b < count; b++)
            Visible.AsSpan(b * steps, lengths[b]).Fill(1);
    }

    /// <summary>B.</summary>
    public int Count { get; }

    /// <summary>T, of the longest.</summary>
    public int Steps { get; }

    /// <summary>Steps of each (B).</summary>
    public int[] Lengths { get; }

    /// <summary>(B, T), 1 where there is a step, 0 for padding.</summary>
    public byte[] Visible { get; }

    /// <summary>(B, T) tokens, each sequence with its end after it; where sequences are of tokens.</summary>
    public int[] Tokens { get; private init; } = [];

    /// <summary>(B, T, F) values, normalised, zeros after the last; where sequences are of values.</summary>
    public Tensor Values { get; private init; }

    /// <summary>(B, T, F), 1 where there is no value; empty if all are there.</summary>
    public byte[] Missing { get; private init; } = [];

    /// <summary>Values or tokens that are there, ends included.</summary>
    public long Items { get; private init; }

    /// <summary>A batch of token sequences.</summary>
    /// <param name="sequences">The tokens, without an end.</param>
    /// <param name="end">The token that stands for the end.</param>
    /// <param name="steps">Steps to pad to; 0 for those of the longest.</param>
    /// <exception cref="ArgumentException">There is no sequence, or one is longer.</exception>
    public static SequenceBatch OfTokens(IReadOnlyList<int[]> sequences, int end, int steps = 0)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        int[] lengths = new int[sequences.Count];
        for (int b = 0; b < lengths.Length; b++)
            lengths[b] = sequences[b].Length + 1;
        steps = Widest(lengths, steps);
        int[] tokens = new int[lengths.Length * steps];
        long items = 0;
        for (int b = 0; b < lengths.Length; b++)
        {
            sequences[b].CopyTo(tokens, b * steps);
            tokens[b * steps + lengths[b] - 1] = end;
            items += lengths[b];
        }
        return new SequenceBatch(lengths.Length, steps, lengths) { Tokens = tokens, Items = items };
    }

    /// <summary>A batch of sequences of values.</summary>
    /// <param name="sequences">The values, normalised, at least one each.</param>
    /// <param name="frame">F, values of a step; the last frame of a sequence may be partly empty.</param>
    /// <param name="memory">Where the values lie.</param>
    /// <param name="steps">Steps to pad to; 0 for those of the longest.</param>
    /// <exception cref="ArgumentException">There is no sequence, or one is empty or longer.</exception>
    public static SequenceBatch OfValues(IReadOnlyList<ReadOnlyMemory<float>> sequences, int frame, TensorPool memory,
        int steps = 0)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        ArgumentNullException.ThrowIfNull(memory);
        int[] lengths = new int[sequences.Count];
        for (int b = 0; b < lengths.Length; b++)
            lengths[b] = (sequences[b].Length + frame - 1) / frame;
        steps = Widest(lengths, steps);
        int row = steps * frame;
        Tensor values = memory.RentZeros(lengths.Length, steps, frame);
        long items = 0;
        for (int b = 0; b < lengths.Length; b++)
        {
            sequences[b].Span.CopyTo(values.Span[(b * row)..]);
            items += sequences[b].Length;
        }
        byte[] missing = [];
        if (items < values.Count)
        {
            missing = new byte[values.Count];
            for (int b = 0; b < lengths.Length; b++)
                missing.AsSpan(b * row + sequences[b].Length, row - sequences[b].Length).Fill(1);
        }
        return new SequenceBatch(lengths.Length, steps, lengths) { Values = values, Missing = missing, Items = items };
    }

    private static int Widest(int[] lengths, int steps)
    {
        int widest = 0;
        foreach (int length in lengths)
        {
            widest = Math.Max(widest, length);
            if (length < 1)
                throw new ArgumentException("A sequence of values has at least one.");
        }
        return widest == 0 || (steps > 0 && steps < widest)
            ? throw new ArgumentException($"There are {lengths.Length} sequences, of up to {widest} steps.")
            : Math.Max(steps, widest);
    }
}

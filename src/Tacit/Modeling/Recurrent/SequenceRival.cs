using Tacit.Modeling.Latents;
using Tacit.Numerics;

namespace Tacit.Modeling.Recurrent;

/// <summary>What principal components make of value sequences: the linear rival of equal size.</summary>
public static class SequenceRival
{
    /// <summary>Reconstructs sequences from coordinates along principal components of others.</summary>
    /// <param name="training">What the components are found in.</param>
    /// <param name="data">What is reconstructed.</param>
    /// <param name="length">Values of a whole window; shorter sequences are filled up with the mean of all
    /// values.</param>
    /// <param name="components">How many, at most; no more than there are sequences or values.</param>
    /// <param name="workers">Threads.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>What came back of each, and how many components there were.</returns>
    public static (float[][] Given, int Components) Reconstruct(SequenceSet training, SequenceSet data, int length,
        int components, WorkPool? workers = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(data);
        float mean = training.Moments().Mean;
        components = Math.Min(components, Math.Min(training.Count, length));
        PrincipalComponents found = PrincipalComponents.Fit(Rows(training, length, mean), length, components, workers,
            cancellationToken);
        float[] rows = found.Reconstruct(found.Project(Rows(data, length, mean), workers), workers);
        float[][] given = new float[data.Count][];
        for (int i = 0; i < given.Length; i++)
            given[i] = rows.AsSpan(i * length, data.Length(i)).ToArray();
        return (given, components);
    }

    private static float[] Rows(SequenceSet set, int length, float mean)
    {
        float[] rows = new float[checked(set.Count * length)];
        rows.AsSpan().Fill(mean);
        for (int i = 0; i < set.Count; i++)
            set.Values(i).Span.CopyTo(rows.AsSpan(i * length, length));
        return rows;
    }
}

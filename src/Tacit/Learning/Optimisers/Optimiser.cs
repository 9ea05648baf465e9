using Tacit.Numerics;

namespace Tacit.Learning;

/// <summary>Changes parameters by their gradients, and keeps what it needs between steps.</summary>
public abstract class Optimiser
{
    private protected Optimiser(IReadOnlyList<Parameter> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        Parameters = parameters;
    }

    /// <summary>What it changes.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>Steps taken.</summary>
    public long Steps { get; private protected set; }

    /// <summary>The state besides <see cref="Steps"/>, named, in a fixed order: what a checkpoint holds.</summary>
    public abstract IEnumerable<(string Name, Tensor Value)> State { get; }

    /// <summary>Takes up a state whose tensors have been filled from a checkpoint.</summary>
    /// <param name="steps">Steps taken when it was saved.</param>
    public void Resume(long steps)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(steps);
        Steps = steps;
    }

    /// <summary>One step; the gradients stay.</summary>
    /// <param name="rate">The learning rate.</param>
    /// <param name="scale">What gradients are multiplied by: below 1 to clip them.</param>
    /// <param name="workers">Threads to use; the caller alone if null.</param>
    public abstract void Step(float rate, float scale = 1f, WorkPool? workers = null);

    /// <summary>The length of all gradients together, √Σ g², in one fixed order.</summary>
    public double GradientNorm(WorkPool? workers = null)
    {
        double sum = 0;
        foreach (Parameter parameter in Parameters)
        {
            if (parameter.IsTrained && !parameter.Gradient.IsEmpty)
                sum += Reduce.SquaredNorm(parameter.Gradient.Span, workers);
        }
        return Math.Sqrt(sum);
    }

    /// <summary>The scale that brings gradients of a length down to a limit, and leaves shorter ones: min(1, limit / norm).</summary>
    public static float ClipScale(double norm, float limit) => norm > limit ? (float)(limit / norm) : 1f;

    private protected static Tensor[] ZerosLike(IReadOnlyList<Parameter> parameters)
    {
        var zeros = new Tensor[parameters.Count];
        for (int i = 0; i < zeros.Length; i++)
            zeros[i] = Tensor.Zeros(parameters[i].Shape.Count);
        return zeros;
    }
}

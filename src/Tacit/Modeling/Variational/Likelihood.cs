using Tacit.Learning;
using Tacit.Numerics;

namespace Tacit.Modeling.Variational;

/// <summary>A distribution over the values of an item, from what the decoder says of them: p(x | z).</summary>
/// <remarks>Values of items are 0 to 1 here, as for other autoencoders. Immutable and thread-safe.</remarks>
public abstract class Likelihood
{
    private protected Likelihood(VariationalOptions options) => Options = options;

    private protected VariationalOptions Options { get; }

    internal static Likelihood Of(VariationalOptions o) => o.Likelihood switch
    {
        LikelihoodKind.Bernoulli => new BernoulliLikelihood(o),
        LikelihoodKind.Categorical => new CategoricalLikelihood(o),
        LikelihoodKind.LogisticMixture => new MixtureLikelihood(o),
        _ => new GaussianLikelihood(o),
    };

    /// <summary>Numbers the decoder gives for each value, on average over the channels.</summary>
    internal static int ParametersOf(VariationalOptions o) => o.Likelihood switch
    {
        LikelihoodKind.Bernoulli => 1,
        LikelihoodKind.Categorical => o.Values,
        // Three channels share the weights, and are coupled: 10 K for three values, rounded up to whole channels.
        LikelihoodKind.LogisticMixture => o.Shape.Channels == 3 ? (10 * o.Components + 2) / 3 : 3 * o.Components,
        _ => 2,
    };

    /// <summary>Numbers that all values of a pixel take: what a <see cref="PixelNetwork"/> gives.</summary>
    internal static int ParametersOfPixel(VariationalOptions o) =>
        o.Likelihood == LikelihoodKind.LogisticMixture && o.Shape.Channels == 3 ? 10 * o.Components : checked(o.Shape.Channels * ParametersOf(o));

    /// <summary>Brings what the decoder gives (B, channels · P, height, width, flat) into rows, one for each distribution.</summary>
    public virtual Variable Arrange(Tape tape, Variable decoded) => decoded;

    /// <summary>−ln p(x | z) of whole items, the mean over them; in nats.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="parameters">From <see cref="Arrange"/>.</param>
    /// <param name="items">x (B, N), from 0 to 1; kept unchanged until the tape is reset.</param>
    public abstract Variable Loss(Tape tape, Variable parameters, Tensor items);

    /// <summary>−ln p of each distribution's value.</summary>
    /// <param name="parameters">From <see cref="Arrange"/>.</param>
    /// <param name="items">x (B, N).</param>
    /// <param name="workers">Threads to use; the caller alone if null.</param>
    /// <returns>The same number of costs for each item, item after item, in nats.</returns>
    public abstract float[] Costs(ReadOnlySpan<float> parameters, ReadOnlySpan<float> items, WorkPool? workers = null);

    /// <summary>The mean of each value: what is shown of an item.</summary>
    /// <param name="parameters">From <see cref="Arrange"/>.</param>
    /// <param name="values">(B, N), replaced: from 0 to 1.</param>
    public abstract void Means(ReadOnlySpan<float> parameters, Span<float> values);

    /// <summary>What codes items under the distribution; null if values are not whole numbers. One for each thread.</summary>
    internal virtual RowCoder? CreateCoder() => null;

    /// <summary>Values as whole numbers from 0 to <see cref="VariationalOptions.Values"/> − 1.</summary>
    private protected void ToWhole(ReadOnlySpan<float> items, Span<byte> whole)
    {
        float highest = Options.Values - 1;
        for (int i = 0; i < whole.Length; i++)
            whole[i] = (byte)(int)(items[i] * highest + 0.5f);
    }
}

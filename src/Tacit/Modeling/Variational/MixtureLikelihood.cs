using Tacit.Learning;
using Tacit.Numerics;

namespace Tacit.Modeling.Variational;

/// <summary>
/// Whole numbers under a mixture of discretised logistic distributions, which knows that near values are alike; the three channels of a
/// colour are coupled. Salimans et al., "PixelCNN++", 2017; the formulas are at <see cref="Numerics.LogisticMixture"/>.
/// </summary>
public sealed class MixtureLikelihood : Likelihood
{
    internal MixtureLikelihood(VariationalOptions options)
        : base(options)
    {
    }

    private int Pixels => Options.Shape.Height * Options.Shape.Width;

    // Of three channels together, or of each value alone.
    private int Coupled => Options.Shape.Channels == 3 ? 3 : 1;

    private int Parameters => Options.Components * (Coupled == 3 ? 10 : 3);

    /// <inheritdoc/>
    public override Variable Arrange(Tape tape, Variable decoded)
    {
        int batch = decoded.Shape[0];
        if (Coupled == 1)
            return tape.Transpose(tape.Reshape(decoded, batch, Options.Shape.Channels, Parameters, Pixels), 2, 3);      // (B, C, H · W, 3 K)
        Variable planes = tape.Reshape(decoded, batch, -1, Pixels);
        return tape.Transpose(tape.Slice(planes, 1, 0, Parameters), 1, 2);                                              // (B, H · W, 10 K)
    }

    /// <inheritdoc/>
    public override Variable Loss(Tape tape, Variable parameters, Tensor items) =>
        tape.LogisticMixture(tape.Reshape(parameters, items.Shape[0], -1, Parameters), Whole(items.Span), Coupled, Options.Values, Reduction.MeanPerExample);

    /// <inheritdoc/>
    public override float[] Costs(ReadOnlySpan<float> parameters, ReadOnlySpan<float> items, WorkPool? workers = null)
    {
        float[] costs = new float[items.Length / Coupled];
        LogisticMixture.Run(parameters, Whole(items), Coupled, Options.Values, costs, default, 0f, workers);
        return costs;
    }

    /// <inheritdoc/>
    public override void Means(ReadOnlySpan<float> parameters, Span<float> values)
    {
        Span<float> before = stackalloc float[3];
        var rows = new LogisticRows(Options.Components, Coupled, Options.Values);
        rows.Prepare(parameters);
        for (int r = 0; r < parameters.Length / Parameters; r++)
        {
            rows.Take(r);
            for (int c = 0; c < Coupled; c++)
            {
                rows.Begin(c, before);
                before[c] = rows.Mean();
                values[Place(r, c)] = (before[c] + 1f) / 2f;
            }
        }
    }

    internal override RowCoder CreateCoder() => new MixtureCoder(Options.Components, Coupled, Options.Values);

    // Where value c of distribution r lies: items are channel by channel.
    private int Place(int r, int c) => Coupled == 1 ? r : r / Pixels * Options.Shape.Size + c * Pixels + r % Pixels;

    // Values in the order of the distributions.
    private byte[] Whole(ReadOnlySpan<float> items)
    {
        byte[] whole = new byte[items.Length];
        ToWhole(items, whole);
        if (Coupled == 1)
            return whole;
        byte[] mixed = new byte[whole.Length];
        for (int i = 0; i < mixed.Length; i++)
            mixed[i] = whole[Place(i / 3, i % 3)];
        return mixed;
    }
}

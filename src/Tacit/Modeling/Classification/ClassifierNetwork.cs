using Tacit.Learning;
using Tacit.Modeling.Latents;
using Tacit.Numerics;

namespace Tacit.Modeling.Classification;

/// <summary>Items to a label each: an encoder's latents, and a head of one or two layers on them.</summary>
/// <remarks>
/// <code>
/// u = (z − mean) / deviation                     (B, D): latents of the training data have mean 0 and deviation 1
/// logits = W₂ silu(W₁ u + b₁) + b₂               (B, K), or W u + b without hidden units
/// </code>
/// </remarks>
public sealed class ClassifierNetwork : Module
{
    private readonly Learning.Linear? _hidden;
    private readonly Learning.Linear _output;

    /// <summary>A network.</summary>
    /// <param name="encoder">Makes the latents; becomes a part of this.</param>
    /// <param name="options">The head.</param>
    /// <param name="classes">K.</param>
    public ClassifierNetwork(LatentEncoder encoder, ClassifierOptions options, int classes)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        Options = options;
        Classes = classes;
        Encoder = Add("encoder", encoder);
        Shift = Add(new Parameter("shift", Initializer.Zeros, encoder.Latents) { IsTrained = false });
        Factor = Add(new Parameter("factor", Initializer.Zeros, encoder.Latents) { IsTrained = false });
        if (options.Hidden > 0)
            _hidden = Add("hidden", new Learning.Linear(encoder.Latents, options.Hidden));
        _output = Add("output", new Learning.Linear(options.Hidden > 0 ? options.Hidden : encoder.Latents, classes));
    }

    /// <summary>The head.</summary>
    public ClassifierOptions Options { get; }

    /// <summary>K.</summary>
    public int Classes { get; }

    /// <summary>Makes the latents.</summary>
    public LatentEncoder Encoder { get; }

    /// <summary>−mean of the latents (D).</summary>
    public Parameter Shift { get; }

    /// <summary>1 / deviation (D).</summary>
    public Parameter Factor { get; }

    /// <summary>Numbers of a head; without making it.</summary>
    public static long CountOfHead(ClassifierOptions options, long latents, long classes)
    {
        ArgumentNullException.ThrowIfNull(options);
        long h = options.Hidden;
        return 2 * latents + (h > 0 ? (latents + 1) * h + (h + 1) * classes : (latents + 1) * classes);
    }

    /// <summary>Sets mean and deviation from latents (count, D).</summary>
    public void Normalise(ReadOnlySpan<float> latents)
    {
        int d = Encoder.Latents, count = latents.Length / d;
        for (int j = 0; j < d; j++)
        {
            double sum = 0, squares = 0;
            for (int i = j; i < latents.Length; i += d)
                sum += latents[i];
            double mean = sum / count;
            for (int i = j; i < latents.Length; i += d)
                squares += (latents[i] - mean) * (latents[i] - mean);
            double deviation = Math.Sqrt(squares / count);
            Shift.Value.Span[j] = (float)-mean;
            // what never changes says nothing
            Factor.Value.Span[j] = deviation > 1e-12 ? (float)(1 / deviation) : 0f;
        }
        Shift.Touch();
        Factor.Touch();
    }

    /// <summary>Latents (B, D) to logits (B, K).</summary>
    public Variable Classify(Tape tape, Variable latents)
    {
        ArgumentNullException.ThrowIfNull(tape);
        Variable x = tape.MultiplyRow(tape.AddRow(latents, Shift), Factor);
        if (_hidden is not null)
            x = tape.Dropout(_hidden.Forward(tape, tape.Dropout(x, Options.Dropout / 2), Activation.Silu),
                Options.Dropout);
        return _output.Forward(tape, x);
    }

    /// <summary>Items (B, N) to logits (B, K).</summary>
    public Variable Forward(Tape tape, Variable items) => Classify(tape, Encoder.Forward(tape, items));
}

using Tacit.Learning;
using Tacit.Modeling.Latents;
using Tacit.Modeling.Variational;
using Tacit.Numerics;
using Tacit.Numerics.Elementary;

namespace Tacit.Modeling.Recurrent;

/// <summary>A sequence to a latent of fixed size and back, by LSTMs, the decoder with additive attention if
/// wanted.</summary>
/// <remarks>
/// <para>
/// The encoder's last states of the top layer become the latent, z = W (h; c); the decoder begins with states made of
/// z,
/// and has z beside its input at every step (Srivastava, Mansimov and Salakhutdinov 2015). Its query at a step is its
/// own
/// output there, which looks at the encoder's outputs by softmax(vᵀ tanh(W q + U k)) (Bahdanau, Cho and Bengio 2015);
/// what comes out is a function of both. Tokens are foreseen by the rows of the embedding's table (Press and Wolf
/// 2017).
/// </para>
/// <para>
/// With attention the decoder sees every state of the encoder: the latent is then a summary, not a bottleneck.
/// </para>
/// <para>
/// A variational one has a posterior N(μ, σ²) of z instead, whose mean is taken for the latent, and the prior N(0, 1): new sequences are
/// decoded from samples of that. Of values its decoder gives each a normal distribution, whose mean is what comes back. Bowman et al., "Generating
/// sentences from a continuous space", 2016.
/// </para>
/// </remarks>
public sealed class LstmAutoencoder : Module
{
    // Log variance at which posteriors of values begin: samples that are nearly noise would teach the decoder to do without them.
    private const float BeginPosterior = -4f;

    private readonly Embedding? _table;
    private readonly Lstm _encoder, _decoder;
    private readonly Learning.Linear _latent, _begin, _output;
    private readonly Parameter? _outputBias, _normalisation;
    private readonly AdditiveAttention? _attention;

    /// <summary>A model of zeros until <see cref="Module.Initialize"/>.</summary>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public LstmAutoencoder(LstmAutoencoderOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Mistake() is { } mistake)
            throw new ArgumentException(mistake, nameof(options));
        LstmAutoencoderOptions o = Options = options;
        if (o.IsText)
            _table = Add("table", new Embedding(o.Vocabulary + 2, o.Embedding, 1f / MathF.Sqrt(o.Embedding)));
        _encoder = Add("encoder", new Lstm(o.InputColumns, o.Bidirectional ? o.Hidden / 2 : o.Hidden, o.Layers,
            o.Bidirectional, o.Dropout));
        _latent = Add("latent", new Learning.Linear(2 * o.Hidden, o.Variational ? 2 * o.Latent : o.Latent));
        _begin = Add("begin", new Learning.Linear(o.Latent, checked(2 * o.Layers * o.Hidden)));
        _decoder = Add("decoder", new Lstm((o.Feeds ? o.InputColumns : 0) + o.Latent, o.Hidden, o.Layers,
            dropout: o.Dropout));
        if (o.Attention > 0)
            _attention = Add("attention", new AdditiveAttention(o.Hidden, o.Hidden, o.Attention));
        _output = Add("output", new Learning.Linear(o.Attention > 0 ? 2 * o.Hidden : o.Hidden, o.OutputColumns));
        if (o.IsText)
            _outputBias = Add(new Parameter("output_bias", Initializer.Zeros, o.Vocabulary + 2));
        else
            _normalisation = Add(new Parameter("normalisation", Initializer.Zeros, 2) { IsTrained = false });
        if (o.Attention == 0)
            Fit = Add("fit", new LatentNormal(o.Latent));
    }

    /// <summary>The sizes.</summary>
    public LstmAutoencoderOptions Options { get; }

    /// <summary>Where the latents of the training data lie; null with attention, as latents alone say nothing
    /// then.</summary>
    public LatentNormal? Fit { get; }

    /// <summary>Whether it is known where latents lie: of a variational model always, else once training has ended.</summary>
    public bool CanDraw => Options.Variational || Fit is { IsFitted: true };

    /// <summary>Draws latents: of a variational model from the prior N(0, 1), else by <see cref="Fit"/>.</summary>
    /// <param name="count">How many.</param>
    /// <param name="seed">The same seed gives the same latents everywhere.</param>
    /// <param name="temperature">What their deviation is multiplied by.</param>
    /// <returns>(count, Z).</returns>
    /// <exception cref="InvalidOperationException">It is not <see cref="CanDraw"/>.</exception>
    public float[] Draw(int count, ulong seed, float temperature = 1f)
    {
        if (!CanDraw)
            throw new InvalidOperationException("It is not known where the model's latents lie.");
        if (!Options.Variational)
            return Fit!.Draw(count, seed, temperature);
        float[] latents = new float[checked(count * Options.Latent)];
        RandomFill.Normal(seed, stream: 0, latents, deviation: temperature);
        return latents;
    }

    /// <summary>The token that ends a sequence: the one after the tokeniser's.</summary>
    public int End => Options.Vocabulary;

    // Stands for what came before the first token, and for what is withheld.
    private int Nothing => Options.Vocabulary + 1;

    /// <summary>Mean and standard deviation of the values learnt from; what goes in is (value − mean) /
    /// deviation.</summary>
    /// <exception cref="InvalidOperationException">The sequences are of tokens.</exception>
    public (float Mean, float Deviation) Normalisation
    {
        get => _normalisation is { Value.Span: var n } ? (n[0], n[1])
            : throw new InvalidOperationException("Tokens are not normalised.");
        set
        {
            if (_normalisation is null || !float.IsFinite(value.Mean) || !(value.Deviation > 0f)
                || !float.IsFinite(value.Deviation))
                throw new InvalidOperationException($"A mean of {value.Mean} and a deviation of {value.Deviation} " +
                    $"normalise nothing.");
            (_normalisation.Value.Span[0], _normalisation.Value.Span[1]) = value;
            _normalisation.Touch();
        }
    }

    /// <summary>What the encoder makes of sequences.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="batch">The sequences.</param>
    public Encoding Encode(Tape tape, SequenceBatch batch)
    {
        ArgumentNullException.ThrowIfNull(tape);
        ArgumentNullException.ThrowIfNull(batch);
        // (B, T, E) or (B, T, F)
        Variable x = _table is null ? Tape.Input(batch.Values)
            : tape.Dropout(_table.Forward(tape, batch.Tokens, batch.Count, batch.Steps), Options.Dropout);
        (Variable memory, LstmState state) = _encoder.Forward(tape, x, null, batch.Lengths);         // (B, T, H)
        (Variable Hidden, Variable Cell) last = state[state.Count - 1];
        Variable top = Options.Bidirectional
            ? tape.Concatenate(-1, state[state.Count - 2].Hidden, last.Hidden, state[state.Count - 2].Cell, last.Cell)
            : tape.Concatenate(-1, last.Hidden, last.Cell);                                         // (B, 2H)
        Variable latent = _latent.Forward(tape, top);                                               // (B, Z), or (B, 2Z)
        if (!Options.Variational)
            return new Encoding(latent, _attention is null ? null : memory, _attention?.Keys(tape, memory), batch.Visible);
        int z = Options.Latent;
        Variable mean = tape.Slice(latent, -1, 0, z), logVariance = tape.Slice(latent, -1, z, z);
        return new Encoding(mean, null, null, batch.Visible)
        {
            LogVariance = _table is null ? tape.AddConstant(logVariance, BeginPosterior) : logVariance,
        };
    }

    /// <summary>The states the decoder begins with: tanh of a linear function of z for the hidden ones, the function
    /// itself for cells.</summary>
    public LstmState Begin(Tape tape, Variable latent)
    {
        // (B, 2 · layers · H)
        Variable all = _begin.Forward(tape, latent);
        var states = new (Variable, Variable)[Options.Layers];
        int h = Options.Hidden;
        for (int i = 0; i < states.Length; i++)
            states[i] = (tape.Activate(tape.Slice(all, -1, 2 * i * h, h), Activation.Tanh),
                tape.Slice(all, -1, (2 * i + 1) * h, h));
        return new LstmState(states);
    }

    /// <summary>The decoder over some steps.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="encoding">What is decoded.</param>
    /// <param name="previous">What came before each step, (B, T, E) or (B, T, F); null if it is never fed.</param>
    /// <param name="steps">T.</param>
    /// <param name="state">The states before.</param>
    /// <param name="lengths">Of the sequences (B), or empty.</param>
    /// <returns>
    /// Logits (B, T, tokens + 2) or normalised values (B, T, F), of a variational model (B, T, 2F), their means and what variances are made of;
    /// the states after; the attention's weights (B, T, S), if there is one.
    /// </returns>
    public (Variable Output, LstmState State, Variable? Weights) Decode(Tape tape, Encoding encoding,
        Variable? previous, int steps, LstmState state,
        ReadOnlyMemory<int> lengths = default)
    {
        ArgumentNullException.ThrowIfNull(tape);
        ArgumentNullException.ThrowIfNull(encoding);
        int batch = encoding.Latent.Shape[0];
        int[] rows = new int[batch * steps];
        for (int i = 0; i < rows.Length; i++)
            rows[i] = i / steps;
        // z at every step (B, T, Z)
        Variable input = tape.Embed(encoding.Latent, rows, batch, steps);
        if (previous is not null)
            input = tape.Concatenate(-1, previous, input);
        (Variable output, state) = _decoder.Forward(tape, input, state, lengths);                   // (B, T, H)
        Variable? weights = null;
        if (_attention is not null)
        {
            (Variable context, weights) = _attention.Forward(tape, output, encoding.Memory!, encoding.Visible,
                encoding.Keys);
            output = tape.Concatenate(-1, output, context);                                         // (B, T, 2H)
        }
        output = _output.Forward(tape, tape.Dropout(output, Options.Dropout));
        return (_table is null ? output : tape.Linear(output, _table.Weight, _outputBias), state, weights);
    }

    /// <summary>Rows of tokens, for <see cref="Decode"/>.</summary>
    public Variable Rows(Tape tape, ReadOnlyMemory<int> tokens, int batch, int steps) =>
        tape.Dropout(_table!.Forward(tape, tokens, batch, steps), Options.Dropout);

    /// <summary>
    /// The mean loss with teacher forcing: cross-entropy of a token in nats, or squared error of a normalised value. Of a variational model
    /// the negative evidence lower bound of a token or normalised value: z is a sample, and the divergence is shared among them.
    /// </summary>
    /// <param name="tape">The tape.</param>
    /// <param name="batch">The sequences.</param>
    /// <param name="weight">Of the divergence; 1 for the bound.</param>
    /// <param name="freeBits">Nats below which the mean divergence of a latent costs no less.</param>
    /// <param name="oneVariance">Whether all values have one variance, that of the errors there are; false for the bound.</param>
    public Variable Loss(Tape tape, SequenceBatch batch, float weight = 1f, float freeBits = 0f, bool oneVariance = false)
    {
        ArgumentNullException.ThrowIfNull(tape);
        ArgumentNullException.ThrowIfNull(batch);
        Encoding encoding = Encode(tape, batch);
        if (Options.Variational)
        {
            (Variable cost, Variable divergence) = Bound(tape, batch, encoding, freeBits, oneVariance);
            return tape.Add(cost, tape.Scale(divergence, weight * batch.Count / batch.Items));
        }
        (Variable output, _) = Forced(tape, batch, encoding);
        if (_table is not null)
            return tape.CrossEntropy(output, Targets(batch));
        return Error(tape, batch, output);
    }

    /// <summary>Normalised values (B, T, F) of what the decoder gives: a variational one's means.</summary>
    internal Variable Values(Tape tape, Variable output) => Options.Variational ? tape.Slice(output, -1, 0, Options.Frame) : output;

    /// <summary>Of a variational model, with a sample of z: what each token or value costs on average, and the mean divergence of a sequence.</summary>
    internal (Variable Cost, Variable Divergence) Bound(Tape tape, SequenceBatch batch, Encoding encoding, float freeBits = 0f, bool oneVariance = false)
    {
        Variable logVariance = encoding.LogVariance!, divergence = GaussianPosterior.Divergence(tape, encoding.Latent, logVariance, freeBits);
        Variable output = Forced(tape, batch, encoding with { Latent = tape.SampleGaussian(encoding.Latent, logVariance) }).Output;
        return (_table is null ? Surprise(tape, batch, output, oneVariance) : tape.CrossEntropy(output, Targets(batch)), divergence);
    }

    // The mean squared error of the values that are there.
    private static Variable Error(Tape tape, SequenceBatch batch, Variable values)
    {
        if (batch.Missing.Length > 0)
            values = tape.Fill(values, batch.Missing, 0f);
        return tape.Scale(tape.SquaredError(values, Tape.Input(batch.Values), Reduction.Sum), 1f / batch.Items);
    }

    // −ln of a value under its normal distribution, the mean over those that are there: where none is, the distribution
    // is one under which the 0 that stands there costs nothing.
    private Variable Surprise(Tape tape, SequenceBatch batch, Variable output, bool oneVariance)
    {
        Variable mean = Values(tape, output);
        if (oneVariance)
            return GaussianVariance.CostOfOne(tape, Error(tape, batch, mean));
        Variable logVariance = GaussianVariance.Log(tape, tape.Slice(output, -1, Options.Frame, Options.Frame));
        if (batch.Missing.Length > 0)
            (mean, logVariance) = (tape.Fill(mean, batch.Missing, 0f), tape.Fill(logVariance, batch.Missing, -GaussianCost.LogTwoPi));
        return tape.Scale(tape.Gaussian(batch.Values, mean, logVariance, Reduction.Sum), 1f / batch.Items);
    }

    /// <summary>The decoder's output with what really came before as its input, and the attention's weights.</summary>
    public (Variable Output, Variable? Weights) Forced(Tape tape, SequenceBatch batch) => Forced(tape, batch, Encode(tape, batch));

    private (Variable Output, Variable? Weights) Forced(Tape tape, SequenceBatch batch, Encoding encoding)
    {
        Variable? previous = Options.Feeds ? Previous(tape, batch) : null;
        (Variable output, _, Variable? weights) = Decode(tape, encoding, previous, batch.Steps,
            Begin(tape, encoding.Latent), batch.Lengths);
        return (output, weights);
    }

    /// <summary>What is to be foreseen at each step (B, T): padding is ignored.</summary>
    internal static int[] Targets(SequenceBatch batch)
    {
        int[] targets = [.. batch.Tokens];
        for (int i = 0; i < targets.Length; i++)
            targets[i] = batch.Visible[i] != 0 ? targets[i] : CrossEntropy.Ignored;
        return targets;
    }

    /// <summary>What stands before the first step (B, 1, ·).</summary>
    internal Variable First(Tape tape, int batch)
    {
        int[] nothing = new int[batch];
        nothing.AsSpan().Fill(Nothing);
        return _table is null ? Tape.Input(tape.Memory.RentZeros(batch, 1, Options.Frame))
            : Rows(tape, nothing, batch, 1);
    }

    // Every sequence moved on by a step; in training some of it withheld.
    private Variable Previous(Tape tape, SequenceBatch batch)
    {
        bool[] withheld = Withheld(tape, batch.Count * batch.Steps);
        if (_table is not null)
        {
            int[] tokens = new int[batch.Tokens.Length];
            for (int i = 0; i < tokens.Length; i++)
                tokens[i] = i % batch.Steps == 0 || withheld[i] ? Nothing : batch.Tokens[i - 1];
            return Rows(tape, tokens, batch.Count, batch.Steps);
        }
        Tensor values = tape.Memory.RentZeros(batch.Count, batch.Steps, Options.Frame);
        for (int i = 0; i < withheld.Length; i++)
        {
            if (i % batch.Steps > 0 && !withheld[i])
                batch.Values.Span.Slice((i - 1) * Options.Frame, Options.Frame)
                    .CopyTo(values.Span[(i * Options.Frame)..]);
        }
        return Tape.Input(values);
    }

    private bool[] Withheld(Tape tape, int count)
    {
        bool[] withheld = new bool[count];
        if (!tape.IsTraining || Options.Withheld == 0f)
            return withheld;
        ulong stream = tape.NextStream++;
        uint limit = (uint)(Options.Withheld * (double)uint.MaxValue);
        for (int i = 0; i < count; i++)
            withheld[i] = Philox.Block(tape.Seed, stream, (ulong)i).X < limit;
        return withheld;
    }

    /// <summary>What a decoder knows of sequences: the latent (B, Z), and with attention the encoder's outputs (B, T,
    /// H), their keys and which are there.</summary>
    /// <param name="Latent">(B, Z).</param>
    /// <param name="Memory">(B, T, H), with attention.</param>
    /// <param name="Keys">(B, T, A), with attention.</param>
    /// <param name="Visible">(B, T).</param>
    public sealed record Encoding(Variable Latent, Variable? Memory, Variable? Keys, ReadOnlyMemory<byte> Visible)
    {
        /// <summary>Log variances (B, Z) of the posterior whose mean the latent is, if the model is variational.</summary>
        public Variable? LogVariance { get; init; }
    }
}

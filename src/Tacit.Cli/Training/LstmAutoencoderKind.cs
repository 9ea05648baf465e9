using Tacit.Cli.Sequences;
using Tacit.Cli.Series;
using Tacit.Learning;
using Tacit.Media;
using Tacit.Modeling;
using Tacit.Modeling.Recurrent;
using Tacit.Modeling.Variational;
using Tacit.Numerics;

namespace Tacit.Cli.Training;

/// <summary>tacit train lstm-ae: an autoencoder of lines of text, or of windows of series and sounds.</summary>
internal sealed class LstmAutoencoderKind : TrainKind
{
    private const string Pairs = "bpe:4096";
    private const ulong SplitStream = 5UL << 60;     // beside those of batches and operations

    public override string Name => "lstm-ae";

    public override string Summary => "an LSTM autoencoder of sequences: lines of text, series, sounds";

    public override bool KeepsItems => true;

    public override string OptionHelp => """
          --input I           auto (default), text (lines; .gz too), csv, sound (WAV, AIFF) or int16
          --max-words N       leave out lines of more words (0: none)
          --length N          most tokens of a line (64), or values of a window (512)
          --long L            lines of more tokens: skip (default) or cut
          --tokenizer T       bpe:4096 (default): byte pairs learnt from the data; bytes; or a file
          --stride N          values from one window to the next (0: as many as it has)
          --column NAME       the column of a CSV file
          --frame N           values that a step takes together (8)
          --embedding N, --hidden N, --layers N, --latent N
                              columns of a token; of the LSTMs; how many; numbers a sequence becomes
          --bidirectional B   true or false: the encoder also runs from the end
          --attention N       columns of the decoder's attention to the encoder's states (128 for text);
                              0 for none (default for values): then the latent is all the decoder knows
          --withheld S        share of what came before that is kept from the decoder in training
                              (0 for text); 1, which values have: never shown, in use neither
          --variational B     true: the latent is a distribution, and 'tacit generate' draws new sequences
                              from the normal one; without attention; of values the decoder gives mean
                              and variance of each; of text --withheld 0.3 helps the latent
          --beta B, --kl-warm-up N, --free-bits F
                              then: as for 'tacit train vae'
          --dropout D         share of values dropped in training
          --vocabulary N      the tokeniser's; need not be given
          --batch N           sequences in a batch
        """;

    public override IReadOnlyList<(string Name, string Json)> Presets =>
    [
        ("small", """{"rate":0.003,"decay":0.01,"batch":64}"""),
        ("tiny", """{"rate":0.005,"decay":0.01,"batch":32,"embedding":32,"hidden":64,"latent":32}"""),
        ("base", """{"rate":0.002,"decay":0.01,"batch":64,"embedding":256,"hidden":512,"latent":256,"layers":2,"dropout":0.1}"""),
    ];

    public override string FurtherPreset => """{"rate":0.0005,"decay":0.01,"batch":64}""";

    public override IReadOnlyList<string> FreeSettings => ["dropout"];

    public override IReadOnlyList<string> KeptSettings => ["tokenizer"];

    public override void Ask(Settings model, Settings task)
    {
        LstmAutoencoderModel.Options(model);
        AskInput(task);
        AskObjective(task);
        TokenizerSetting.Ask(task, Pairs);
    }

    public override TrainJob Prepare(Settings model, Settings task, TrainData data, ulong seed, ModelFile? checkpoint,
        long memory)
    {
        (SequenceReading how, bool cut, int batch) = AskInput(task);
        VariationalObjective objective = AskObjective(task);
        var ask = model.Copy();
        int length = ask.Whole("length", 512, 1, 1 << 20);
        how = how with { Length = length, Rate = checkpoint is null ? 0 : SoundClips.KnownRate(checkpoint) ?? 0 };
        SequenceExamples examples = SequenceExamples.Read(data.Files, how);
        int rate = Math.Max(examples.Rate, how.Rate.Value);
        SequenceExamples? named = data.ValidationFiles is { } files ? SequenceExamples.Read(files, how with { Rate = rate }) : null;
        if (named is not null && named.IsText != examples.IsText)
            throw new InvalidDataException("what is to be validated on is of another sort than what is to be learnt " +
                "from");
        (int[] learnt, int[] validated) = Split(examples, named is null ? data.Share : 0f, seed);
        ITokenizer? tokenizer = null;
        if (examples.IsText)
            tokenizer = checkpoint is null ? TokenizerSetting.Make(task, examples.Text(learnt), Pairs)
                : TokenizerSetting.Kept(task, checkpoint);
        else
            TokenizerSetting.Ask(task, Pairs);
        LstmAutoencoderOptions options = LstmAutoencoderModel.Options(model, tokenizer is null
            ? new LstmAutoencoderOptions { Length = 512, Withheld = 1f }
            : new LstmAutoencoderOptions { Vocabulary = tokenizer.Vocabulary, Attention = ask.Flag("variational", false) ? 0 : 128 });
        if (options.Vocabulary != (tokenizer?.Vocabulary ?? 0))
            throw new InvalidDataException($"'vocabulary' is {tokenizer?.Vocabulary ?? 0} with this data, not " +
                $"{options.Vocabulary}; it need not be given.");
        CheckSizes(options, batch, memory);

        // The split is of examples, so that it does not depend on how long their tokens are.
        SequenceSet all = examples.Sequences(tokenizer, options.Length, cut, out List<int> kept);
        SequenceSet training = Part(all, kept, learnt), validation = named is null ? Part(all, kept, validated)
            : named.Sequences(tokenizer, options.Length, cut, out _);
        if (training.Count == 0)
            throw new InvalidDataException($"there are {examples.Count} sequences and none to learn from; more data, " +
                $"or a smaller --validation-share");
        LstmAutoencoder network;
        try
        {
            network = new LstmAutoencoder(options);
        }
        catch (Exception e) when (e is ArgumentException or OverflowException)
        {
            throw new InvalidDataException($"the settings do not fit together: {e.Message}", e);
        }
        network.Initialize(seed);
        return new TrainJob
        {
            Task = new LstmAutoencoderTask(network, training, validation.Count > 0 ? validation : null, batch, seed, objective),
            Unit = (examples.IsText ? "nats per token" : options.Variational ? "nats per value" : "of the variance", 1),
            Items = "sequences",
            Finish = network.Fit is not { } fit ? null : ("looking where latents lie", (workers, cancellationToken) =>
                fit.FitLatents(network.Encode(training, workers, cancellationToken))),
            Notes = [$"{training.Count} sequences to learn from, {validation.Count} to validate on", .. examples.Notes,
                .. named?.Notes ?? []],
            Metadata = tokenizer is null ? SoundClips.Describe(rate) : TokenizerText.Describe(tokenizer),
        };
    }

    private static VariationalObjective AskObjective(Settings task) =>
        new(task.Real("beta", 1f, 0f, 1000f), task.Whole("kl_warm_up", 0L, 0L, 1L << 40), task.Real("free_bits", 0f, 0f, 100f));

    private static (SequenceReading How, bool Cut, int Batch) AskInput(Settings task)
    {
        SequenceInput input = task.Choice("input", SequenceInput.Auto, ("auto", SequenceInput.Auto),
            ("text", SequenceInput.Text), ("csv", SequenceInput.Csv),
            ("sound", SequenceInput.Sound), ("int16", SequenceInput.Int16));
        string column = task.Text("column", "");
        int words = task.Whole("max_words", 0, 0, 1 << 20), stride = task.Whole("stride", 0, 0, 1 << 28);
        bool cut = task.Choice("long", false, ("skip", false), ("cut", true));
        return (new SequenceReading(input, 1, stride, column.Length > 0 ? column : null, words, 0), cut,
            task.Whole("batch", 64, 1, 1 << 16));
    }

    // Lines, or whole files of values if there are several, in an order drawn by the seed; of one series the end, and
    // no window
    // that overlaps it is learnt from. At least one example is learnt from.
    private static (int[] Learnt, int[] Validated) Split(SequenceExamples examples, float share, ulong seed)
    {
        if (examples.IsText)
            return Shuffle(examples.Count, share, seed);
        int files = examples.FileOf[^1] + 1;
        if (files > 1)
        {
            HashSet<int> kept = [.. Shuffle(files, share, seed).Validated];
            return (Where(i => !kept.Contains(examples.FileOf[i])), Where(i => kept.Contains(examples.FileOf[i])));
        }
        int[] last = examples.LastWindows(share);
        return last.Contains(0) ? (Where(i => last[i] == 0), Where(i => last[i] == 1))
            : ([.. Enumerable.Range(0, examples.Count)], []);

        int[] Where(Func<int, bool> wanted) => [.. Enumerable.Range(0, examples.Count).Where(wanted)];
    }

    private static (int[] Learnt, int[] Validated) Shuffle(int count, float share, ulong seed)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        for (int i = count - 1; i > 0; i--)
        {
            int j = (int)(((ulong)Philox.Block(seed, SplitStream, (ulong)i).X * (ulong)(i + 1)) >> 32);
            (order[i], order[j]) = (order[j], order[i]);
        }
        int validated = Math.Min((int)((double)share * count), count - 1);
        return ([.. order[validated..].Order()], [.. order[..validated].Order()]);
    }

    private static SequenceSet Part(SequenceSet all, List<int> kept, int[] wanted)
    {
        var places = new Dictionary<int, int>();
        for (int i = 0; i < kept.Count; i++)
            places.Add(kept[i], i);
        return all.Part(wanted.Where(places.ContainsKey).Select(i => places[i]));
    }

    private static void CheckSizes(LstmAutoencoderOptions o, int batch, long memory)
    {
        long parameters = LstmAutoencoderModel.ParameterCount(o),
            widest = Math.Max(o.IsText ? o.Vocabulary + 2 : o.Variational ? 2 * o.Frame : o.Frame, 4 * o.Hidden);
        // With attention every step has a score, a weight and a gradient for every step.
        long values = batch * (long)o.MostSteps * (widest + (o.Attention > 0 ? 4L * o.MostSteps : 0));
        if (values > int.MaxValue || parameters > int.MaxValue)
            throw new InvalidDataException("the model or a batch has 2^31 values or more; a smaller --batch, " +
                "--hidden, --vocabulary or --length is needed");
        long least = sizeof(float) * (3 * parameters + values);     // values, gradients and the copy of the best
        if (least > memory)
        {
            throw new InsufficientMemoryException($"training takes {ByteSize.Format(least)} at least, of " +
                $"{ByteSize.Format(memory)} there are or --memlimit allows; " +
                "a smaller --batch or --preset needs less");
        }
    }
}

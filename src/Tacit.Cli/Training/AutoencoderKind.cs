using Tacit.Cli.Items;
using Tacit.Cli.Series;
using Tacit.Learning;
using Tacit.Media.DataSets;
using Tacit.Modeling;
using Tacit.Modeling.Autoencoders;

namespace Tacit.Cli.Training;

/// <summary>tacit train ae: an autoencoder of images or vectors.</summary>
internal sealed class AutoencoderKind : TrainKind
{
    public override string Name => "ae";

    public override string Summary => "an autoencoder of images, vectors or pieces of sound";

    public override string OptionHelp => """
        DATA is PNG and PNM images, folders of them, IDX files, CIFAR-10's binary files (.bin), tables of
        numbers, a vector in each row, or WAV and AIFF sounds; in gzip too. All items are of one size.

          --shape [C x]HxW    what vectors are as images (8x8), or the images of a PNG that has one in
                              each row of its pixels (32x32)
          --labels L          'last', or the name or number of a table's column with labels, which is
                              not learnt from; a file of labels is checked against the items
          --length N, --stride N
                              of sounds: samples of an item (default 512), and from the beginning of one to
                              that of the next (default: as many as it has)
          --latents N         numbers an item becomes (default 32)
          --encoder E         conv (default for images; of vectors along the values) or mlp (for vectors)
          --decoder D         conv, mlp; ar: each value from those before it and the latents;
                              transformer: each row of an image, alike
          --loss L            mse (default), or cross-entropy: values are probabilities
          --output O          sigmoid (default), or linear: values may leave 0 to 1
          --activation A      between layers: silu (default), relu, gelu or tanh
          --hidden N, --layers N
                              units of hidden linear layers, and how many (0: linear)
          --filters N, --levels N
                              conv: channels after the first convolution, each further one has twice as
                              many; convolutions, each halves height and width, or a vector's length
          --order P, --units N
                              ar: values it goes by (0: three rows); units between (0: linear)
          --columns N, --heads N, --blocks N, --element N
                              transformer: its sizes; values foreseen at once (0: a row)
          --past-dropout D    ar, transformer: share of the past that is hidden in training (0.5; 0 without
                              latents)
          --augment A         shift:N, flip, noise:D with commas between: moved by up to N pixels,
                              mirrored, normal noise that only the encoder sees (default none)
          --batch N           items in a batch
          --channels, --height, --width, --lowest, --highest
                              what the data say: shape, and the values that stand for 0 and 1
        The items kept for validation are drawn by the seed, unless --validation names some; of sounds
        whole files, or of fewer than ten the end of each, without what overlaps it.
        """;

    public override IReadOnlyList<(string Name, string Json)> Presets =>
    [
        ("small", """{"batch":64,"rate":0.002,"decay":0,"beta2":0.999,"least_rate":0.01,"steps":10000}"""),
        ("tiny", """{"filters":8,"hidden":64,"units":16,"columns":32,"batch":32,"rate":0.003,"decay":0,"beta2":0.999,"least_rate":0.01,"steps":2000}"""),
        ("base", """{"filters":64,"hidden":512,"units":64,"columns":128,"batch":64,"rate":0.001,"decay":0,"beta2":0.999,"least_rate":0.01,"steps":20000}"""),
    ];

    public override string FurtherPreset => """{"batch":64,"rate":0.0005,"decay":0,"beta2":0.999,"least_rate":0.01}""";

    public override IReadOnlyList<string> FreeSettings => ["past_dropout", "loss"];

    public override bool KeepsItems => true;

    public override IReadOnlyList<string> DataSettings => ItemInput.ShapeSettings;

    public override void Ask(Settings model, Settings task)
    {
        AutoencoderModel.Options(model);
        AutoencoderModel.Items(model, new ItemShape(1, 1, 1), new ItemScale(0f, 1f));
        AskTask(task);
    }

    public override TrainJob Prepare(Settings model, Settings task, TrainData data, ulong seed, ModelFile? checkpoint,
        long memory)
    {
        (ItemInput input, Augmentation augmentation, int batch) = AskTask(task);
        var read = ItemTraining.Read(input, data, seed);
        ItemSet items = read.Items;
        SoundClips.CheckRate(checkpoint, items.SampleRate);
        AutoencoderOptions options = AutoencoderModel.Options(model, new AutoencoderOptions
        {
            Encoder = items.Shape.IsImage ? ItemEncoderKind.Convolutional : ItemEncoderKind.Mlp,
            Decoder = items.Shape.IsImage ? ItemDecoderKind.Convolutional : ItemDecoderKind.Mlp,
        });
        (ItemShape shape, ItemScale scale) = AutoencoderModel.Items(model, items.Shape,
            ScaleOf(options, read));
        if (shape != items.Shape)
            throw new InvalidDataException($"the items are {items.Shape}, those of the model {shape}");
        options = options with { Shape = shape };
        if (options.Mistake() is { } mistake)
            throw new InvalidDataException(mistake);
        read.CheckSizes(AutoencoderNetwork.Count(options), AutoencoderNetwork.WidestCount(options), batch, memory,
            "--batch, --hidden or --filters");
        var autoencoder = new Autoencoder(Make(options), scale);
        autoencoder.Network.Initialize(seed);
        (ItemSet measured, int[] which) = read.Measured;
        return new TrainJob
        {
            Task = new AutoencoderTask(autoencoder, items, read.Training, read.Validated, read.Validation, batch,
                augmentation, seed),
            Unit = options.Loss == ItemLoss.CrossEntropy ? ("bits per value", 1 / Math.Log(2))
                : ("x 0.001 squared error", 1000),
            Items = "items",
            Finish = ("looking where latents lie and how large errors are", (workers, cancellationToken) =>
                autoencoder.Finish(items, read.Training, measured, which, workers, cancellationToken)),
            Metadata = read.Metadata,
        };
    }

    private static (ItemInput Input, Augmentation Augmentation, int Batch) AskTask(Settings task) =>
        (ItemInput.Ask(task), Augmentation.Parse(task.Text("augment", "none")), task.Whole("batch", 64, 1, ItemTraining.MostBatch));

    // What is learnt from says what 0 and 1 stand for; what cross-entropy is asked of must lie between, whatever it is
    // for.
    private static ItemScale ScaleOf(AutoencoderOptions options, ItemTraining read)
    {
        ItemScale learnt = read.Items.Measure(read.Training);
        if (options.Loss != ItemLoss.CrossEntropy || read.Validated is null)
            return learnt;
        ItemScale kept = read.Held.Measure(read.Validation);
        return new ItemScale(Math.Min(learnt.Lowest, kept.Lowest), Math.Max(learnt.Highest, kept.Highest));
    }

    private static AutoencoderNetwork Make(AutoencoderOptions options)
    {
        try
        {
            return new AutoencoderNetwork(options);
        }
        catch (Exception e) when (e is ArgumentException or OverflowException)
        {
            throw new InvalidDataException($"the settings do not fit together: {e.Message}", e);
        }
    }
}

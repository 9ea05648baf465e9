using Tacit.Cli.Items;
using Tacit.Cli.Series;
using Tacit.Learning;
using Tacit.Media.DataSets;
using Tacit.Modeling;
using Tacit.Modeling.Autoencoders;
using Tacit.Modeling.Variational;

namespace Tacit.Cli.Training;

/// <summary>tacit train vae: a variational autoencoder of images or vectors.</summary>
internal sealed class VariationalKind : TrainKind
{
    public override string Name => "vae";

    public override string Summary => "a variational autoencoder of images, vectors or pieces of sound";

    public override string OptionHelp => """
        DATA is as for 'tacit train ae': images, IDX files, CIFAR-10's files, tables or sounds, in gzip too.

          --shape [C x]HxW, --labels L, --length N, --stride N
                              as for 'tacit train ae'
          --likelihood L      of each value: bernoulli (0 or 1), categorical (any of --values whole
                              numbers), mixture (whole numbers, --components K discretised logistic
                              distributions; the default for such), gaussian (the default for others)
          --binarise B        true: values become 0 or 1, drawn with themselves as the probability;
                              anew each time to learn from, once and for all elsewhere; the likelihood
                              is then bernoulli
          --latents N         numbers an item becomes (default 32)
          --top-latents N     numbers of a second layer, which is the first one's prior (default 0: none)
          --neighbours N      how many pixels before a pixel, the nearest, are seen besides the latents
                              (default 0; 12: two rows above and two columns to the left): far better
                              compression, for a decoder that goes pixel by pixel
          --features N, --units N
                              with neighbours: numbers by which the decoder describes a pixel (default
                              8), hidden units between these and its distribution (default 32)
          --encoder E, --decoder D
                              conv (default for images; of vectors along the values) or mlp (for vectors)
          --beta B            weight of the divergence from the prior (default 1)
          --kl-warm-up N      batches in which that weight grows from 0, and all values of a gaussian have
                              one variance, that of the errors there are
          --free-bits F       nats a latent may hold at no cost
          --activation A      between layers: silu (default), relu, gelu or tanh
          --hidden N, --layers N
                              units of hidden linear layers, and how many (0: linear)
          --filters N, --levels N
                              conv: channels after the first convolution, each further one has twice as
                              many; convolutions, each halves height and width, or a vector's length
          --augment A         shift:N, flip, noise:D with commas between (default none)
          --batch N           items in a batch
          --values, --channels, --height, --width, --lowest, --highest
                              what the data say: how many values, shape, what stands for 0 and 1
        The items kept for validation are drawn by the seed, unless --validation names some; the loss
        there is the negative evidence lower bound, whatever beta is.
        """;

    public override IReadOnlyList<(string Name, string Json)> Presets =>
    [
        ("small", """{"batch":128,"rate":0.001,"decay":0,"beta2":0.999,"least_rate":0.02,"kl_warm_up":1000,"steps":10000}"""),
        ("tiny", """{"filters":8,"hidden":64,"latents":8,"batch":32,"rate":0.003,"decay":0,"beta2":0.999,"least_rate":0.02,"kl_warm_up":200,"steps":2000}"""),
        ("base", """{"filters":32,"hidden":1024,"latents":64,"batch":128,"rate":0.0007,"decay":0,"beta2":0.999,"least_rate":0.02,"kl_warm_up":2000,"steps":40000}"""),
    ];

    public override string FurtherPreset => """{"batch":128,"rate":0.0003,"decay":0,"beta2":0.999,"least_rate":0.02}""";

    public override bool KeepsItems => true;

    public override IReadOnlyList<string> DataSettings => ItemInput.ShapeSettings;

    public override void Ask(Settings model, Settings task)
    {
        VariationalModel.Options(model);
        AutoencoderModel.Items(model, new ItemShape(1, 1, 1), new ItemScale(0f, 1f));
        AskTask(task);
    }

    public override TrainJob Prepare(Settings model, Settings task, TrainData data, ulong seed, ModelFile? checkpoint, long memory)
    {
        (ItemInput input, Augmentation augmentation, int batch, VariationalObjective objective) = AskTask(task);
        var read = ItemTraining.Read(input, data, seed);
        ItemSet items = read.Items;
        SoundClips.CheckRate(checkpoint, items.SampleRate);
        bool binarises = model.Copy().Flag("binarise", false);
        int values = ValuesOf(items);
        VariationalOptions options = VariationalModel.Options(model, new VariationalOptions
        {
            Encoder = items.Shape.IsImage ? ItemEncoderKind.Convolutional : ItemEncoderKind.Mlp,
            Decoder = items.Shape.IsImage ? ItemDecoderKind.Convolutional : ItemDecoderKind.Mlp,
            Likelihood = binarises ? LikelihoodKind.Bernoulli : values > 0 ? LikelihoodKind.LogisticMixture : LikelihoodKind.Gaussian,
            Values = values > 0 ? values : 2,
        });
        bool isWhole = options.Likelihood is LikelihoodKind.Categorical or LikelihoodKind.LogisticMixture;
        if (isWhole && values == 0)
            throw new InvalidDataException("the values are not whole numbers from 0 to 255, as categorical and mixture need; gaussian takes any");
        ItemScale own = values > 0 ? new ItemScale(0f, options.Values - 1) : items.Measure(read.Training);
        (ItemShape shape, ItemScale scale) = AutoencoderModel.Items(model, items.Shape, own);
        if (shape != items.Shape)
            throw new InvalidDataException($"the items are {items.Shape}, those of the model {shape}");
        if (isWhole && scale != new ItemScale(0f, options.Values - 1))
            throw new InvalidDataException($"with {options.Values} whole numbers, 0 and {options.Values - 1} stand for 0 and 1; --lowest and --highest cannot be others");
        options = options with { Shape = shape };
        if (options.Mistake() is { } mistake)
            throw new InvalidDataException(mistake);
        read.CheckSizes(VariationalNetwork.Count(options), VariationalNetwork.WidestCount(options), batch, memory, "--batch, --hidden, --filters, --units or --components");
        var autoencoder = new VariationalAutoencoder(Make(options), scale);
        autoencoder.Network.Initialize(seed);
        (ItemSet measured, int[] which) = read.Measured;
        return new TrainJob
        {
            Task = new VariationalTask(autoencoder, items, read.Training, read.Validated, read.Validation, batch, objective, augmentation, seed),
            Unit = ("nats per item", 1),
            Items = "items",
            Finish = ("looking where latents lie and how large errors are", (workers, cancellationToken) =>
                autoencoder.Finish(items, read.Training, measured, which, workers, cancellationToken)),
            Metadata = read.Metadata,
        };
    }

    private static (ItemInput Input, Augmentation Augmentation, int Batch, VariationalObjective Objective) AskTask(Settings task)
    {
        var input = ItemInput.Ask(task);
        Augmentation augmentation = Augmentation.Parse(task.Text("augment", "none"));
        int batch = task.Whole("batch", 128, 1, ItemTraining.MostBatch);
        var objective = new VariationalObjective(task.Real("beta", 1f, 0f, 1000f), task.Whole("kl_warm_up", 0L, 0L, 1L << 40), task.Real("free_bits", 0f, 0f, 100f));
        return (input, augmentation, batch, objective);
    }

    // How many whole numbers there are, from 0 on; 0 if values are others.
    private static int ValuesOf(ItemSet items)
    {
        if (items.Bytes.IsEmpty || items.Highest > byte.MaxValue)
            return 0;
        int most = items.Highest;
        if (most == 0)
        {
            foreach (byte value in items.Bytes.Span)
                most = Math.Max(most, value);
        }
        return Math.Max(most, 1) + 1;
    }

    private static VariationalNetwork Make(VariationalOptions options)
    {
        try
        {
            return new VariationalNetwork(options);
        }
        catch (Exception e) when (e is ArgumentException or OverflowException)
        {
            throw new InvalidDataException($"the settings do not fit together: {e.Message}", e);
        }
    }
}

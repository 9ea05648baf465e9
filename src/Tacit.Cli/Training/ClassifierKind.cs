using Tacit.Cli.Files;
using Tacit.Cli.Items;
using Tacit.Cli.Series;
using Tacit.Learning;
using Tacit.Media.DataSets;
using Tacit.Modeling;
using Tacit.Modeling.Autoencoders;
using Tacit.Modeling.Classification;
using Tacit.Modeling.Latents;

namespace Tacit.Cli.Training;

/// <summary>tacit train classifier: labels of items from the latents of a model.</summary>
internal sealed class ClassifierKind : TrainKind
{
    private const string SomeFile = "file", EncoderHash = "encoder_sha256";

    public override string Name => "classifier";

    public override string Summary => "labels of images, vectors or pieces of sound from an autoencoder's latents";

    public override string OptionHelp => """
        DATA is what 'tacit train ae' takes, with labels: the folders' names, or what --labels says.

          --encoder MODEL     a model of ae or vae, whose encoder becomes a part of the classifier
          --tune B            true: the encoder learns, too; false (default): its latents stay as they are
          --labels L          a file of labels (IDX, or a line for each item), or a table's column: 'last',
                              its name or number
          --shape [C x]HxW    what vectors are as images, or the images in each row of a PNG's pixels
          --length N, --stride N
                              of sounds, as for 'tacit train ae'; the length is to be the encoder's
          --hidden N          units between latents and labels (default 256; 0: logistic regression)
          --dropout D         share of them dropped in training, of latents half as many (default 0.2)
          --augment A         shift:N, flip, noise:D with commas between (default none)
          --batch N           items in a batch
        The items kept for validation are drawn by the seed, of sounds as for 'tacit train ae', unless
        --validation names some with labels of their own. The classifier is one file: 'tacit classify
        --model MODEL' needs no other.
        """;

    public override IReadOnlyList<(string Name, string Json)> Presets =>
    [
        ("small", """{"batch":128,"rate":0.002,"decay":0.01,"beta2":0.999,"least_rate":0.01,"steps":5000}"""),
        ("tiny", """{"batch":32,"rate":0.005,"decay":0.01,"beta2":0.999,"least_rate":0.01,"steps":500,"hidden":32}"""),
        ("base", """{"batch":128,"rate":0.001,"decay":0.01,"beta2":0.999,"least_rate":0.01,"steps":20000,"hidden":512}"""),
    ];

    public override string FurtherPreset =>
        """{"batch":128,"rate":0.0005,"decay":0.01,"beta2":0.999,"least_rate":0.01}""";

    public override IReadOnlyList<string> FreeSettings => ["dropout"];

    public override IReadOnlyList<string> KeptSettings => ["encoder"];

    public override bool KeepsItems => true;

    public override IReadOnlyList<string> DataSettings => ItemInput.ShapeSettings;

    public override void Ask(Settings model, Settings task)
    {
        ClassifierModel.Options(model);
        AskTask(task);
    }

    public override TrainJob Prepare(Settings model, Settings task, TrainData data, ulong seed, ModelFile? checkpoint,
        long memory)
    {
        (string path, ItemInput input, Augmentation augmentation, bool tunes, int batch) = AskTask(task);
        var read = ItemTraining.Read(input, data, seed);
        ItemSet items = read.Items;
        SoundClips.CheckRate(checkpoint, items.SampleRate);
        if (items.Labels is null || read.Held.Labels is null)
            throw new InvalidDataException("the items have no labels; --labels says where they are");
        ClassifierOptions options = ClassifierModel.Options(model);
        (Classifier classifier, string hash) = checkpoint is not null ? Begun(checkpoint, path, options)
            : Begin(path, items, options, seed);
        LatentEncoder encoder = classifier.Network.Encoder;
        if (items.Shape != encoder.Shape)
            throw new InvalidDataException($"the items are {items.Shape}, those of the encoder {encoder.Shape}");
        CheckMemory(classifier.Network, read.Training.Length + read.Validation.Length, memory);
        return new TrainJob
        {
            Task = new ClassifierTask(classifier, items, read.Training, read.Held, read.Validation, tunes, batch, augmentation,
                seed),
            Unit = ("nats per item", 1),
            Items = "items",
            Notes = [$"{classifier.Labels.Count} labels, {encoder.Latents} latents"],
            Metadata =
            [
                .. ClassifierModel.Describe(encoder, classifier.Labels), new(EncoderHash, hash),
                .. read.Metadata,
            ],
        };
    }

    private static (string Encoder, ItemInput Input, Augmentation Augmentation, bool Tunes,
        int Batch) AskTask(Settings task) =>
        (task.Text("encoder", "", text => text.Length > 0 ? SomeFile : ""), ItemInput.Ask(task),
            Augmentation.Parse(task.Text("augment", "none")),
            task.Flag("tune", false), task.Whole("batch", 128, 1, ItemTraining.MostBatch));

    private static (Classifier Classifier, string Hash) Begin(string path, ItemSet items, ClassifierOptions options,
        ulong seed)
    {
        if (path.Length == 0)
            throw new InvalidDataException("--encoder MODEL is missing: a model of 'tacit train ae' or 'tacit train vae'");
        (LatentEncoder encoder, string hash) = Open(path, file =>
        {
            SoundClips.CheckRate(file, items.SampleRate);
            return (ModelRegistry.Standard.Load<ILatentModel>(file).CopyEncoder(), file.Sha256);
        });
        IReadOnlyList<string> labels = ClassifierModel.ClassesOf(items.Labels!);
        var network = new ClassifierNetwork(encoder, options, labels.Count);
        // The encoder has its values; those of the head are drawn.
        for (int i = encoder.Parameters.Count; i < network.Parameters.Count; i++)
            network.Parameters[i].Initialize(seed, i);
        return (new Classifier(network, labels), hash);
    }

    // The encoder of a run that is gone on with, or of a classifier that is trained further, is in the file.
    private static (Classifier Classifier, string Hash) Begun(ModelFile file, string path, ClassifierOptions options)
    {
        Classifier classifier = ModelRegistry.Standard.Load<Classifier>(file);
        string hash = file.Tensors.FindMetadata(EncoderHash) ?? "";
        if (path is not ("" or SomeFile) && Open(path, encoder => encoder.Sha256) != hash)
            throw new InvalidDataException($"{path}: is another model than the one the run began with");
        if (classifier.Network.Options.Hidden != options.Hidden)
            throw new InvalidDataException($"'hidden' is {classifier.Network.Options.Hidden} in the model, not " +
                $"{options.Hidden}.");
        var network = new ClassifierNetwork(LatentEncoder.Make(classifier.Network.Encoder.Kind,
            classifier.Network.Encoder.Settings, long.MaxValue), options,
            classifier.Labels.Count);
        ModuleFile.Load(file.Tensors, network);
        return (new Classifier(network, classifier.Labels), hash);
    }

    private static T Open<T>(string path, Func<ModelFile, T> read)
    {
        using OpenModel opened = OpenModel.OpenAsync(path, CancellationToken.None).GetAwaiter().GetResult();
        return ModelInput.OfFile(path, () => read(opened.File));
    }

    private static void CheckMemory(ClassifierNetwork network, int items, long memory)
    {
        long least = sizeof(float) * (3 * network.ParameterCount + (long)items * network.Encoder.Latents);
        if (least > memory)
            throw new InsufficientMemoryException($"training takes {ByteSize.Format(least)} at least, of " +
                $"{ByteSize.Format(memory)} there are or --memlimit allows");
    }
}

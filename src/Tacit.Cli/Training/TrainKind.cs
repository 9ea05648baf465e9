using Tacit.Learning;
using Tacit.Modeling;
using Tacit.Numerics;

namespace Tacit.Cli.Training;

/// <summary>A kind of model that 'tacit train' can make: its settings, and a task from settings and data.</summary>
internal abstract class TrainKind
{
    /// <summary>The kinds there are.</summary>
    public static IReadOnlyList<TrainKind> All { get; } =
        [new GptKind(), new AutoencoderKind(), new VariationalKind(), new LstmAutoencoderKind(), new ClassifierKind()];

    /// <summary>The KIND on the command line and in the model file.</summary>
    public abstract string Name { get; }

    /// <summary>A line for people.</summary>
    public abstract string Summary { get; }

    /// <summary>The lines of --help about the options that are this kind's own.</summary>
    public abstract string OptionHelp { get; }

    /// <summary>The settings of --preset NAME as JSON; the first is used if none is named.</summary>
    public abstract IReadOnlyList<(string Name, string Json)> Presets { get; }

    /// <summary>The settings of --from as JSON, in place of a preset's: how a model is trained further.</summary>
    public virtual string FurtherPreset => "{}";

    /// <summary>The model's settings that may change when it is trained further: those that change none of its tensors.</summary>
    public virtual IReadOnlyList<string> FreeSettings => [];

    /// <summary>The task's settings that such a model brings along, so that they cannot be given.</summary>
    public virtual IReadOnlyList<string> KeptSettings => [];

    /// <summary>The task's settings that are taken from such a model unless they are given: how data become what it knows.</summary>
    public virtual IReadOnlyList<string> DataSettings => [];

    /// <summary>Whether the data are items of which the kind itself keeps some for validation, instead of the last bytes.</summary>
    public virtual bool KeepsItems => false;

    /// <summary>Asks for all settings, so that they become options: the model's, and those of the task.</summary>
    public abstract void Ask(Settings model, Settings task);

    /// <summary>The task, with a model initialised from the seed.</summary>
    /// <param name="model">The model's settings, to be asked for.</param>
    /// <param name="task">The task's, to be asked for.</param>
    /// <param name="data">What there is to learn from.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="checkpoint">The run that is gone on with, or the model that is trained further, whose values follow; or null.</param>
    /// <param name="memory">Bytes there are for it, at most.</param>
    /// <exception cref="InsufficientMemoryException">There is not enough memory for the model alone.</exception>
    /// <exception cref="InvalidDataException">The data or the settings do not do.</exception>
    public abstract TrainJob Prepare(Settings model, Settings task, TrainData data, ulong seed, ModelFile? checkpoint, long memory);
}

/// <summary>A task, and how it is spoken of.</summary>
internal sealed class TrainJob
{
    /// <summary>The task.</summary>
    public required ITrainingTask Task { get; init; }

    /// <summary>What losses are given in, and by how much one in nats is multiplied for that.</summary>
    public required (string Name, double Scale) Unit { get; init; }

    /// <summary>What is done to the model when it is trained and before it is written, what it learns of the data in one go, and what that is called.</summary>
    public (string Name, Action<WorkPool, CancellationToken> Do)? Finish { get; init; }

    /// <summary>What a batch holds.</summary>
    public required string Items { get; init; }

    /// <summary>What was left out of the data, and the like: said before the run.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>What the model file says besides, such as the tokeniser.</summary>
    public IEnumerable<KeyValuePair<string, string>> Metadata { get; init; } = [];
}

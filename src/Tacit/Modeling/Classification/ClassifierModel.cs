using Tacit.Learning;
using Tacit.Modeling.Latents;

namespace Tacit.Modeling.Classification;

/// <summary>The kind 'classifier' of model files: a <see cref="Classifier"/> with the encoder in it.</summary>
public static class ClassifierModel
{
    private const string KindKey = "encoder_kind", SettingsKey = "encoder_settings", LabelsKey = "labels";
    private const int MostClasses = 1 << 16, LongestLabel = 1000;

    /// <summary>The kind.</summary>
    public static ModelKind Kind { get; } = new("classifier", "labels of items from their latents", Load);

    /// <summary>The head with what the settings give in place.</summary>
    /// <exception cref="InvalidDataException">A value cannot be.</exception>
    public static ClassifierOptions Options(Settings settings, ClassifierOptions? defaults = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ClassifierOptions d = defaults ?? new ClassifierOptions();
        return d with
        {
            Hidden = settings.Whole("hidden", d.Hidden, 0, 1 << 16),
            Dropout = settings.Real("dropout", d.Dropout, 0f, 0.99f),
        };
    }

    /// <summary>What a model file says besides of a classifier: its encoder and its labels.</summary>
    public static IReadOnlyList<KeyValuePair<string,
        string>> Describe(LatentEncoder encoder, IReadOnlyList<string> labels)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        return [new(KindKey, encoder.Kind), new(SettingsKey, encoder.Settings),
            new(LabelsKey, string.Join('\n', labels))];
    }

    /// <summary>The classes that labels are of: each once, numbers by their size, other texts by their
    /// characters.</summary>
    /// <exception cref="InvalidDataException">There are too many, or one is too long or of several lines.</exception>
    public static IReadOnlyList<string> ClassesOf(IEnumerable<string> labels)
    {
        string[] classes = [.. labels.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (classes.All(c => c.Length > 0 && !c.AsSpan().ContainsAnyExceptInRange('0', '9')))
            classes = [.. classes.OrderBy(c => c.Length)];       // stable
        if (classes.Length is 0 or > MostClasses)
            throw new InvalidDataException($"there are {classes.Length} labels; from 1 to {MostClasses} different " +
                $"ones can be told apart");
        return Array.Find(classes, c => c.Length > LongestLabel || c.Contains('\n', StringComparison.Ordinal))
            is { } wrong
            ? throw new InvalidDataException($"the label '{wrong[..Math.Min(40, wrong.Length)]}…' has several lines, " +
                $"or more than {LongestLabel} characters")
            : classes;
    }

    /// <summary>A classifier of zeros with the encoder that a model file has.</summary>
    /// <exception cref="InvalidDataException">The file is of another kind, or what it says does not fit its
    /// tensors.</exception>
    public static Classifier Make(ModelFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        Settings settings = file.Settings;
        ClassifierOptions options = Options(settings);
        settings.RefuseUnknown();
        string[] labels = Said(file, LabelsKey).Split('\n');
        if (labels.Length > MostClasses || labels.Distinct(StringComparer.Ordinal).Count() != labels.Length)
            throw new InvalidDataException($"The model file has {labels.Length} labels, or the same twice.");
        LatentEncoder encoder = LatentEncoder.Make(Said(file, KindKey), Said(file, SettingsKey), file.ParameterCount);
        long count = encoder.ParameterCount + ClassifierNetwork.CountOfHead(options, encoder.Latents, labels.Length);
        if (count != file.ParameterCount)
            throw new InvalidDataException($"The model file's settings are of a model with {count} parameters, its " +
                $"tensors have {file.ParameterCount}.");
        return new Classifier(new ClassifierNetwork(encoder, options, labels.Length), labels);
    }

    private static Classifier Load(ModelFile file)
    {
        Classifier classifier = Make(file);
        ModuleFile.Load(file.Tensors, classifier.Network);
        return classifier;
    }

    private static string Said(ModelFile file, string key) =>
        file.Tensors.FindMetadata(key) ?? throw new InvalidDataException($"The model file does not say its '{key}'.");
}

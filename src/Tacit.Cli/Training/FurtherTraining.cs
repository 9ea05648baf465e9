using System.Text.Json;
using Tacit.Cli.Files;
using Tacit.Learning;
using Tacit.Modeling;

namespace Tacit.Cli.Training;

/// <summary>The beginning of a run with --from: a model that is there is trained further, with all its sizes and its tokens.</summary>
/// <param name="request">The run.</param>
/// <param name="file">The model; a checkpoint is one, too.</param>
internal sealed class FurtherTraining(TrainRequest request, ModelFile file)
{
    private string Name => ModelInput.NameOf(request.From!);

    /// <summary>The model's settings with what is given in place.</summary>
    /// <param name="given">Preset, file and options.</param>
    /// <exception cref="InvalidDataException">The model is none that can be trained so, or what is given contradicts it.</exception>
    public Settings Combine(Settings given)
    {
        if (file.Kind != request.Kind.Name)
            throw new InvalidDataException($"{Name}: is a model of the kind '{file.Kind}', not '{request.Kind.Name}'");
        // Loaded as by any other command first: before anything is made of the sizes it claims.
        ModelInput.OfFile(request.From!, () => ModelRegistry.Standard.Load<object>(file));
        foreach (string name in request.Kind.KeptSettings)
        {
            if (given.Copy().Text(name, "").Length > 0)
                throw new InvalidDataException($"'{name}' is the model's own with --from, and cannot be given");
        }
        Settings settings = file.Settings;
        settings.Give(Settings.Parse(request.Kind.FurtherPreset));
        Settings began = ModelInput.TaskOf(file);
        foreach (string name in request.Kind.DataSettings)
        {
            if (began.Text(name, "") is { Length: > 0 } text)
                settings.Give(name, text);
        }
        settings.Give(given);
        CheckKept(settings);
        return settings;
    }

    /// <summary>Fills a model with the values.</summary>
    public void Load(Module model) => ModuleFile.Load(file.Tensors, model);

    // What is given must be what the model is, but for settings that change none of its tensors.
    private void CheckKept(Settings given)
    {
        using JsonDocument own = Asked(file.Settings), wanted = Asked(given.Copy());
        foreach (JsonProperty setting in wanted.RootElement.EnumerateObject())
        {
            string before = own.RootElement.GetProperty(setting.Name).GetRawText(), after = setting.Value.GetRawText();
            if (before != after && !request.Kind.FreeSettings.Contains(setting.Name))
                throw new InvalidDataException($"'{setting.Name}' is {before} in {Name} and cannot become {after}: with --from a model keeps its sizes");
        }
    }

    private JsonDocument Asked(Settings model)
    {
        request.Kind.Ask(model, model.Copy());
        return JsonDocument.Parse(model.ToJson());
    }
}

using Tacit.Learning;
using Tacit.Modeling.Transformers;
using Tacit.Tests.Support;

namespace Tacit.Tests.Learning.Training;

/// <summary>A model so small that a run takes a moment.</summary>
internal static class Tiny
{
    public static GptOptions Sizes { get; } = new() { Context = 16, Layers = 1, Columns = 16, Heads = 2, Hidden = 32, Dropout = 0.1f };

    public static TrainingOptions Options { get; } = new() { Steps = 24, Rate = 1e-2f, ValidateEvery = 5, Seed = 7 };

    public static GptTask Task(ulong seed = 7, GptOptions? sizes = null)
    {
        var model = new Gpt(sizes ?? Sizes);
        model.Initialize(seed);
        byte[] text = Samples.Text(3000);
        return new GptTask(model, text.AsMemory(0, 2500), text.AsMemory(2500), batch: 3, validationWindows: 8, seed);
    }

    /// <summary>All parameters, one after another.</summary>
    public static float[] Values(Module model) => [.. model.Parameters.SelectMany(p => p.Value.Span.ToArray())];
}

/// <summary>A folder of its own.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("tacit-train-").FullName;

    public string this[string name] => Path.Combine(_path, name);

    public string[] Names => [.. Directory.GetFileSystemEntries(_path).Select(p => Path.GetFileName(p)).Order(StringComparer.Ordinal)];

    public void Dispose() => Directory.Delete(_path, recursive: true);
}

/// <summary>Collects reports, and does something at each.</summary>
internal sealed class Reports(Action<TrainingProgress>? each = null) : IProgress<TrainingProgress>
{
    public List<TrainingProgress> All { get; } = [];

    public void Report(TrainingProgress value)
    {
        All.Add(value);
        each?.Invoke(value);
    }
}

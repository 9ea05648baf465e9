using System.CommandLine;
using Tacit.Cli.Commands;
using Tacit.Cli.Files;
using Tacit.Modeling;
using Tacit.Modeling.Linear;

namespace Tacit.Cli.Series;

/// <summary>--model MODEL for commands on series.</summary>
internal sealed class SeriesModel
{
    /// <summary>To add to the command.</summary>
    public Option<string> Option { get; } = CommandLine.Value("--model");

    /// <summary>The model and its series' name.</summary>
    public (ISeriesForecaster Model, string Column) Load(ParseResult parsed)
    {
        string path = parsed.GetValue(Option)!;
        using OpenModel model = OpenModel.OpenAsync(path, CancellationToken.None).GetAwaiter().GetResult();
        return ModelInput.OfFile(path, () => (ModelRegistry.Standard.Load<ISeriesForecaster>(model.File),
            model.File.Tensors.FindMetadata(AutoregressionModel.ColumnKey) ?? "series"));
    }
}

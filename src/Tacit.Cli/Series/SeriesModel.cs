using System.CommandLine;
using Tacit.Cli.Commands;
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
        using ModelFile file = ModelFile.Open(parsed.GetValue(Option)!);
        return (ModelRegistry.Standard.Load<ISeriesForecaster>(file), file.Tensors.FindMetadata(AutoregressionModel.ColumnKey) ?? "series");
    }
}

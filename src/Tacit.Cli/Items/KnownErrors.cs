using System.Globalization;
using Tacit.Modeling;
using Tacit.Modeling.Autoencoders;

namespace Tacit.Cli.Items;

/// <summary>Mean and deviation of the errors a model knows: of the items kept for validation, or without such of those
/// it was trained on.</summary>
internal readonly struct KnownErrors(IItemModel model, ModelFile file)
{
    private readonly float _mean = model.Fit.Error.Value.Span[0],
        _deviation = model.Fit.Error.Value.Span[1];
    private readonly string _what = file.Tensors.FindMetadata("validation_items") == "0" ? "in training"
        : "in validation";

    /// <summary>A checkpoint does not know yet.</summary>
    public bool IsThere => _mean > 0;

    /// <summary>How many deviations an error lies above the mean.</summary>
    public double Score(float error) => _deviation > 0 ? (error - (double)_mean) / _deviation : 0;

    /// <inheritdoc/>
    public override string ToString() => IsThere
        ? string.Create(CultureInfo.InvariantCulture, $"{_what} {_mean:0.000000} ± {_deviation:0.000000}") : "";
}

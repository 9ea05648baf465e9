using System.Runtime.Intrinsics;

namespace Tacit.Modeling.Series;

/// <summary>What is foreseen of the next value's distance e to a centre.</summary>
/// <param name="Locations">Where each expert expects e.</param>
/// <param name="Scales">The mean absolute error of each expert, positive.</param>
/// <param name="Shift">Distances are measured in steps of 2^Shift.</param>
/// <param name="Context0">Below <see cref="ValueCoder.ContextValues"/>, as the next two.</param>
/// <param name="Context1">The second context.</param>
/// <param name="Context2">The third context.</param>
/// <param name="WeightSet">Below <see cref="ValueCoder.WeightSets"/>.</param>
internal readonly record struct Outlook(
    Vector256<double> Locations, Vector256<double> Scales, int Shift, int Context0, int Context1, int Context2, int WeightSet);

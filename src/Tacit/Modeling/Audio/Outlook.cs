using System.Runtime.Intrinsics;

namespace Tacit.Modeling.Audio;

/// <summary>What is foreseen of the next value's distance e to a centre.</summary>
/// <param name="Locations">Where each of eight experts expects e.</param>
/// <param name="Scales">The mean absolute error of each, positive.</param>
/// <param name="Shift">Distances are measured in steps of 2^Shift.</param>
/// <param name="Contexts">Four contexts, each below <see cref="ResidualCoder.ContextValues"/>.</param>
/// <param name="WeightSet0">Below <see cref="ResidualCoder.WeightSets"/>, as the next.</param>
/// <param name="WeightSet1">The second selector of weights.</param>
internal readonly record struct Outlook(
    Vector256<float> Locations, Vector256<float> Scales, int Shift, Vector128<int> Contexts, int WeightSet0, int WeightSet1);

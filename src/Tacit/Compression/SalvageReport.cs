namespace Tacit.Compression;

/// <summary>What salvaging an archive brought.</summary>
/// <param name="RecoveredBytes">Raw bytes written that passed their checks.</param>
/// <param name="Losses">The gaps, in order; empty if nothing was lost.</param>
public sealed record SalvageReport(long RecoveredBytes, IReadOnlyList<SalvageLoss> Losses);

/// <summary>A gap in salvaged data, or damage that cost no data.</summary>
/// <param name="Offset">First raw byte of the gap in what was written; its end or beyond, if the gap was not written.</param>
/// <param name="Length">
/// Raw bytes lost; 0 if it is not known how many were, or if it was no raw data. Zeros stand in for them, unless nothing
/// of their frame and nothing after it was recovered.
/// </param>
/// <param name="Reason">What is wrong, in words.</param>
public sealed record SalvageLoss(long Offset, long Length, string Reason);

namespace Tacit.Learning;

/// <summary>The operations a tape records, a file each.</summary>
/// <remarks>Each computes a value at once and, if it is needed, keeps what its gradient takes.</remarks>
public static partial class Operations;

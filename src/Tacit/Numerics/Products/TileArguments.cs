namespace Tacit.Numerics.Products;

/// <summary>What the tiles of one block of a product share.</summary>
/// <remarks>
/// A tile computes, for its rows m and columns n, C[m, n] = S[m, n] + Σ_k A[m, k] · B[k, n] as one chain of fused
/// multiply-adds in the order of k, beginning with S (or zero). Rows of A are contiguous, B lies in panels
/// (<see cref="Panel"/>); steps are in floats.
/// </remarks>
internal unsafe struct TileArguments
{
    /// <summary>A[m, 0] of the tile's first row.</summary>
    public float* A;

    /// <summary>Floats from A[m, k] to A[m + 1, k].</summary>
    public nint RowStep;

    /// <summary>Floats from a panel of B to the next.</summary>
    public nint PanelStep;

    /// <summary>How many k.</summary>
    public nint Depth;

    /// <summary>Floats from S[m, n] to S[m + 1, n]; 0 to begin every row with the same.</summary>
    public nint StartStep;

    /// <summary>Floats from C[m, n] to C[m + 1, n].</summary>
    public nint TargetStep;
}

/// <summary>The number of rows of a tile, as a constant the compiler sees.</summary>
internal interface IRows
{
    static abstract int Count { get; }
}

using System.Runtime.Intrinsics.X86;
using Tacit.Numerics.Memory;
using Tacit.Numerics.Quantised;

namespace Tacit.Numerics;

/// <summary>Weights in eight bits: w[k, n] ≈ q[k, n] · scale[n], with q from −127 to 127.</summary>
/// <remarks>For static models; a quarter of the memory, so four times the model stays in the cache.</remarks>
public sealed unsafe class Int8Matrix : IDisposable
{
    /// <summary>Columns that lie together, in the order in which a single row reads them.</summary>
    internal const int GroupWidth = 64;

    /// <summary>Columns of a group that a tile of several rows takes.</summary>
    internal const int PanelWidth = 16;

    /// <summary>Bytes of a group, or of a panel, for one turn: <see cref="TurnDepth"/> values of k.</summary>
    internal const int GroupTurn = GroupWidth * TurnDepth, PanelTurn = PanelWidth * TurnDepth;

    internal const int TurnDepth = 4;

    private readonly NativeBuffer _memory;      // groups, then scales and offsets of whole groups

    /// <summary>Packs weights that are in eight bits already.</summary>
    /// <param name="weights">q (K, N), row-major, each from −127.</param>
    /// <param name="scales">(N).</param>
    /// <exception cref="ArgumentException">The lengths do not fit, or a weight is −128.</exception>
    public Int8Matrix(ReadOnlySpan<sbyte> weights, ReadOnlySpan<float> scales)
        : this(weights, scales, AvxVnni.IsSupported ? 4 : 2)
    {
    }

    internal Int8Matrix(ReadOnlySpan<sbyte> weights, ReadOnlySpan<float> scales, int depth)
    {
        int columns = scales.Length;
        if (columns == 0 || weights.Length % columns != 0 || weights.Contains(sbyte.MinValue))
            throw new ArgumentException($"Int8Matrix: {weights.Length} weights from −127 to 127 for {columns} scales.");
        (Rows, Columns, Depth) = (weights.Length / columns, columns, depth);
        _memory = new NativeBuffer(Groups * (GroupBytes / sizeof(float) + 2 * GroupWidth));
        new Span<float>(_memory.Pointer, checked((int)_memory.Length)).Clear();
        scales.CopyTo(new Span<float>(PaddedScales, columns));
        for (int k = 0; k < Rows; k++)
        {
            for (int n = 0; n < columns; n++)
            {
                sbyte q = weights[k * columns + n];
                byte* turn = Data + n / GroupWidth * GroupBytes + (nint)(k / TurnDepth) * GroupTurn + n % GroupWidth / PanelWidth * PanelTurn;
                turn[(k % TurnDepth / depth * PanelWidth + n % PanelWidth) * depth + k % depth] = (byte)q;
                Offsets[n] += 128 * q;
            }
        }
    }

    /// <summary>K, what products sum over.</summary>
    public int Rows { get; }

    /// <summary>N, the columns of products.</summary>
    public int Columns { get; }

    /// <summary>The scale of each column.</summary>
    public ReadOnlySpan<float> Scales => new(PaddedScales, Columns);

    /// <summary>Values of k in a step: 4 for AVX-VNNI, or 2, which are widened to shorts.</summary>
    internal int Depth { get; }

    internal int Groups => (Columns + GroupWidth - 1) / GroupWidth;

    internal int Turns => (Rows + TurnDepth - 1) / TurnDepth;

    /// <summary>Steps of all turns, each of 32 bits of the left operand.</summary>
    internal int Steps => Turns * (TurnDepth / Depth);

    /// <summary>Bytes of a group: turn after turn, each four panels of 16 columns, each one or two steps of <see cref="Depth"/> values of k a column.</summary>
    internal nint GroupBytes => (nint)Turns * GroupTurn;

    internal byte* Data => (byte*)_memory.Pointer;

    /// <summary>Scales of whole groups; what 128 too much in the left operand adds to each column.</summary>
    internal float* PaddedScales => (float*)(Data + Groups * GroupBytes);

    internal int* Offsets => (int*)(PaddedScales + Groups * GroupWidth);

    /// <summary>Quantises weights, each column by its largest magnitude / 127, ties to even.</summary>
    /// <param name="weights">(K, N).</param>
    /// <param name="quantised">(K, N), row-major.</param>
    /// <param name="scales">(N).</param>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    public static void Quantise(Matrix weights, Span<sbyte> quantised, Span<float> scales)
    {
        if (quantised.Length != (long)weights.Rows * weights.Columns || scales.Length != weights.Columns)
            throw new ArgumentException($"Quantise: ({weights.Rows}, {weights.Columns}) weights into {quantised.Length} with {scales.Length} scales.");
        for (int n = 0; n < weights.Columns; n++)
        {
            float largest = 0f;
            for (int k = 0; k < weights.Rows; k++)
                largest = Math.Max(largest, Math.Abs(weights.Data[k * weights.RowStep + n * weights.ColumnStep]));
            scales[n] = Quantiser.ScaleFor(largest, out float inverse);
            for (int k = 0; k < weights.Rows; k++)
                quantised[k * weights.Columns + n] = (sbyte)Quantiser.Round(weights.Data[k * weights.RowStep + n * weights.ColumnStep] * inverse);
        }
    }

    /// <summary>Quantises and packs.</summary>
    /// <param name="weights">(K, N), N at least 1.</param>
    public static Int8Matrix From(Matrix weights)
    {
        sbyte[] quantised = new sbyte[weights.Rows * weights.Columns];
        float[] scales = new float[weights.Columns];
        Quantise(weights, quantised, scales);
        return new Int8Matrix(quantised, scales);
    }

    /// <summary>Frees the memory; the matrix cannot be used after.</summary>
    public void Dispose() => _memory.Dispose();
}

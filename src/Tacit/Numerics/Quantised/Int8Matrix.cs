using System.Runtime.Intrinsics.X86;
using Tacit.Numerics.Memory;
using Tacit.Numerics.Quantised;

namespace Tacit.Numerics;

/// <summary>Weights in eight bits: w[k, n] ≈ q[k, n] · scale[n], with q from −127 to 127.</summary>
/// <remarks>For static models; a quarter of the memory, so four times the model stays in the cache.</remarks>
public sealed unsafe class Int8Matrix : IDisposable
{
    internal const int PanelWidth = 16;

    private readonly NativeBuffer _panels;
    private readonly float[] _scales;
    private readonly int[] _offsets;

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
        // A wide tile may read three panels beyond the last one.
        _scales = new float[(Panels + 3) * PanelWidth];
        scales.CopyTo(_scales);
        _offsets = new int[(Panels + 3) * PanelWidth];
        _panels = new NativeBuffer((Panels + 3) * PanelBytes / sizeof(float));
        new Span<int>(_panels.Pointer, checked((int)_panels.Length)).Clear();
        for (int k = 0; k < Rows; k++)
        {
            for (int n = 0; n < columns; n++)
            {
                sbyte q = weights[k * columns + n];
                byte* step = Data + n / PanelWidth * PanelBytes + ((nint)(k / depth) * PanelWidth + n % PanelWidth) * depth;
                step[k % depth] = (byte)q;
                _offsets[n] += 128 * q;
            }
        }
    }

    /// <summary>K, what products sum over.</summary>
    public int Rows { get; }

    /// <summary>N, the columns of products.</summary>
    public int Columns { get; }

    /// <summary>The scale of each column.</summary>
    public ReadOnlySpan<float> Scales => _scales.AsSpan(0, Columns);

    /// <summary>Values of k in a step: 4 for AVX-VNNI, or 2, which are widened to shorts.</summary>
    internal int Depth { get; }

    internal int Panels => (Columns + PanelWidth - 1) / PanelWidth;

    internal int Steps => (Rows + Depth - 1) / Depth;

    /// <summary>Bytes of a panel: step after step, each 16 columns, each <see cref="Depth"/> values of k.</summary>
    internal nint PanelBytes => (nint)Steps * PanelWidth * Depth;

    internal byte* Data => (byte*)_panels.Pointer;

    /// <summary>Scales of whole panels; what 128 too much in the left operand adds to each column.</summary>
    internal float[] PaddedScales => _scales;

    internal int[] Offsets => _offsets;

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
    public void Dispose() => _panels.Dispose();
}

using System.Runtime.Intrinsics.X86;
using Tacit.Numerics.Lanes;
using Tacit.Numerics.Quantised;

namespace Tacit.Numerics;

/// <summary>Products with weights in eight bits, the left operand quantised row by row on the way.</summary>
/// <remarks>
/// c[m, n] = (Σ_k q_a[m, k] · q_b[k, n]) · (scale_a[m] · scale_b[n]) + bias[n]: an exact integer sum, made a float
/// (nearest even), one product of the scales and one fused multiply-add. scale_a[m] = max_k |a[m, k]| / 127 and q_a is
/// a · (127 / max) rounded to nearest even. K is at most 2^17, so that sums fit 32 bits.
/// </remarks>
public static unsafe class Int8Product
{
    /// <summary>The largest K.</summary>
    public const int MaxDepth = 1 << 17;

    /// <summary>Computes c.</summary>
    /// <param name="a">(M, K), not transposed.</param>
    /// <param name="b">(K, N).</param>
    /// <param name="c">(M, N).</param>
    /// <param name="bias">(N), or empty for none.</param>
    /// <param name="pool">Threads to share the columns among; the caller alone if null.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArithmeticException">A value of a is not finite, which eight bits would hide.</exception>
    public static void Multiply(Matrix a, Int8Matrix b, MatrixTarget c, ReadOnlySpan<float> bias = default, WorkPool? pool = null) =>
        Multiply(a, b, c, bias, pool, AvxVnni.IsSupported);

    internal static void Multiply(Matrix a, Int8Matrix b, MatrixTarget c, ReadOnlySpan<float> bias, WorkPool? pool, bool vnni)
    {
        ArgumentNullException.ThrowIfNull(b);
        if (a.Columns != b.Rows || c.Rows != a.Rows || c.Columns != b.Columns || a.ColumnStep != 1 || a.Columns > MaxDepth
            || (!bias.IsEmpty && bias.Length != b.Columns))
            throw new ArgumentException($"Int8Product: ({a.Rows}, {a.Columns}) · ({b.Rows}, {b.Columns}) into ({c.Rows}, {c.Columns}) with a bias of {bias.Length}.");
        fixed (float* pa = a.Data, pc = c.Data, pb = bias)
        {
            var product = new IntegerProduct
            {
                A = pa,
                AStep = a.RowStep,
                Rows = a.Rows,
                B = b,
                Bias = pb,
                C = pc,
                CStep = c.RowStep,
                Vnni = vnni,
                Pool = pool,
            };
            Widest.Run(ref product);
            if (!product.IsFinite)
                throw new ArithmeticException("Int8Product: a value of the left operand is not finite.");
        }
        GC.KeepAlive(b);
    }
}

using System.Runtime.Intrinsics.X86;
using Tacit.Numerics;
using Tacit.Numerics.Lanes;
using Tacit.Numerics.Products;
using Tacit.Numerics.Quantised;

namespace Tacit.Modeling.Transformers;

/// <summary>A linear layer's weights packed for products, as they are or in eight bits.</summary>
internal sealed unsafe class ServingMatrix : IDisposable
{
    private readonly PackedMatrix? _floats;
    private readonly Int8Matrix? _bytes;
    private readonly float[] _bias;

    /// <param name="weights">Wᵀ (I, O).</param>
    /// <param name="bias">(O), or empty.</param>
    /// <param name="quantised">True for eight bits.</param>
    public ServingMatrix(Matrix weights, float[] bias, bool quantised)
    {
        _bias = bias;
        if (quantised)
        {
            _bytes = Int8Matrix.From(weights);
            return;
        }
        _floats = new PackedMatrix(weights.Rows, weights.Columns);
        _floats.Pack(weights);
    }

    /// <summary>y = x · Wᵀ + b: each row the same bits whatever rows are computed with it.</summary>
    /// <param name="x">(R, I).</param>
    /// <param name="rows">R.</param>
    /// <param name="y">(R, O).</param>
    /// <exception cref="ArithmeticException">x is not all finite, which eight bits would hide.</exception>
    public void Multiply<L, V>(float* x, int rows, float* y)
        where L : struct, ILanes<V>
        where V : struct
    {
        fixed (float* bias = _bias)
        {
            if (_bytes is not null)
                Multiply<L, V>(x, rows, _bytes, bias, y);
            else
                Multiply(x, rows, _floats!, bias, y);
        }
    }

    private static void Multiply<L, V>(float* x, int rows, Int8Matrix weights, float* bias, float* y)
        where L : struct, ILanes<V>
        where V : struct
    {
        var product = new IntegerProduct
        {
            A = x,
            AStep = weights.Rows,
            Rows = rows,
            B = weights,
            Bias = bias,
            C = y,
            CStep = weights.Columns,
            Vnni = AvxVnni.IsSupported,
        };
        product.Run<L, V>();
        if (!product.IsFinite)
            throw new ArithmeticException("The model's numbers have become too large: it cannot be used on this data.");
    }

    private static void Multiply(float* x, int rows, PackedMatrix weights, float* bias, float* y)
    {
        var product = new Product
        {
            A = x,
            ARowStep = weights.Rows,
            AColumnStep = 1,
            Panels = weights.Panels,
            PanelStep = weights.PanelStep,
            C = y,
            CStep = weights.Columns,
            Bias = bias,
            Depth = weights.Rows,
            EndRow = rows,
            EndColumn = weights.Columns,
        };
        Widest.Run(ref product, weights.Lanes);
    }

    public void Dispose()
    {
        _floats?.Dispose();
        _bytes?.Dispose();
    }
}

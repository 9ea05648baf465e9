using Tacit.Numerics;

namespace Tacit.Modeling.Transformers;

/// <summary>A linear layer's weights packed for products, as they are or in eight bits.</summary>
internal sealed class ServingMatrix : IDisposable
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
    public void Multiply(ReadOnlySpan<float> x, int rows, Span<float> y)
    {
        if (_bytes is not null && NanGuard.FindNonFinite(x) >= 0)
            throw new ArithmeticException("The model's numbers have become too large: it cannot be used on this data.");
        if (_bytes is not null)
            Int8Product.Multiply(new Matrix(x, rows, _bytes.Rows), _bytes, new MatrixTarget(y, rows, _bytes.Columns), _bias);
        else
            MatMul.Multiply(new Matrix(x, rows, _floats!.Rows), _floats, new MatrixTarget(y, rows, _floats.Columns), _bias);
    }

    public void Dispose()
    {
        _floats?.Dispose();
        _bytes?.Dispose();
    }
}

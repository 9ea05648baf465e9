using Tacit.Numerics;

namespace Tacit.Learning;

public static partial class Operations
{
    /// <summary>Matrix products side by side: y[b] = x[b] · z[b].</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="x">(B, M, K).</param>
    /// <param name="z">(B, K, N).</param>
    /// <returns>(B, M, N).</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Variable BatchProduct(this Tape tape, Variable x, Variable z)
    {
        if (x.Shape.Rank != 3 || z.Shape.Rank != 3 || x.Shape[0] != z.Shape[0] || x.Shape[2] != z.Shape[1])
            throw new ArgumentException($"BatchProduct: {x.Shape} · {z.Shape}.");
        int batch = x.Shape[0], m = x.Shape[1], k = x.Shape[2], n = z.Shape[2];
        Tensor y = tape.Memory.Rent(batch, m, n);
        MatMul.MultiplyBatch(batch, new Matrix(x.Value.Span, m, k), m * k, new Matrix(z.Value.Span, k, n), k * n,
            new MatrixTarget(y.Span, m, n), m * n, pool: tape.Workers);
        return tape.Needs(x, z) ? tape.Record(new BatchProductOperation(x, z), y) : tape.Constant(y);
    }

    private sealed class BatchProductOperation(Variable x, Variable z) : Operation
    {
        public override void Backward(Tape tape)
        {
            int batch = x.Shape[0], m = x.Shape[1], k = x.Shape[2], n = z.Shape[2];
            Span<float> dy = Output.Gradient.Span;
            if (x.NeedsGradient)
            {
                Tensor dx = x.GradientTarget(tape, out bool accumulate);
                MatMul.MultiplyBatch(batch, new Matrix(dy, m, n), m * n, new Matrix(z.Value.Span, k, n).Transposed, k * n,
                    new MatrixTarget(dx.Span, m, k), m * k, accumulate, tape.Workers);
            }
            if (z.NeedsGradient)
            {
                Tensor dz = z.GradientTarget(tape, out bool accumulate);
                MatMul.MultiplyBatch(batch, new Matrix(x.Value.Span, m, k).Transposed, m * k, new Matrix(dy, m, n), m * n,
                    new MatrixTarget(dz.Span, k, n), k * n, accumulate, tape.Workers);
            }
        }
    }
}

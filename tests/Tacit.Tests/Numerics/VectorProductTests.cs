using Tacit.Numerics;
using Tacit.Numerics.Products;

namespace Tacit.Tests.Numerics;

/// <summary>Products with one vector, against plain loops, to the bit at every width.</summary>
[Collection(AllWidths.Name)]
public unsafe class VectorProductTests
{
    [Theory, InlineData(1, 16), InlineData(3, 32), InlineData(8, 16), InlineData(13, 48), InlineData(32, 256), InlineData(21, 128)]
    public void AreTheirPlainLoops(int rows, int columns)
    {
        float[] w = Numbers.Ordinary(rows * columns, 1), x = Numbers.Ordinary(rows, 2), y = Numbers.Ordinary(columns, 3);
        float[] sums = [.. y], dots = new float[rows], stepped = [.. w];
        for (int k = 0; k < rows; k++)
        {
            for (int n = 0; n < columns; n++)
                sums[n] = MathF.FusedMultiplyAdd(x[k], w[k * columns + n], sums[n]);
            float[] partials = new float[16];
            for (int n = 0; n < columns; n++)
                partials[n % 16] = MathF.FusedMultiplyAdd(y[n], w[k * columns + n], partials[n % 16]);
            for (int half = 8; half > 0; half /= 2)
            {
                for (int p = 0; p < half; p++)
                    partials[p] += partials[p + half];
            }
            dots[k] = MathF.Abs(partials[0]) < Floors.Gradient ? 0f : partials[0];
            for (int n = 0; n < columns; n++)
                stepped[k * columns + n] = MathF.FusedMultiplyAdd(-(0.25f * x[k]), y[n], w[k * columns + n]);
        }
        AllWidths.Run(lanes =>
        {
            float[] result = [.. y], transposed = new float[rows], learnt = [.. w];
            fixed (float* pw = w, px = x, py = y, pr = result, pt = transposed, pl = learnt)
            {
                VectorProducts.AddProduct(px, pw, rows, columns, pr);
                Assert.Equal(sums, result);
                VectorProducts.Transposed(py, pw, rows, columns, pt);
                Assert.Equal(dots, transposed);
                Array.Clear(transposed);
                VectorProducts.TransposedStep(py, pl, rows, columns, px, 0.25f, pt);
                Assert.Equal(dots, transposed);
                Assert.Equal(stepped, learnt);
            }
        });
    }
}

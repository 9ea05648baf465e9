using Tacit.Numerics.Threads;

namespace Tacit.Numerics;

/// <summary>Layer norm over the last axis: y = (x − mean) / √(variance + ε) · gain + bias. Ba, Kiros and Hinton 2016.</summary>
/// <remarks>
/// Shapes: x, y (R, C), gain, bias (C), mean and scale (R), where scale is 1 / √(variance + ε). Sums over C have the
/// shape of <see cref="Reduce"/>, sums over R the order of the rows.
/// </remarks>
public static unsafe class LayerNormalization
{
    /// <summary>y = (x − mean) · scale · gain + bias.</summary>
    /// <param name="x">(R, C).</param>
    /// <param name="gain">(C).</param>
    /// <param name="bias">(C).</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="y">(R, C); may be x.</param>
    /// <param name="mean">(R), for the backward pass.</param>
    /// <param name="scale">(R), for the backward pass.</param>
    /// <param name="pool">Threads to share the rows among; the caller alone if null.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static void Forward(ReadOnlySpan<float> x, ReadOnlySpan<float> gain, ReadOnlySpan<float> bias, float epsilon, Span<float> y,
        Span<float> mean, Span<float> scale, WorkPool? pool = null)
    {
        int rows = NormRows.Count("LayerNormalization.Forward", x.Length, gain.Length);
        NormRows.Check("LayerNormalization.Forward", x.Length, gain.Length, (bias.Length, gain.Length), (y.Length, x.Length), (mean.Length, rows), (scale.Length, rows));
        fixed (float* px = x, pg = gain, pb = bias, py = y, pm = mean, ps = scale)
        {
            var kernel = new NormForward { X = px, Gain = pg, Bias = pb, Y = py, Mean = pm, Scale = ps, Epsilon = epsilon, Columns = gain.Length };
            Ranges.Run(kernel, rows, 4L * gain.Length, pool);
        }
    }

    /// <summary>dx = scale · (g − Σ g / C − x̂ · Σ (g · x̂) / C) with g = dy · gain and x̂ = (x − mean) · scale;
    /// zero where below <see cref="Floors.Gradient"/>.</summary>
    /// <param name="x">(R, C).</param>
    /// <param name="gain">(C).</param>
    /// <param name="mean">(R), of the forward pass.</param>
    /// <param name="scale">(R), of the forward pass.</param>
    /// <param name="dy">(R, C).</param>
    /// <param name="dx">(R, C), replaced; may be dy only if <see cref="BackwardParameters"/> came before.</param>
    /// <param name="pool">Threads to share the rows among; the caller alone if null.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static void Backward(ReadOnlySpan<float> x, ReadOnlySpan<float> gain, ReadOnlySpan<float> mean, ReadOnlySpan<float> scale,
        ReadOnlySpan<float> dy, Span<float> dx, WorkPool? pool = null)
    {
        int rows = NormRows.Count("LayerNormalization.Backward", x.Length, gain.Length);
        NormRows.Check("LayerNormalization.Backward", x.Length, gain.Length, (mean.Length, rows), (scale.Length, rows), (dy.Length, x.Length), (dx.Length, x.Length));
        fixed (float* px = x, pg = gain, pm = mean, ps = scale, pd = dy, pt = dx)
        {
            var kernel = new NormBackward { X = px, Gain = pg, Mean = pm, Scale = ps, Dy = pd, Dx = pt, Columns = gain.Length };
            Ranges.Run(kernel, rows, 6L * gain.Length, pool);
        }
    }

    /// <summary>dgain[c] += Σ_r dy · x̂, dbias[c] += Σ_r dy, in the order of the rows.</summary>
    /// <param name="x">(R, C).</param>
    /// <param name="mean">(R), of the forward pass.</param>
    /// <param name="scale">(R), of the forward pass.</param>
    /// <param name="dy">(R, C).</param>
    /// <param name="dgain">(C).</param>
    /// <param name="dbias">(C).</param>
    /// <param name="pool">Threads to share the columns among; the caller alone if null.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static void BackwardParameters(ReadOnlySpan<float> x, ReadOnlySpan<float> mean, ReadOnlySpan<float> scale, ReadOnlySpan<float> dy,
        Span<float> dgain, Span<float> dbias, WorkPool? pool = null)
    {
        int rows = NormRows.Count("LayerNormalization.BackwardParameters", x.Length, dgain.Length);
        NormRows.Check("LayerNormalization.BackwardParameters", x.Length, dgain.Length, (mean.Length, rows), (scale.Length, rows), (dy.Length, x.Length), (dbias.Length, dgain.Length));
        fixed (float* px = x, pm = mean, ps = scale, pd = dy, pg = dgain, pb = dbias)
        {
            var kernel = new NormParameters { X = px, Mean = pm, Scale = ps, Dy = pd, Dgain = pg, Dbias = pb, Rows = rows, Columns = dgain.Length };
            Ranges.Run(kernel, (dgain.Length + ColumnSums.Block - 1) / ColumnSums.Block, 3L * rows * ColumnSums.Block, pool);
        }
    }
}

/// <summary>Root-mean-square norm over the last axis: y = x / √(mean x² + ε) · gain. Zhang and Sennrich 2019.</summary>
/// <remarks>Shapes and orders as <see cref="LayerNormalization"/>; scale is 1 / √(mean x² + ε).</remarks>
public static unsafe class RmsNormalization
{
    /// <summary>y = x · scale · gain.</summary>
    /// <param name="x">(R, C).</param>
    /// <param name="gain">(C).</param>
    /// <param name="epsilon">Added to the mean square.</param>
    /// <param name="y">(R, C); may be x.</param>
    /// <param name="scale">(R), for the backward pass.</param>
    /// <param name="pool">Threads to share the rows among; the caller alone if null.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static void Forward(ReadOnlySpan<float> x, ReadOnlySpan<float> gain, float epsilon, Span<float> y, Span<float> scale, WorkPool? pool = null)
    {
        int rows = NormRows.Count("RmsNormalization.Forward", x.Length, gain.Length);
        NormRows.Check("RmsNormalization.Forward", x.Length, gain.Length, (y.Length, x.Length), (scale.Length, rows));
        fixed (float* px = x, pg = gain, py = y, ps = scale)
        {
            var kernel = new NormForward { X = px, Gain = pg, Y = py, Scale = ps, Epsilon = epsilon, Columns = gain.Length };
            Ranges.Run(kernel, rows, 3L * gain.Length, pool);
        }
    }

    /// <summary>dx = scale · (g − x̂ · Σ (g · x̂) / C) with g = dy · gain and x̂ = x · scale; zero where below
    /// <see cref="Floors.Gradient"/>.</summary>
    /// <param name="x">(R, C).</param>
    /// <param name="gain">(C).</param>
    /// <param name="scale">(R), of the forward pass.</param>
    /// <param name="dy">(R, C).</param>
    /// <param name="dx">(R, C), replaced; may be dy only if <see cref="BackwardParameters"/> came before.</param>
    /// <param name="pool">Threads to share the rows among; the caller alone if null.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static void Backward(ReadOnlySpan<float> x, ReadOnlySpan<float> gain, ReadOnlySpan<float> scale, ReadOnlySpan<float> dy, Span<float> dx, WorkPool? pool = null)
    {
        int rows = NormRows.Count("RmsNormalization.Backward", x.Length, gain.Length);
        NormRows.Check("RmsNormalization.Backward", x.Length, gain.Length, (scale.Length, rows), (dy.Length, x.Length), (dx.Length, x.Length));
        fixed (float* px = x, pg = gain, ps = scale, pd = dy, pt = dx)
        {
            var kernel = new NormBackward { X = px, Gain = pg, Scale = ps, Dy = pd, Dx = pt, Columns = gain.Length };
            Ranges.Run(kernel, rows, 5L * gain.Length, pool);
        }
    }

    /// <summary>dgain[c] += Σ_r dy · x̂, in the order of the rows.</summary>
    /// <param name="x">(R, C).</param>
    /// <param name="scale">(R), of the forward pass.</param>
    /// <param name="dy">(R, C).</param>
    /// <param name="dgain">(C).</param>
    /// <param name="pool">Threads to share the columns among; the caller alone if null.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static void BackwardParameters(ReadOnlySpan<float> x, ReadOnlySpan<float> scale, ReadOnlySpan<float> dy, Span<float> dgain, WorkPool? pool = null)
    {
        int rows = NormRows.Count("RmsNormalization.BackwardParameters", x.Length, dgain.Length);
        NormRows.Check("RmsNormalization.BackwardParameters", x.Length, dgain.Length, (scale.Length, rows), (dy.Length, x.Length));
        fixed (float* px = x, ps = scale, pd = dy, pg = dgain)
        {
            var kernel = new NormParameters { X = px, Scale = ps, Dy = pd, Dgain = pg, Rows = rows, Columns = dgain.Length };
            Ranges.Run(kernel, (dgain.Length + ColumnSums.Block - 1) / ColumnSums.Block, 2L * rows * ColumnSums.Block, pool);
        }
    }
}

using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Tacit.Modeling.Series;

/// <summary>Linear prediction ŷ = Σ w_i x_i whose weights minimise the squared errors of the past, recent ones counting more.</summary>
/// <remarks>
/// <para>
/// Each lesson (x, y) does R = λ R + (1 − λ) x xᵀ + τ and r = λ r + (1 − λ) y x + τ (τ = 10⁻²⁰⁰); after every so many lessons, the first
/// included, w solves R w = r by Cholesky's decomposition, with a little added to the diagonal.
/// </para>
/// <para>
/// Shapes: n inputs, a multiple of 4. Double, contract operations only; sums are four partial sums, element i in number
/// i mod 4, joined as (0 + 1) + (2 + 3).
/// </para>
/// </remarks>
internal sealed class WeightedLeastSquares
{
    private const double RelativeRidge = 1e-9, Ridge = 1e-6, LeastRelativePivot = 1e-10, LeastPivot = 1e-7;

    // Added to every sum at every lesson, so that what fades never becomes denormal.
    private const double Trace = 1e-200;

    private readonly int _n, _interval;
    private readonly double _memory;
    private readonly double[] _covariance;   // R: (n, n), the lower triangle
    private readonly double[] _factor;       // its decomposition
    private readonly double[] _target, _weights, _inverse, _scratch;
    private int _lessonsToSolution = 1;

    /// <summary>Starts with weights of zero.</summary>
    /// <param name="inputs">n.</param>
    /// <param name="memory">λ.</param>
    /// <param name="interval">Lessons between two solutions.</param>
    public WeightedLeastSquares(int inputs, double memory, int interval)
    {
        Debug.Assert(inputs > 0 && inputs % 4 == 0);
        (_n, _memory, _interval) = (inputs, memory, interval);
        _covariance = new double[inputs * inputs];
        _factor = new double[inputs * inputs];
        _target = new double[inputs];
        _weights = new double[inputs];
        _inverse = new double[inputs];
        _scratch = new double[inputs];
    }

    /// <summary>ŷ for inputs x (n).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double Predict(ReadOnlySpan<double> x) =>
        Dot(ref MemoryMarshal.GetReference(x), ref MemoryMarshal.GetArrayDataReference(_weights), _n);

    /// <summary>Learns that inputs x (n) came with y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Learn(ReadOnlySpan<double> x, double y)
    {
        Debug.Assert(x.Length == _n);
        int n = _n;
        double gain = 1 - _memory;
        ref double input = ref MemoryMarshal.GetReference(x);
        ref double row = ref MemoryMarshal.GetArrayDataReference(_covariance);
        Vector256<double> keep = Vector256.Create(_memory), trace = Vector256.Create(Trace);
        for (int i = 0; i < n; i++)
        {
            // Whole vectors: what they write above the diagonal is never read.
            Vector256<double> scaled = Vector256.Create(gain * Unsafe.Add(ref input, i));
            for (int j = 0; j <= i; j += 4)
            {
                Vector256<double> next = Vector256.LoadUnsafe(ref row, (nuint)j) * keep + scaled * Vector256.LoadUnsafe(ref input, (nuint)j) + trace;
                next.StoreUnsafe(ref row, (nuint)j);
            }
            row = ref Unsafe.Add(ref row, n);
        }
        ref double target = ref MemoryMarshal.GetArrayDataReference(_target);
        Vector256<double> push = Vector256.Create(gain * y);
        for (int i = 0; i < n; i += 4)
            (Vector256.LoadUnsafe(ref target, (nuint)i) * keep + push * Vector256.LoadUnsafe(ref input, (nuint)i) + trace).StoreUnsafe(ref target, (nuint)i);
        if (--_lessonsToSolution == 0)
        {
            Solve();
            _lessonsToSolution = _interval;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Solve()
    {
        int n = _n;
        ref double c = ref MemoryMarshal.GetArrayDataReference(_covariance);
        ref double l = ref MemoryMarshal.GetArrayDataReference(_factor);
        ref double inverse = ref MemoryMarshal.GetArrayDataReference(_inverse);
        ref double z = ref MemoryMarshal.GetArrayDataReference(_scratch);
        ref double w = ref MemoryMarshal.GetArrayDataReference(_weights);
        // Column by column: the rows' dot products do not wait for each other, nor z's, which is like one more row. They run
        // over whole vectors, for what is not yet known is zero: even if numbers of the last time were not finite.
        Array.Clear(_factor);
        Array.Clear(_scratch);
        for (int j = 0; j < n; j++)
        {
            ref double lj = ref Unsafe.Add(ref l, j * n);
            double diagonal = Unsafe.Add(ref c, j * n + j), least = diagonal * LeastRelativePivot + LeastPivot;
            double pivot = diagonal + diagonal * RelativeRidge + Ridge - Dot(ref lj, ref lj, j);
            double inverted = 1 / Math.Sqrt(pivot > least ? pivot : least);
            Unsafe.Add(ref inverse, j) = inverted;
            for (int i = j + 1; i < n; i++)
                Unsafe.Add(ref l, i * n + j) = (Unsafe.Add(ref c, i * n + j) - Dot(ref Unsafe.Add(ref l, i * n), ref lj, j)) * inverted;
            Unsafe.Add(ref z, j) = (_target[j] - Dot(ref lj, ref z, j)) * inverted;
        }
        for (int i = n - 1; i >= 0; i--)
        {
            double weight = Unsafe.Add(ref z, i) * Unsafe.Add(ref inverse, i);
            Unsafe.Add(ref w, i) = weight;
            ref double li = ref Unsafe.Add(ref l, i * n);
            Vector256<double> factor = Vector256.Create(weight);
            // Whole vectors: what they change from i on is never read again.
            for (int j = 0; j < i; j += 4)
                (Vector256.LoadUnsafe(ref z, (nuint)j) - Vector256.LoadUnsafe(ref li, (nuint)j) * factor).StoreUnsafe(ref z, (nuint)j);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Dot(ref double a, ref double b, int count)
    {
        Vector256<double> sums = Vector256<double>.Zero;
        for (int i = 0; i < count; i += 4)
            sums += Vector256.LoadUnsafe(ref a, (nuint)i) * Vector256.LoadUnsafe(ref b, (nuint)i);
        return (sums[0] + sums[1]) + (sums[2] + sums[3]);
    }
}

using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Tacit.Modeling.Audio;

/// <summary>Linear prediction ŷ = Σ w_i x_i whose weights minimise the squared errors of the past, recent ones counting more.</summary>
/// <remarks>
/// <para>
/// Each lesson (x, y) does R = λ R + x xᵀ + τ and r = λ r + y x + τ (τ = 10⁻²⁰⁰ keeps what fades from becoming denormal);
/// after the first lesson, then after ever more until it is every so many, w solves (R + D) w = r + D w₀ by Cholesky's decomposition R + D = Uᵀ U, where w₀ is what the weights are
/// taken for before anything is known and the diagonal D how much that counts.
/// </para>
/// <para>
/// Shapes: n inputs, a multiple of 4; R and U row-major (n, n), the upper triangle. Double, + − × ÷ √ only, none fused. Vectors run
/// along rows of the triangle, which are outputs; sums along inputs are four partial sums, term i in number i mod 4, joined as
/// (0 + 1) + (2 + 3).
/// </para>
/// </remarks>
internal sealed class RecursiveLeastSquares
{
    private const double Trace = 1e-200, LeastRelativePivot = 1e-12, LeastPivot = 1e-6;

    private const int Group = 16;

    // While little is known each lesson tells much: a solution may wait for this part of the lessons before it, not for more.
    private const int Patience = 64;

    private readonly int _n, _interval, _stride;
    private readonly double _memory;
    private readonly double[] _covariance, _factor, _target, _weights, _solution, _inverse, _prior, _right;
    private readonly double[] _ridge;
    private double _last, _errors, _lessons;    // squares of the errors so far and their number, forgotten alike
    private int _lessonsToSolution = 1;
    private int _count;                         // lessons, up to where it no longer matters

    /// <summary>Starts with the weights <paramref name="prior"/>.</summary>
    /// <param name="memory">λ.</param>
    /// <param name="interval">Lessons between two solutions, at most.</param>
    /// <param name="prior">w₀ (n).</param>
    /// <param name="ridge">D (n), positive.</param>
    public RecursiveLeastSquares(double memory, int interval, double[] prior, double[] ridge)
    {
        int n = prior.Length;
        Debug.Assert(n > 0 && n % 4 == 0 && ridge.Length == n);
        (_n, _memory, _interval, _prior, _ridge) = (n, memory, interval, prior, ridge);
        // Sixteen columns are worked on at once, the last of them beyond a row's end.
        _stride = n + Group - 4;
        _covariance = new double[n * _stride];
        _factor = new double[n * _stride];
        _right = new double[n];
        _target = new double[n];
        _weights = [.. prior];
        _solution = new double[n];
        _inverse = new double[n];
    }

    /// <summary>ŷ for inputs x (n).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double Predict(ReadOnlySpan<double> x)
    {
        ref double a = ref MemoryMarshal.GetReference(x);
        ref double w = ref MemoryMarshal.GetArrayDataReference(_weights);
        Vector256<double> sums = Vector256<double>.Zero;
        for (int i = 0; i < _n; i += 4)
            sums += Vector256.LoadUnsafe(ref a, (nuint)i) * Vector256.LoadUnsafe(ref w, (nuint)i);
        return _last = (sums[0] + sums[1]) + (sums[2] + sums[3]);
    }

    /// <summary>Learns that inputs x (n) came with y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Learn(ReadOnlySpan<double> x, double y)
    {
        Debug.Assert(x.Length == _n);
        int n = _n;
        ref double input = ref MemoryMarshal.GetReference(x);
        ref double row = ref MemoryMarshal.GetArrayDataReference(_covariance);
        Vector256<double> keep = Vector256.Create(_memory), trace = Vector256.Create(Trace);
        for (int i = 0; i < n; i++)
        {
            // Whole vectors: what they write below the diagonal is never read.
            Vector256<double> scaled = Vector256.Create(Unsafe.Add(ref input, i));
            for (int j = i & ~3; j < n; j += 4)
            {
                Vector256<double> next = Vector256.LoadUnsafe(ref row, (nuint)j) * keep + scaled * Vector256.LoadUnsafe(ref input, (nuint)j) + trace;
                next.StoreUnsafe(ref row, (nuint)j);
            }
            row = ref Unsafe.Add(ref row, _stride);
        }
        ref double target = ref MemoryMarshal.GetArrayDataReference(_target);
        Vector256<double> push = Vector256.Create(y);
        for (int i = 0; i < n; i += 4)
            (Vector256.LoadUnsafe(ref target, (nuint)i) * keep + push * Vector256.LoadUnsafe(ref input, (nuint)i) + trace).StoreUnsafe(ref target, (nuint)i);
        double error = y - _last;
        _errors = _errors * _memory + error * error + Trace;
        _lessons = _lessons * _memory + 1;
        _count += _count < _interval * Patience ? 1 : 0;
        if (--_lessonsToSolution == 0)
        {
            Solve();
            _lessonsToSolution = Math.Min(_interval, 1 + _count / Patience);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Solve()
    {
        int n = _n, stride = _stride;
        double unit = _errors / _lessons + LeastPivot;
        ref double c = ref MemoryMarshal.GetArrayDataReference(_covariance);
        ref double u = ref MemoryMarshal.GetArrayDataReference(_factor);
        ref double inverse = ref MemoryMarshal.GetArrayDataReference(_inverse);
        ref double z = ref MemoryMarshal.GetArrayDataReference(_solution);
        for (int i = 0; i < n; i++)
        {
            // Row i of U: what R has there less what the rows above explain.
            ref double from = ref Unsafe.Add(ref c, i * stride), ui = ref Unsafe.Add(ref u, i * stride);
            for (int j = i & ~3; j < n; j += Group)
                Reduce(ref u, ref from, ref ui, i, j, stride);
            double diagonal = Unsafe.Add(ref from, i), least = diagonal * LeastRelativePivot + LeastPivot;
            double pivot = Unsafe.Add(ref ui, i) + _ridge[i] * unit;
            double root = Math.Sqrt(pivot > least ? pivot : least), over = 1 / root;
            Unsafe.Add(ref inverse, i) = over;
            Vector256<double> scale = Vector256.Create(over);
            for (int j = i & ~3; j < n; j += 4)
                (Vector256.LoadUnsafe(ref ui, (nuint)j) * scale).StoreUnsafe(ref ui, (nuint)j);
        }
        // Uᵀ z = r + D w₀, row by row from the top; then U w = z from the bottom.
        ref double w = ref MemoryMarshal.GetArrayDataReference(_weights);
        ref double y = ref MemoryMarshal.GetArrayDataReference(_right);
        for (int i = 0; i < n; i++)
            Unsafe.Add(ref y, i) = _target[i] + _ridge[i] * unit * _prior[i];
        for (int i = 0; i < n; i++)
        {
            ref double ui = ref Unsafe.Add(ref u, i * stride);
            double value = Unsafe.Add(ref y, i) * Unsafe.Add(ref inverse, i);
            Unsafe.Add(ref z, i) = value;
            // Whole vectors: what they change before the next row is no longer read.
            Vector256<double> factor = Vector256.Create(value);
            for (int j = i & ~3; j < n; j += 4)
                (Vector256.LoadUnsafe(ref y, (nuint)j) - Vector256.LoadUnsafe(ref ui, (nuint)j) * factor).StoreUnsafe(ref y, (nuint)j);
        }
        // Weights not found yet are 0, so that whole vectors may be taken.
        _weights.AsSpan().Clear();
        for (int i = n - 1; i >= 0; i--)
        {
            ref double ui = ref Unsafe.Add(ref u, i * stride);
            Vector256<double> sums = Vector256<double>.Zero;
            for (int j = i & ~3; j < n; j += 4)
                sums += Vector256.LoadUnsafe(ref ui, (nuint)j) * Vector256.LoadUnsafe(ref w, (nuint)j);
            Unsafe.Add(ref w, i) = (Unsafe.Add(ref z, i) - ((sums[0] + sums[1]) + (sums[2] + sums[3]))) * Unsafe.Add(ref inverse, i);
        }
    }

    // Sixteen columns of row i at once, kept in registers.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Reduce(ref double u, ref double from, ref double ui, int i, int j, int stride)
    {
        Vector256<double> s0 = Vector256.LoadUnsafe(ref from, (nuint)j), s1 = Vector256.LoadUnsafe(ref from, (nuint)j + 4);
        Vector256<double> s2 = Vector256.LoadUnsafe(ref from, (nuint)j + 8), s3 = Vector256.LoadUnsafe(ref from, (nuint)j + 12);
        for (int k = 0; k < i; k++)
        {
            ref double uk = ref Unsafe.Add(ref u, k * stride);
            Vector256<double> factor = Vector256.Create(Unsafe.Add(ref uk, i));
            s0 -= factor * Vector256.LoadUnsafe(ref uk, (nuint)j);
            s1 -= factor * Vector256.LoadUnsafe(ref uk, (nuint)j + 4);
            s2 -= factor * Vector256.LoadUnsafe(ref uk, (nuint)j + 8);
            s3 -= factor * Vector256.LoadUnsafe(ref uk, (nuint)j + 12);
        }
        s0.StoreUnsafe(ref ui, (nuint)j);
        s1.StoreUnsafe(ref ui, (nuint)j + 4);
        s2.StoreUnsafe(ref ui, (nuint)j + 8);
        s3.StoreUnsafe(ref ui, (nuint)j + 12);
    }
}

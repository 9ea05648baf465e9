using System.Runtime.CompilerServices;
using Tacit.Numerics.Lanes;
using Tacit.Numerics.Threads;

namespace Tacit.Numerics;

/// <summary>Rotary position embedding: pairs of a head's values turned by angles that grow with the position.</summary>
/// <remarks>
/// <para>
/// Value i of a head of D is turned together with value i + D / 2, at position t by the angle t · base^(−2i / D). Su et
/// al. 2021, with the pairing of GPT-NeoX and Llama. Queries and keys turned so have products that depend on the distance
/// of their positions alone.
/// </para>
/// <para>
/// The table holds cosines and sines. Angles are taken in double: the powers of the base by Newton's iteration for
/// its root and multiplication, reduced to ±π; then by the library's own functions.
/// </para>
/// </remarks>
public sealed unsafe class RotaryTable
{
    private readonly float[] _cosines, _sines;      // (positions, D / 2)
    private readonly int _half;

    /// <summary>Computes the table.</summary>
    /// <param name="positions">Positions, from 0; at least 1.</param>
    /// <param name="headSize">D, even, at least 2.</param>
    /// <param name="frequencyBase">Above 1; 10000 is usual.</param>
    public RotaryTable(int positions, int headSize, double frequencyBase = 10000)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(positions, 1);
        if (headSize < 2 || headSize % 2 != 0)
            throw new ArgumentOutOfRangeException(nameof(headSize), headSize, "Even and at least 2.");
        if (!(frequencyBase > 1 && frequencyBase < 1e12))
            throw new ArgumentOutOfRangeException(nameof(frequencyBase), frequencyBase, "Above 1 and below 10^12.");
        (Positions, _half) = (positions, headSize / 2);
        _cosines = new float[checked(positions * _half)];
        _sines = new float[_cosines.Length];
        double root = Root(frequencyBase, _half), frequency = 1;
        for (int i = 0; i < _half; i++, frequency /= root)
        {
            for (int t = 0; t < positions; t++)
                _sines[t * _half + i] = Reduced(t * frequency);
        }
        Elementwise.Cos(_sines, _cosines);
        Elementwise.Sin(_sines, _sines);
    }

    /// <summary>Positions of the table.</summary>
    public int Positions { get; }

    /// <summary>Values of a head (D).</summary>
    public int HeadSize => 2 * _half;

    /// <summary>The cosines of the angles (positions, D / 2).</summary>
    public ReadOnlySpan<float> Cosines => _cosines;

    /// <summary>Their sines.</summary>
    public ReadOnlySpan<float> Sines => _sines;

    /// <summary>Turns heads in place: y_i = x_i · cos − x_(i + D/2) · sin, y_(i + D/2) = x_(i + D/2) · cos + x_i · sin.</summary>
    /// <param name="x">(B, T, H, D): sequence after sequence, row after row.</param>
    /// <param name="rows">T, rows of a sequence, at least 1.</param>
    /// <param name="heads">H, at least 1.</param>
    /// <param name="rowStep">Values from a row to the next; 0 for H · D. More if keys and values lie beside the queries.</param>
    /// <param name="firstPosition">The position of each sequence's first row.</param>
    /// <param name="back">True to turn back: also the backward pass, of the gradient.</param>
    /// <param name="pool">Threads to share the rows among; the caller alone if null.</param>
    /// <exception cref="ArgumentException">The lengths do not fit, or a position is not in the table.</exception>
    public void Turn(Span<float> x, int rows, int heads, int rowStep = 0, int firstPosition = 0, bool back = false, WorkPool? pool = null)
    {
        int width = heads * HeadSize;
        rowStep = rowStep == 0 ? width : rowStep;
        // A span may end with the last row's heads rather than with its whole step.
        long all = rowStep < 1 ? 0 : (x.Length + (long)rowStep - width) / rowStep;
        if (rows < 1 || heads < 1 || rowStep < width || all % rows != 0 || (x.Length > 0 && x.Length < (all - 1) * rowStep + width)
            || firstPosition < 0 || (long)firstPosition + rows > Positions)
            throw new ArgumentException($"RotaryTable.Turn: {x.Length} values in rows of {heads} heads of {HeadSize}, {rowStep} apart, {rows} rows from position {firstPosition} of {Positions}.");
        fixed (float* px = x, pc = _cosines, ps = _sines)
        {
            var kernel = new Rows
            {
                X = px,
                Cosines = pc,
                Sines = ps,
                RowStep = rowStep,
                Half = _half,
                Heads = heads,
                RowsPerSequence = rows,
                FirstPosition = firstPosition,
                Back = back,
            };
            Ranges.Run(kernel, (int)all, 2L * width, pool);
        }
    }

    /// <summary>The same for a sequence whose positions are in the table.</summary>
    internal void Turn<L, V>(float* x, int rows, int heads, int rowStep, int firstPosition)
        where L : struct, ILanes<V>
        where V : struct
    {
        fixed (float* cosines = _cosines, sines = _sines)
        {
            var kernel = new Rows
            {
                X = x,
                Cosines = cosines,
                Sines = sines,
                RowStep = rowStep,
                Half = _half,
                Heads = heads,
                RowsPerSequence = rows,
                FirstPosition = firstPosition,
            };
            kernel.Run<L, V>(0, rows);
        }
    }

    // The n-th root of a > 1, by Newton's iteration from above: it falls until rounding stops it.
    private static double Root(double a, int n)
    {
        double y = a;
        while (true)
        {
            double power = y;       // y^n / y^(n − 1) is y: divide a by y, n − 1 times, so that nothing overflows
            double quotient = a;
            for (int i = 1; i < n; i++)
                quotient /= power;
            double next = y + (quotient - y) / n;
            if (!(next < y))
                return y;
            y = next;
        }
    }

    // To ±π, 2π in two parts; angles are at most 2^31.
    private static float Reduced(double angle)
    {
        double turns = Math.Round(angle * 0.15915494309189535);
        double rest = Math.FusedMultiplyAdd(turns, -6.283185307179586, angle);
        return (float)Math.FusedMultiplyAdd(turns, -2.4492935982947064e-16, rest);
    }

    private struct Rows : IRangeKernel
    {
        public float* X, Cosines, Sines;
        public nint RowStep, Half;
        public int Heads, RowsPerSequence, FirstPosition;
        public bool Back;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<L, V>(int first, int end)
            where L : struct, ILanes<V>
            where V : struct
        {
            float sign = Back ? -1f : 1f;
            for (nint r = first; r < end; r++)
            {
                nint at = (FirstPosition + r % RowsPerSequence) * Half;
                float* x = X + r * RowStep, cosines = Cosines + at, sines = Sines + at;
                for (int h = 0; h < Heads; h++, x += 2 * Half)
                {
                    nint i = 0;
                    for (; i <= Half - L.Count; i += L.Count)
                        Pair<L, V>(x + i, Half, cosines + i, sines + i, sign);
                    for (; i < Half; i++)
                        Pair<LanesScalar, float>(x + i, Half, cosines + i, sines + i, sign);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Pair<L, V>(float* x, nint half, float* cosine, float* sine, float sign)
            where L : struct, ILanes<V>
            where V : struct
        {
            V a = L.Load(x), b = L.Load(x + half), c = L.Load(cosine), s = L.Multiply(L.Load(sine), L.Create(sign));
            L.Store(L.Fma(a, c, Elementary.Bits.Negate<L, V>(L.Multiply(b, s))), x);
            L.Store(L.Fma(b, c, L.Multiply(a, s)), x + half);
        }
    }
}

using System.Runtime.CompilerServices;
using Tacit.Numerics.Lanes;
using Tacit.Numerics.Reductions;

namespace Tacit.Numerics.Products;

/// <summary>Products of one vector with a row-major matrix that changes between two of them, so that packing it would not pay.</summary>
/// <remarks>Shapes: W (K, N) with its rows one after another, x (K), y (N); N a multiple of <see cref="Group"/>. The caller checks them.</remarks>
internal static unsafe class VectorProducts
{
    /// <summary>Columns come in groups of this many.</summary>
    public const int Group = 16;

    // Rows taken in one pass over y: eight of the 16 registers of 256-bit machines hold their factors.
    private const int Pass = 8;

    // Rows whose sums run side by side, to hide the wait for each.
    private const int Side = 4;

    /// <summary>y[n] += Σ_k x[k] · W[k, n]: a chain of fused multiply-adds in the order of k.</summary>
    public static void AddProduct(float* x, float* w, int rows, int columns, float* y)
    {
        var kernel = new Forward { X = x, W = w, Y = y, Rows = rows, Columns = columns };
        Widest.Run(ref kernel);
    }

    /// <summary>x[k] = Σ_n W[k, n] · y[n], as a <see cref="Fold"/>, floored as a gradient.</summary>
    public static void Transposed(float* y, float* w, int rows, int columns, float* x)
    {
        var kernel = new Backward { X = x, W = w, Y = y, Rows = rows, Columns = columns };
        Widest.Run(ref kernel);
    }

    /// <summary>The gradient of h, dh[k] = Σ_n W[k, n] · e[n], and then a step of gradient descent: W[k, n] −= (rate · h[k]) · e[n].</summary>
    public static void TransposedStep(float* e, float* w, int rows, int columns, float* h, float rate, float* dh)
    {
        var kernel = new Backward { X = dh, W = w, Y = e, Rows = rows, Columns = columns, Learns = true, H = h, Rate = rate };
        Widest.Run(ref kernel);
    }

    private struct Forward : IKernel
    {
        public float* X, W, Y;
        public nint Rows, Columns;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<L, V>()
            where L : struct, ILanes<V>
            where V : struct
        {
            nint k = 0, columns = Columns;
            float* x = X, y = Y, w = W;
            for (; k <= Rows - Pass; k += Pass, w += Pass * columns, x += Pass)
            {
                V x0 = L.Create(x[0]), x1 = L.Create(x[1]), x2 = L.Create(x[2]), x3 = L.Create(x[3]);
                V x4 = L.Create(x[4]), x5 = L.Create(x[5]), x6 = L.Create(x[6]), x7 = L.Create(x[7]);
                float* w4 = w + 4 * columns;
                for (nint n = 0; n < columns; n += L.Count)
                {
                    V sum = L.Fma(x0, L.Load(w + n), L.Load(y + n));
                    sum = L.Fma(x1, L.Load(w + columns + n), sum);
                    sum = L.Fma(x2, L.Load(w + 2 * columns + n), sum);
                    sum = L.Fma(x3, L.Load(w + 3 * columns + n), sum);
                    sum = L.Fma(x4, L.Load(w4 + n), sum);
                    sum = L.Fma(x5, L.Load(w4 + columns + n), sum);
                    sum = L.Fma(x6, L.Load(w4 + 2 * columns + n), sum);
                    L.Store(L.Fma(x7, L.Load(w4 + 3 * columns + n), sum), y + n);
                }
            }
            for (; k < Rows; k++, w += columns, x++)
            {
                V x0 = L.Create(x[0]);
                for (nint n = 0; n < columns; n += L.Count)
                    L.Store(L.Fma(x0, L.Load(w + n), L.Load(y + n)), y + n);
            }
        }
    }

    private struct Backward : IKernel
    {
        public float* X, W, Y, H;
        public nint Rows, Columns;
        public bool Learns;
        public float Rate;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<L, V>()
            where L : struct, ILanes<V>
            where V : struct
        {
            nint k = 0;
            if (L.Count >= 8)
            {
                for (; k <= Rows - Side; k += Side)
                {
                    Sums<L, V>(W + k * Columns, Y, Columns, X + k);
                    for (nint i = k; Learns && i < k + Side; i++)
                        Step<L, V>(i);
                }
            }
            for (; k < Rows; k++)
            {
                X[k] = Fold.Over<L, V, DotFold>(Y, W + k * Columns, 0f, Columns);
                if (Learns)
                    Step<L, V>(k);
            }
            for (k = 0; k < Rows; k++)
                X[k] = X[k] is < Floors.Gradient and > -Floors.Gradient ? 0f : X[k];
        }

        // Four rows' sums in the shape of Fold: partial results p and p + 8, p + 4, … are joined.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Sums<L, V>(float* w, float* y, nint columns, float* sums)
            where L : struct, ILanes<V>
            where V : struct
        {
            float* partials = stackalloc float[Side * Fold.Partials];
            float* w1 = w + columns, w2 = w1 + columns, w3 = w2 + columns;
            V a = L.Create(0f), b = a, c = a, d = a;
            if (L.Count == 16)
            {
                for (nint n = 0; n < columns; n += 16)
                {
                    V y0 = L.Load(y + n);
                    a = L.Fma(y0, L.Load(w + n), a);
                    b = L.Fma(y0, L.Load(w1 + n), b);
                    c = L.Fma(y0, L.Load(w2 + n), c);
                    d = L.Fma(y0, L.Load(w3 + n), d);
                }
                L.Store(a, partials);
                L.Store(b, partials + 16);
                L.Store(c, partials + 32);
                L.Store(d, partials + 48);
                for (int i = 0; i < Side; i++)
                    sums[i] = Join(partials + 16 * i, 8);
                return;
            }
            V a1 = a, b1 = a, c1 = a, d1 = a;
            for (nint n = 0; n < columns; n += 16)
            {
                V y0 = L.Load(y + n), y1 = L.Load(y + n + 8);
                a = L.Fma(y0, L.Load(w + n), a);
                a1 = L.Fma(y1, L.Load(w + n + 8), a1);
                b = L.Fma(y0, L.Load(w1 + n), b);
                b1 = L.Fma(y1, L.Load(w1 + n + 8), b1);
                c = L.Fma(y0, L.Load(w2 + n), c);
                c1 = L.Fma(y1, L.Load(w2 + n + 8), c1);
                d = L.Fma(y0, L.Load(w3 + n), d);
                d1 = L.Fma(y1, L.Load(w3 + n + 8), d1);
            }
            L.Store(L.Add(a, a1), partials);
            L.Store(L.Add(b, b1), partials + 8);
            L.Store(L.Add(c, c1), partials + 16);
            L.Store(L.Add(d, d1), partials + 24);
            for (int i = 0; i < Side; i++)
                sums[i] = Join(partials + 8 * i, 4);
        }

        private static float Join(float* partials, int half)
        {
            for (; half > 0; half /= 2)
            {
                for (int p = 0; p < half; p++)
                    partials[p] += partials[p + half];
            }
            return partials[0];
        }

        private readonly void Step<L, V>(nint row)
            where L : struct, ILanes<V>
            where V : struct
        {
            float* w = W + row * Columns;
            V factor = L.Create(-(Rate * H[row]));
            for (nint n = 0; n < Columns; n += L.Count)
                L.Store(L.Fma(factor, L.Load(Y + n), L.Load(w + n)), w + n);
        }
    }
}

using System.Runtime.CompilerServices;
using Tacit.Numerics.Elementary;
using Tacit.Numerics.Lanes;
using Tacit.Numerics.Threads;

namespace Tacit.Numerics;

/// <summary>The part of an LSTM step after its products. Hochreiter and Schmidhuber 1997, with a forget gate.</summary>
/// <remarks>
/// Shapes: gates (B, 4H) in the order input, forget, candidate, output (that of PyTorch), states (B, H).
/// <code>
/// i = sigmoid(z_i)   f = sigmoid(z_f)   g = tanh(z_g)   o = sigmoid(z_o)      z = x · Wx + h · Wh + bias (B, 4H)
/// c' = f · c + i · g                    h' = o · tanh(c')
/// </code>
/// States nearer to zero than <see cref="Floors.Product"/> are zero: without input they halve with every step.
/// </remarks>
public static unsafe class LstmCell
{
    /// <summary>One step for a batch.</summary>
    /// <param name="gates">z on entry, the gates i, f, g, o on return, for the backward pass; (B, 4H).</param>
    /// <param name="previous">c (B, H).</param>
    /// <param name="cell">c' (B, H); may be c.</param>
    /// <param name="hidden">h' (B, H).</param>
    /// <param name="size">H, at least 1.</param>
    /// <param name="pool">Threads to share the rows among; the caller alone if null.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static void Forward(Span<float> gates, ReadOnlySpan<float> previous, Span<float> cell, Span<float> hidden, int size, WorkPool? pool = null)
    {
        int rows = Check("Forward", gates.Length, size, previous.Length, cell.Length, hidden.Length);
        fixed (float* pz = gates, pp = previous, pc = cell, ph = hidden)
        {
            var kernel = new ForwardRows { Gates = pz, Previous = pp, Cell = pc, Hidden = ph, Size = size };
            Ranges.Run(kernel, rows, 20L * size, pool);
        }
    }

    /// <summary>The step backwards. Gradients below <see cref="Floors.Gradient"/> are zero.</summary>
    /// <param name="gates">The gates the forward pass left (B, 4H).</param>
    /// <param name="previous">c (B, H).</param>
    /// <param name="cell">c' (B, H).</param>
    /// <param name="dhidden">The gradient of h' (B, H).</param>
    /// <param name="dcell">The gradient of c' from later steps on entry, that of c on return (B, H).</param>
    /// <param name="dgates">The gradient of z (B, 4H), replaced; may be the gates.</param>
    /// <param name="size">H, at least 1.</param>
    /// <param name="pool">Threads to share the rows among; the caller alone if null.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static void Backward(ReadOnlySpan<float> gates, ReadOnlySpan<float> previous, ReadOnlySpan<float> cell, ReadOnlySpan<float> dhidden,
        Span<float> dcell, Span<float> dgates, int size, WorkPool? pool = null)
    {
        int rows = Check("Backward", gates.Length, size, previous.Length, cell.Length, dhidden.Length);
        Check("Backward", dgates.Length, size, dcell.Length, cell.Length, cell.Length);
        fixed (float* pz = gates, pp = previous, pc = cell, ph = dhidden, pd = dcell, pt = dgates)
        {
            var kernel = new BackwardRows { Gates = pz, Previous = pp, Cell = pc, Dhidden = ph, Dcell = pd, Dgates = pt, Size = size };
            Ranges.Run(kernel, rows, 16L * size, pool);
        }
    }

    private static int Check(string name, int gates, int size, int a, int b, int c)
    {
        if (size < 1 || gates % (4L * size) != 0 || a != gates / 4 || b != a || c != a)
            throw new ArgumentException($"LstmCell.{name}: {gates} gates and states of {a}, {b} and {c} values for a size of {size}.");
        return a / size;
    }

    private struct ForwardRows : IRangeKernel
    {
        public float* Gates, Previous, Cell, Hidden;
        public nint Size;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<L, V>(int first, int end)
            where L : struct, ILanes<V>
            where V : struct
        {
            for (nint r = first; r < end; r++)
            {
                float* z = Gates + 4 * r * Size, previous = Previous + r * Size, cell = Cell + r * Size, hidden = Hidden + r * Size;
                nint k = 0;
                for (; k <= Size - L.Count; k += L.Count)
                    Step<L, V>(z + k, Size, previous + k, cell + k, hidden + k);
                for (; k < Size; k++)
                    Step<LanesScalar, float>(z + k, Size, previous + k, cell + k, hidden + k);
            }
        }

        private static void Step<L, V>(float* z, nint size, float* previous, float* cell, float* hidden)
            where L : struct, ILanes<V>
            where V : struct
        {
            V i = Sigmoid.Apply<L, V>(L.Load(z));
            V f = Sigmoid.Apply<L, V>(L.Load(z + size));
            V g = Tanh.Apply<L, V>(L.Load(z + 2 * size));
            V o = Sigmoid.Apply<L, V>(L.Load(z + 3 * size));
            V c = FlooredTo.Apply<L, V>(L.Fma(f, L.Load(previous), L.Multiply(i, g)), Floors.Product);
            L.Store(i, z);
            L.Store(f, z + size);
            L.Store(g, z + 2 * size);
            L.Store(o, z + 3 * size);
            L.Store(c, cell);
            L.Store(FlooredTo.Apply<L, V>(L.Multiply(o, Tanh.Apply<L, V>(c)), Floors.Product), hidden);
        }
    }

    private struct BackwardRows : IRangeKernel
    {
        public float* Gates, Previous, Cell, Dhidden, Dcell, Dgates;
        public nint Size;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<L, V>(int first, int end)
            where L : struct, ILanes<V>
            where V : struct
        {
            for (nint r = first; r < end; r++)
            {
                nint at = r * Size, k = 0;
                for (; k <= Size - L.Count; k += L.Count)
                    Step<L, V>(Gates + 4 * at + k, Previous + at + k, Cell + at + k, Dhidden + at + k, Dcell + at + k, Dgates + 4 * at + k);
                for (; k < Size; k++)
                    Step<LanesScalar, float>(Gates + 4 * at + k, Previous + at + k, Cell + at + k, Dhidden + at + k, Dcell + at + k, Dgates + 4 * at + k);
            }
        }

        private readonly void Step<L, V>(float* z, float* previous, float* cell, float* dhidden, float* dcell, float* dz)
            where L : struct, ILanes<V>
            where V : struct
        {
            V i = L.Load(z), f = L.Load(z + Size), g = L.Load(z + 2 * Size), o = L.Load(z + 3 * Size);
            V dh = L.Load(dhidden), t = Tanh.Apply<L, V>(L.Load(cell));
            V dc = L.Add(L.Load(dcell), TanhGradient.Apply<L, V>(L.Multiply(dh, o), t));
            L.Store(Small<L, V>(SigmoidGradient.Apply<L, V>(L.Multiply(dc, g), i)), dz);
            L.Store(Small<L, V>(SigmoidGradient.Apply<L, V>(L.Multiply(dc, L.Load(previous)), f)), dz + Size);
            L.Store(Small<L, V>(TanhGradient.Apply<L, V>(L.Multiply(dc, i), g)), dz + 2 * Size);
            L.Store(Small<L, V>(SigmoidGradient.Apply<L, V>(L.Multiply(dh, t), o)), dz + 3 * Size);
            L.Store(Small<L, V>(L.Multiply(dc, f)), dcell);
        }

        private static V Small<L, V>(V x)
            where L : struct, ILanes<V>
            where V : struct => FlooredTo.Apply<L, V>(x, Floors.Gradient);
    }
}

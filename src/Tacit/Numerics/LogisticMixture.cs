using System.Runtime.CompilerServices;
using Tacit.Numerics.Elementary;
using Tacit.Numerics.Lanes;
using Tacit.Numerics.Layers;
using Tacit.Numerics.Memory;
using Tacit.Numerics.Threads;

namespace Tacit.Numerics;

/// <summary>Mixtures of discretised logistic distributions over whole numbers. Salimans et al., "PixelCNN++", 2017.</summary>
/// <remarks>
/// <para>
/// Value v of N levels stands for x = 2v / (N − 1) − 1 and has the mass of x ± δ, δ = 1 / (N − 1), the first and the last
/// that of all beyond too. With s the log scale, kept within ±7, of a component of mean m:
/// a = (x + δ − m) / e^s, b = (x − δ − m) / e^s, d = a − b, and ln P = ln(sigmoid(a) − sigmoid(b)) =
/// −softplus(−a) − softplus(b) + ln(1 − e^−d), which needs no special case far from the mean.
/// </para>
/// <para>
/// A row of parameters is K logits of the components; then, for each channel, K means and K log scales, and with three
/// channels K coefficients. tanh of those says how much of the red is added to the green's mean, of the red to the
/// blue's, of the green to the blue's. A component's channels are independent otherwise.
/// </para>
/// </remarks>
public static unsafe class LogisticMixture
{
    /// <summary>The bound on log scales, beyond which their gradient is zero.</summary>
    public const float MaxLogScale = 7f;

    /// <summary>The cost of each row in nats, and its gradient if wanted.</summary>
    /// <param name="parameters">(R, P), P = 3K for one channel and 10K for three.</param>
    /// <param name="values">(R, channels), each below <paramref name="levels"/>.</param>
    /// <param name="channels">1 or 3.</param>
    /// <param name="levels">N, from 2 to 256.</param>
    /// <param name="costs">(R), replaced: −ln P of the row's values.</param>
    /// <param name="gradient">(R, P), replaced: scale times that of the costs; zero where below <see cref="Floors.Gradient"/>. Empty for none.</param>
    /// <param name="scale">The gradient of each cost.</param>
    /// <param name="pool">Threads to share the rows among; the caller alone if null.</param>
    /// <exception cref="ArgumentException">The lengths do not fit, or a value is no level.</exception>
    public static void Run(ReadOnlySpan<float> parameters, ReadOnlySpan<byte> values, int channels, int levels, Span<float> costs, Span<float> gradient,
        float scale, WorkPool? pool = null)
    {
        int rows = costs.Length, perComponent = channels == 3 ? 10 : 3, components = rows == 0 ? 1 : parameters.Length / rows / perComponent;
        if (channels is not (1 or 3) || levels is < 2 or > 256 || values.Length != (long)rows * channels || components < 1
            || parameters.Length != (long)rows * components * perComponent || (!gradient.IsEmpty && gradient.Length != parameters.Length))
            throw new ArgumentException($"LogisticMixture: {parameters.Length} parameters and {gradient.Length} gradients of {rows} rows, "
                + $"{values.Length} values of {channels} channels and {levels} levels.");
        foreach (byte value in values)
        {
            if (value >= levels)
                throw new ArgumentException($"LogisticMixture: the value {value} of {levels} levels.");
        }
        fixed (float* pp = parameters, pc = costs, pg = gradient)
        fixed (byte* pv = values)
        {
            var kernel = new Mixtures { Parameters = pp, Costs = pc, Gradient = pg, Values = pv, Channels = channels, Levels = levels, K = components, Scale = scale };
            Ranges.Run(kernel, rows, 100L * components * channels, pool);
        }
    }

    private struct Mixtures : IRangeKernel
    {
        public float* Parameters, Costs, Gradient;
        public byte* Values;
        public int Channels, Levels, K;
        public float Scale;

        public readonly void Run<L, V>(int first, int end)
            where L : struct, ILanes<V>
            where V : struct
        {
            // Room for whole vectors of components: what is read beyond K is a zero, what comes of it is not used.
            nint room = (K + 15) & ~15;
            float* scratch = Scratch.Take(Scratch.Outer, 16 * room);
            new Span<float>(scratch, (int)(16 * room)).Clear();
            nint width = K * (Channels == 3 ? 10 : 3);
            for (nint r = first; r < end; r++)
                Row<L, V>(Parameters + r * width, Values + r * Channels, Costs + r, Gradient == null ? null : Gradient + r * width, scratch, room);
        }

        // scratch: logits, scores, terms, and per channel means, scales, coefficients, slopes of the mean.
        private readonly void Row<L, V>(float* row, byte* values, float* cost, float* gradient, float* scratch, nint room)
            where L : struct, ILanes<V>
            where V : struct
        {
            float* scores = scratch, terms = scratch + room, mean = scratch + 2 * room, logScale = scratch + 3 * room;
            float* meanSlopes = scratch + 4 * room, scaleSlopes = scratch + 7 * room, tanh = scratch + 10 * room;
            float delta = 1f / (Levels - 1), red = 0f, green = 0f;
            Copy(row, scores);
            for (int c = 0; c < Channels; c++)
            {
                float* channel = Channel(row, c);
                float x = 2f * values[c] * delta - 1f;
                Copy(channel, mean);
                Copy(channel + K, logScale);
                if (c == 1)
                    Couple<L, V>(Channel(row, 0) + 2 * K, red, mean, tanh, room);
                if (c == 2)
                {
                    Couple<L, V>(Channel(row, 1) + 2 * K, red, mean, tanh + room, room);
                    Couple<L, V>(Channel(row, 2) + 2 * K, green, mean, tanh + 2 * room, room);
                }
                for (nint k = 0; k < K; k += L.Count)
                {
                    V log = Component<L, V>(x, delta, values[c] == 0, values[c] == Levels - 1, L.Load(mean + k), L.Load(logScale + k),
                        out V meanSlope, out V scaleSlope);
                    L.Store(L.Add(L.Load(scores + k), log), scores + k);
                    L.Store(meanSlope, meanSlopes + c * room + k);
                    L.Store(scaleSlope, scaleSlopes + c * room + k);
                }
                (red, green) = c == 0 ? (x, 0f) : (red, x);
            }

            // cost = ln Σ e^logit − ln Σ e^(logit + ln P).
            float all = SoftmaxRow.Terms<L, V>(row, terms, K, out float most);
            if (gradient != null)
                Scaled.Multiply<L, V>(1f / all, terms, gradient, K);
            float known = SoftmaxRow.Terms<L, V>(scores, terms, K, out float best);
            *cost = most - best + (SoftmaxRow.Ln(all) - SoftmaxRow.Ln(known));
            if (gradient == null)
                return;
            Scaled.Multiply<L, V>(1f / known, terms, terms, K);     // each component's share of the value
            red = 2f * values[0] * delta - 1f;
            for (int k = 0; k < K; k++)
            {
                float share = -Scale * terms[k];
                gradient[k] = Small(Scale * (gradient[k] - terms[k]));
                for (int c = 0; c < Channels; c++)
                {
                    float* to = Channel(gradient, c) + k;
                    to[0] = Small(share * meanSlopes[c * room + k]);
                    to[K] = Small(share * scaleSlopes[c * room + k]);
                }
                if (Channels != 3)
                    continue;
                green = 2f * values[1] * delta - 1f;
                Channel(gradient, 0)[2 * K + k] = Small(share * meanSlopes[room + k] * red * Slope(tanh[k]));
                Channel(gradient, 1)[2 * K + k] = Small(share * meanSlopes[2 * room + k] * red * Slope(tanh[room + k]));
                Channel(gradient, 2)[2 * K + k] = Small(share * meanSlopes[2 * room + k] * green * Slope(tanh[2 * room + k]));
            }
        }

        private readonly float* Channel(float* row, int c) => row + K + c * K * (Channels == 3 ? 3 : 2);

        private readonly void Copy(float* source, float* target) => Buffer.MemoryCopy(source, target, K * sizeof(float), K * sizeof(float));

        // mean[k] += tanh(coefficients[k]) · x.
        private readonly void Couple<L, V>(float* coefficients, float x, float* mean, float* tanh, nint room)
            where L : struct, ILanes<V>
            where V : struct
        {
            Map<Tanh>.Over<L, V>(coefficients, tanh, K);
            for (nint k = 0; k < room; k += L.Count)
                L.Store(L.Fma(L.Load(tanh + k), L.Create(x), L.Load(mean + k)), mean + k);
        }

        private static float Slope(float tanh) => 1f - tanh * tanh;

        private static float Small(float x) => FlooredTo.Apply<LanesScalar, float>(x, Floors.Gradient);
    }

    /// <summary>ln P of one value under components, and its slopes along mean and log scale.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Component<L, V>(float x, float delta, bool lowest, bool highest, V mean, V logScale, out V meanSlope, out V scaleSlope)
        where L : struct, ILanes<V>
        where V : struct
    {
        V zero = L.Create(0f), one = L.Create(1f);
        V within = L.Less(Bits.Abs<L, V>(logScale), L.Create(MaxLogScale));
        V s = L.Max(L.Min(logScale, L.Create(MaxLogScale)), L.Create(-MaxLogScale));
        V inverse = Exp.Apply<L, V>(Bits.Negate<L, V>(s));
        V centre = L.Multiply(L.Subtract(L.Create(x), mean), inverse), half = L.Multiply(L.Create(delta), inverse);
        V a = L.Add(centre, half), b = L.Subtract(centre, half), log = zero, slopes = zero;
        meanSlope = zero;
        if (!highest)
        {
            // −softplus(−a), whose slope along a is sigmoid(−a).
            V above = Sigmoid.Apply<L, V>(Bits.Negate<L, V>(a));
            log = L.Subtract(log, Softplus.Apply<L, V>(Bits.Negate<L, V>(a)));
            meanSlope = L.Subtract(meanSlope, above);
            slopes = L.Fma(Bits.Negate<L, V>(a), above, slopes);
        }
        if (!lowest)
        {
            V below = Sigmoid.Apply<L, V>(b);
            log = L.Subtract(log, Softplus.Apply<L, V>(b));
            meanSlope = L.Add(meanSlope, below);
            slopes = L.Fma(b, below, slopes);
        }
        if (!lowest && !highest)
        {
            V d = L.Add(half, half), inside = OneMinusExp<L, V>(d);
            log = L.Add(log, Log.Apply<L, V>(inside));
            slopes = L.Subtract(slopes, L.Multiply(L.Subtract(one, inside), L.Divide(d, inside)));
        }
        meanSlope = L.Multiply(meanSlope, inverse);
        scaleSlope = L.Select(within, slopes, zero);
        return log;
    }

    /// <summary>1 − e^−d for d > 0: its Taylor series below 1/2, where the difference would lose digits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V OneMinusExp<L, V>(V d)
        where L : struct, ILanes<V>
        where V : struct
    {
        V p = L.Create(-1f / 40320);
        p = Bits.Step<L, V>(p, d, 1f / 5040);
        p = Bits.Step<L, V>(p, d, -1f / 720);
        p = Bits.Step<L, V>(p, d, 1f / 120);
        p = Bits.Step<L, V>(p, d, -1f / 24);
        p = Bits.Step<L, V>(p, d, 1f / 6);
        p = Bits.Step<L, V>(p, d, -1f / 2);
        p = Bits.Step<L, V>(p, d, 1f);
        V difference = L.Subtract(L.Create(1f), Exp.Apply<L, V>(Bits.Negate<L, V>(d)));
        return L.Select(L.Less(d, L.Create(0.5f)), L.Multiply(p, d), difference);
    }
}

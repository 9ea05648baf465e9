using Tacit.Numerics;
using Tacit.Numerics.Lanes;
using Tacit.Tests.Support;

namespace Tacit.Tests.Numerics;

/// <summary>Attention against its definition, one query at a time, and steps against whole sequences.</summary>
[Collection(AllWidths.Name)]
public class AttentionTests
{
    private static AttentionShape[] Shapes => AllWidths.Emulated
        ? [new() { Batch = 1, Heads = 2, Queries = 3, Keys = 5, HeadSize = 4 }]
        :
        [
            new() { Batch = 2, Heads = 2, Queries = 17, Keys = 17, HeadSize = 8, Causal = true },
            new() { Batch = 1, Heads = 4, KeyHeads = 2, Queries = 33, Keys = 33, HeadSize = 16, Causal = true, Window = 7 },
            new() { Batch = 2, Heads = 3, Queries = 5, Keys = 40, HeadSize = 5, ValueSize = 9 },
            new() { Batch = 1, Heads = 1, Queries = 130, Keys = 130, HeadSize = 32, Causal = true },
            new() { Batch = 1, Heads = 2, KeyHeads = 1, Queries = 4, Keys = 20, HeadSize = 8, Causal = true, FirstPosition = 16 },
        ];

    [Fact]
    public void ForwardAndBackwardAreTheirDefinition()
    {
        foreach (AttentionShape shape in Shapes)
        {
            foreach (bool masked in (bool[])[false, true])
            {
                var data = new Operands(shape, masked);
                data.Define();
                AllWidths.Run(lanes =>
                {
                    if (lanes is 1 or 16 && shape.Keys > 100)
                        return;
                    Check(shape, data, null, $"{shape}, masked {masked}, {lanes} lanes");
                });
                using var pool = new WorkPool(3);
                Check(shape, data, pool, $"{shape}, masked {masked}, threads");
            }
        }
    }

    [Fact]
    public void ItIsNearTheTruthAndItsGradientsAreSlopes()
    {
        var shape = new AttentionShape { Batch = 1, Heads = 2, KeyHeads = 1, Queries = 6, Keys = 6, HeadSize = 4, Causal = true };
        var data = new Operands(shape, false);
        data.Define();
        double[] q = [.. data.Q.Select(v => (double)v)], k = [.. data.K.Select(v => (double)v)], v = [.. data.V.Select(x => (double)x)];
        double[] o = Truth(q, k, v);
        for (int i = 0; i < o.Length; i++)
            Assert.Equal(o[i], data.O[i], 1e-5);
        foreach ((double[] operand, float[] gradient) in ((double[], float[])[])[(q, data.Dq), (k, data.Dk), (v, data.Dv)])
        {
            for (int i = 0; i < operand.Length; i++)
            {
                const double Step = 1e-5;
                double at = operand[i];
                operand[i] = at + Step;
                double above = Loss();
                operand[i] = at - Step;
                double below = Loss();
                operand[i] = at;
                Assert.Equal((above - below) / (2 * Step), gradient[i], 1e-4);
            }
        }

        double Loss() => Truth(q, k, v).Zip(data.Do, (a, b) => a * b).Sum();

        double[] Truth(double[] q, double[] k, double[] v)
        {
            double[] o = new double[6 * 2 * 4];
            for (int h = 0; h < 2; h++)
            {
                for (int t = 0; t < 6; t++)
                {
                    double[] p = [.. Enumerable.Range(0, t + 1).Select(s => Math.Exp(0.5 * Enumerable.Range(0, 4).Sum(d => q[(t * 2 + h) * 4 + d] * k[s * 4 + d])))];
                    for (int e = 0; e < 4; e++)
                        o[(t * 2 + h) * 4 + e] = p.Select((w, s) => w * v[s * 4 + e]).Sum() / p.Sum();
                }
            }
            return o;
        }
    }

    [Fact]
    public void ACachedStepHasTheBitsOfTheWholeSequence()
    {
        foreach (int window in (int[])[0, 5])
        {
            int steps = AllWidths.Emulated ? 4 : 70;
            const int H = 4, G = 2, D = 12, Streams = 2;
            var shape = new AttentionShape { Batch = Streams, Heads = H, KeyHeads = G, Queries = steps, Keys = steps, HeadSize = D, Causal = true, Window = window };
            var data = new Operands(shape, false);
            float[] o = new float[data.O.Length];
            Attention.Forward(shape, 0.5f, data.Q, data.K, data.V, default, o);
            AllWidths.Run(lanes =>
            {
                using var cache = new AttentionCache(Streams, G, D, D, steps);
                float[] q = new float[Streams * H * D], step = new float[Streams * H * D];
                for (int t = 0; t < steps; t++)
                {
                    for (int b = 0; b < Streams; b++)
                    {
                        int at = b * steps + t;
                        cache.Append(b, data.K.AsSpan(at * G * D, G * D), data.V.AsSpan(at * G * D, G * D));
                        data.Q.AsSpan(at * H * D, H * D).CopyTo(q.AsSpan(b * H * D));
                    }
                    cache.Attend(0.5f, q, H, step, window);
                    for (int b = 0; b < Streams; b++)
                        Numbers.AssertSameBits(o.AsSpan((b * steps + t) * H * D, H * D), step.AsSpan(b * H * D, H * D), $"step {t} of stream {b}, {lanes} lanes");
                }
                Assert.Throws<InvalidOperationException>(() => cache.Append(0, new float[G * D], new float[G * D]));
            });
        }
    }

    [Fact]
    public void SeveralStepsAtOnceHaveTheBitsOfOneByOne()
    {
        foreach ((int window, int first) in (ReadOnlySpan<(int, int)>)[(0, 0), (0, 7), (5, 0), (5, 30)])
        {
            int steps = AllWidths.Emulated ? first + 3 : 70;
            const int H = 4, G = 2, D = 12, Streams = 2;
            var shape = new AttentionShape { Batch = Streams, Heads = H, KeyHeads = G, Queries = steps, Keys = steps, HeadSize = D, Causal = true, Window = window };
            var data = new Operands(shape, false);
            float[] o = new float[data.O.Length];
            Attention.Forward(shape, 0.5f, data.Q, data.K, data.V, default, o);
            AllWidths.Run(lanes =>
            {
                using var cache = new AttentionCache(Streams, G, D, D, steps);
                int last = steps - first;
                float[] q = new float[Streams * last * H * D], results = new float[Streams * last * H * D];
                for (int b = 0; b < Streams; b++)
                {
                    int at = b * steps * G * D, middle = at + first * G * D, end = at + steps * G * D;
                    cache.Append(b, data.K.AsSpan(at..middle), data.V.AsSpan(at..middle));
                    cache.Append(b, data.K.AsSpan(middle..end), data.V.AsSpan(middle..end));
                    data.Q.AsSpan((b * steps + first) * H * D, last * H * D).CopyTo(q.AsSpan(b * last * H * D));
                }
                cache.Attend(0.5f, q, H, results, window, steps: last);
                for (int b = 0; b < Streams; b++)
                    Numbers.AssertSameBits(o.AsSpan((b * steps + first) * H * D, last * H * D), results.AsSpan(b * last * H * D, last * H * D), $"stream {b} from step {first}, {lanes} lanes");
                Assert.Throws<ArgumentException>(() => cache.Attend(0.5f, new float[(steps + 1) * H * D], H, new float[(steps + 1) * H * D], steps: steps + 1));
                Assert.Throws<InvalidOperationException>(() => cache.Append(0, new float[2 * G * D], new float[2 * G * D]));
            });
        }
    }

    /// <summary>Other tests may change the width at any moment: whatever was packed together is read at one width.</summary>
    [Fact]
    public void TheWidthMayChangeAtAnyMoment()
    {
        const int D = 4, Steps = 3;
        float[] keys = Numbers.Ordinary(Steps * D, 3), o = new float[D];
        float[] expected = Step();
        using var stop = new CancellationTokenSource();
        var changes = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                Widest.Forced = 16;
                Thread.SpinWait(5);
                Widest.Forced = 4;
                Thread.SpinWait(5);
            }
        });
        try
        {
            changes.Start();
            for (int i = 0; i < 3000; i++)
                Numbers.AssertSameBits(expected, Step());
        }
        finally
        {
            stop.Cancel();
            changes.Join();
            Widest.Forced = 0;
        }

        float[] Step()
        {
            using var cache = new AttentionCache(1, 1, D, D, 8);
            cache.Append(0, keys, keys);
            cache.Attend(0.5f, keys.AsSpan(0, D), 1, o);
            return [.. o];
        }
    }

    [Fact]
    public void DroppedStepsAreAsIfTheyHadNeverBeen()
    {
        const int H = 2, D = 6, Steps = 3 * AttentionCache.DropUnit + 5;
        float[] keys = Numbers.Ordinary(Steps * D, 6), values = Numbers.Ordinary(Steps * D, 7), q = Numbers.Ordinary(H * D, 8);
        AllWidths.Run(lanes =>
        {
            foreach (int dropped in new[] { 0, AttentionCache.DropUnit, 2 * AttentionCache.DropUnit })
            {
                using AttentionCache cache = new(1, 1, D, D, Steps), fresh = new(1, 1, D, D, Steps);
                float[] o = new float[H * D], expected = new float[H * D];
                cache.Append(0, keys.AsSpan(..^D), values.AsSpan(..^D));
                cache.Drop(0, dropped);
                cache.Append(0, keys.AsSpan(^D..), values.AsSpan(^D..));
                fresh.Append(0, keys.AsSpan(dropped * D), values.AsSpan(dropped * D));
                Assert.Equal(fresh.Length(0), cache.Length(0));
                cache.Attend(0.5f, q, H, o);
                fresh.Attend(0.5f, q, H, expected);
                Numbers.AssertSameBits(expected, o, $"{dropped} dropped, {lanes} lanes");
                Assert.Throws<ArgumentException>(() => cache.Drop(0, 1));
                Assert.Throws<ArgumentException>(() => cache.Drop(0, 4 * AttentionCache.DropUnit));
            }
        });
    }

    [Fact]
    public void OperandsMayLieApart()
    {
        const int T = 9, H = 2, D = 6;
        float[] fused = Numbers.Ordinary(T * 3 * H * D, 4), q = new float[T * H * D], k = new float[T * H * D], v = new float[T * H * D], one = new float[T * H * D], two = new float[T * H * D];
        for (int t = 0; t < T; t++)
        {
            Span<float> row = fused.AsSpan(t * 3 * H * D);
            row[..(H * D)].CopyTo(q.AsSpan(t * H * D));
            row.Slice(H * D, H * D).CopyTo(k.AsSpan(t * H * D));
            row.Slice(2 * H * D, H * D).CopyTo(v.AsSpan(t * H * D));
        }
        var shape = new AttentionShape { Batch = 1, Heads = H, Queries = T, Keys = T, HeadSize = D, Causal = true };
        Attention.Forward(shape, 0.4f, q, k, v, default, one);
        AttentionShape apart = shape with { QueryStep = 3 * H * D, KeyStep = 3 * H * D, ValueStep = 3 * H * D };
        Attention.Forward(apart, 0.4f, fused, fused.AsSpan(H * D), fused.AsSpan(2 * H * D), default, two);
        Numbers.AssertSameBits(one, two);
    }

    private static void Check(AttentionShape shape, Operands data, WorkPool? pool, string what)
    {
        float[] o = new float[data.O.Length], statistics = new float[shape.Batch * shape.Heads * shape.Queries * 2];
        Attention.Forward(shape, Operands.Scale, data.Q, data.K, data.V, data.Mask, o, statistics, pool);
        Numbers.AssertSameBits(data.O, o, what);
        float[] dq = new float[data.Q.Length], dk = new float[data.K.Length], dv = new float[data.V.Length];
        Attention.Backward(shape, Operands.Scale, data.Q, data.K, data.V, data.Mask, o, statistics, data.Do, dq, dk, dv, pool);
        Numbers.AssertSameBits(data.Dq, dq, what);
        Numbers.AssertSameBits(data.Dk, dk, what);
        Numbers.AssertSameBits(data.Dv, dv, what);
    }

    private sealed class Operands
    {
        public const float Scale = 0.5f;
        private readonly AttentionShape _shape;
        private readonly int _keyHeads, _valueSize;

        public Operands(AttentionShape shape, bool masked)
        {
            _shape = shape;
            _keyHeads = shape.KeyHeads == 0 ? shape.Heads : shape.KeyHeads;
            _valueSize = shape.ValueSize == 0 ? shape.HeadSize : shape.ValueSize;
            Q = Numbers.Ordinary(shape.Batch * shape.Queries * shape.Heads * shape.HeadSize, 1);
            K = Numbers.Ordinary(shape.Batch * shape.Keys * _keyHeads * shape.HeadSize, 2);
            V = Numbers.Ordinary(shape.Batch * shape.Keys * _keyHeads * _valueSize, 3);
            O = new float[shape.Batch * shape.Queries * shape.Heads * _valueSize];
            Do = Numbers.Ordinary(O.Length, 4);
            Dq = new float[Q.Length];
            Dk = new float[K.Length];
            Dv = new float[V.Length];
            var random = new SplitMix64(9);
            Mask = masked ? [.. Enumerable.Range(0, shape.Queries * shape.Keys).Select(i => (byte)(i < shape.Keys || random.Below(4) > 0 ? i < shape.Keys ? 0 : 1 : 0))] : [];
        }

        public float[] Q { get; }
        public float[] K { get; }
        public float[] V { get; }
        public float[] O { get; }
        public float[] Do { get; }
        public float[] Dq { get; }
        public float[] Dk { get; }
        public float[] Dv { get; }
        public byte[] Mask { get; }

        /// <summary>The definition, with no blocks.</summary>
        public void Define()
        {
            AttentionShape s = _shape;
            int d = s.HeadSize, e = _valueSize, group = s.Heads / _keyHeads;
            for (int b = 0; b < s.Batch; b++)
            {
                for (int h = 0; h < s.Heads; h++)
                {
                    for (int t = 0; t < s.Queries; t++)
                    {
                        int position = s.FirstPosition + t, g = h / group;
                        bool Sees(int j) => (!s.Causal || j <= position) && (s.Window == 0 || j > position - s.Window) && (Mask.Length == 0 || Mask[t * s.Keys + j] != 0);
                        int end = s.Causal ? Math.Min(s.Keys, position + 1) : s.Keys;
                        int q = ((b * s.Queries + t) * s.Heads + h) * d, o = ((b * s.Queries + t) * s.Heads + h) * e;
                        int K0(int j) => ((b * s.Keys + j) * _keyHeads + g) * d;
                        int V0(int j) => ((b * s.Keys + j) * _keyHeads + g) * e;
                        float[] scaled = [.. Enumerable.Range(0, d).Select(i => Scale * Q[q + i])];
                        float[] scores = [.. Enumerable.Range(0, end).Select(j => Sees(j) ? Chain(d, i => scaled[i], i => K[K0(j) + i]) : float.NegativeInfinity)];
                        float m = Twins.Max(scores);
                        float[] terms = [.. scores.Select(x => float.IsNegativeInfinity(x) ? 0f : Twins.Term(x, m))];
                        float sum = Twins.Sum(terms), inverse = sum > 0 ? 1f / sum : 0f;
                        for (int c = 0; c < e; c++)
                            O[o + c] = Chain(end, j => terms[j], j => V[V0(j) + c]) * inverse;
                        float along = Twins.Dot(Do[o..(o + e)], O[o..(o + e)]);
                        float[] p = [.. terms.Select(x => x * inverse)];
                        float[] ds = [.. p.Select((w, j) => Twins.Small(w * (Chain(e, c => Do[o + c], c => V[V0(j) + c]) - along)))];
                        for (int i = 0; i < d; i++)
                            Dq[q + i] = Chain(end, j => ds[j], j => K[K0(j) + i]) * Scale;
                        for (int j = 0; j < end; j++)
                        {
                            for (int c = 0; c < e; c++)
                                Dv[V0(j) + c] = MathF.FusedMultiplyAdd(Numbers.Floored(p[j]), Numbers.Floored(Do[o + c]), Dv[V0(j) + c]);
                            for (int i = 0; i < d; i++)
                                Dk[K0(j) + i] = MathF.FusedMultiplyAdd(ds[j], Numbers.Floored(scaled[i]), Dk[K0(j) + i]);
                        }
                    }
                }
            }
        }

        private static float Chain(int count, Func<int, float> a, Func<int, float> b)
        {
            float sum = 0f;
            for (int i = 0; i < count; i++)
                sum = MathF.FusedMultiplyAdd(Numbers.Floored(a(i)), Numbers.Floored(b(i)), sum);
            return sum;
        }
    }
}

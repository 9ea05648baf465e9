using System.Runtime.InteropServices;
using Tacit.Numerics.Lanes;

namespace Tacit.Numerics;

/// <summary>Small runs of every kernel, as bytes: for digests that must be the same on every machine.</summary>
/// <remarks>Small, because without fused multiply-add hardware a step costs a thousand times as much.</remarks>
public static class NumericDigests
{
    /// <summary>Matrix products: plain, transposed, few rows, with bias and activation, on wild operands.</summary>
    public static byte[] Products()
    {
        var results = new Results();
        foreach ((int m, int k, int n) in ((int, int, int)[])[(1, 70, 65), (2, 33, 40), (7, 300, 17), (13, 20, 66), (25, 9, 33)])
        {
            float[] a = Wild(m * k, m), b = Wild(k * n, n), bias = Uniform(n, k);
            MatMul.Multiply(new Matrix(a, m, k), new Matrix(b, k, n), new MatrixTarget(results.Take(m * n), m, n), bias);
            using PackedMatrix packed = PackedMatrix.From(new Matrix(b, n, k).Transposed);
            MatMul.Multiply(new Matrix(a, k, m).Transposed, packed, new MatrixTarget(results.Take(m * n), m, n), activation: Activation.Tanh);
        }
        return results.Bytes;
    }

    /// <summary>The elementary functions and the slopes of the activations.</summary>
    public static byte[] Functions()
    {
        var results = new Results();
        const int Count = 210;
        float[] x = new float[Count], positive = new float[Count], ones = new float[Count];
        for (int i = 0; i < Count; i++)
        {
            x[i] = (i - 105) * 0.1f + (i % 7) * 1e-3f;
            positive[i] = LanesScalar.Fma(i, i, 0.01f) * (i % 3 == 0 ? 1e-6f : 1f);
            ones[i] = 1f;
        }
        Elementwise.Exp(x, results.Take(Count));
        Elementwise.Log(positive, results.Take(Count));
        Elementwise.Tanh(x, results.Take(Count));
        Elementwise.Sigmoid(x, results.Take(Count));
        Elementwise.Erf(x, results.Take(Count));
        Elementwise.Gelu(x, results.Take(Count));
        Elementwise.Silu(x, results.Take(Count));
        Elementwise.Softplus(x, results.Take(Count));
        Elementwise.Sin(x, results.Take(Count));
        Elementwise.Cos(x, results.Take(Count));
        Elementwise.Sqrt(positive, results.Take(Count));
        Elementwise.GeluGradient(ones, x, results.Take(Count));
        Elementwise.SiluGradient(ones, x, results.Take(Count));
        return results.Bytes;
    }

    /// <summary>Softmax, cross-entropy, norms, embedding and the LSTM cell, forward and backward.</summary>
    public static byte[] Layers()
    {
        const int Rows = 3, Columns = 37;
        var results = new Results();
        float[] x = Uniform(Rows * Columns, 1), dy = Uniform(Rows * Columns, 2), gain = Uniform(Columns, 3), bias = Uniform(Columns, 4);
        Elementwise.Scale(20f, x, x);
        Span<float> y = results.Take(Rows * Columns);
        Softmax.Forward(x, Columns, y);
        Softmax.Backward(y, dy, Columns, results.Take(Rows * Columns));
        Span<float> log = results.Take(Rows * Columns);
        Softmax.LogForward(x, Columns, log);
        Softmax.LogBackward(log, dy, Columns, results.Take(Rows * Columns));
        CrossEntropy.ForwardBackward(x, [3, 36, 0], results.Take(Rows), results.Take(Rows * Columns), 0.5f);
        Span<float> mean = results.Take(Rows), scale = results.Take(Rows);
        LayerNormalization.Forward(x, gain, bias, 1e-5f, results.Take(Rows * Columns), mean, scale);
        LayerNormalization.Backward(x, gain, mean, scale, dy, results.Take(Rows * Columns));
        LayerNormalization.BackwardParameters(x, mean, scale, dy, results.Take(Columns), results.Take(Columns));
        RmsNormalization.Forward(x, gain, 1e-5f, results.Take(Rows * Columns), scale);
        RmsNormalization.Backward(x, gain, scale, dy, results.Take(Rows * Columns));
        RmsNormalization.BackwardParameters(x, scale, dy, results.Take(Columns));
        EmbeddingLookup.ScatterAdd(results.Take(Rows * Columns), Columns, [1, 0, 1], dy);
        const int Size = 9;
        Span<float> gates = results.Take(4 * Rows * Size), cell = results.Take(Rows * Size), hidden = results.Take(Rows * Size);
        Uniform(gates.Length, 5).CopyTo(gates);
        LstmCell.Forward(gates, dy.AsSpan(0, Rows * Size), cell, hidden, Size);
        LstmCell.Backward(gates, dy.AsSpan(0, Rows * Size), cell, dy.AsSpan(7, Rows * Size), results.Take(Rows * Size), results.Take(gates.Length), Size);
        return results.Bytes;
    }

    /// <summary>Attention, whole and by steps, and its gradients.</summary>
    public static byte[] Attentions()
    {
        const int T = 11, H = 2, G = 1, D = 5;
        var results = new Results();
        var shape = new AttentionShape { Batch = 1, Heads = H, KeyHeads = G, Queries = T, Keys = T, HeadSize = D, Causal = true };
        float[] q = Uniform(T * H * D, 1), k = Uniform(T * G * D, 2), v = Uniform(T * G * D, 3), dOutput = Uniform(T * H * D, 4);
        Span<float> o = results.Take(T * H * D), statistics = results.Take(T * H * Attention.StatisticsPerQuery);
        Attention.Forward(shape, 0.5f, q, k, v, default, o, statistics);
        Attention.Backward(shape, 0.5f, q, k, v, default, o, statistics, dOutput, results.Take(q.Length), results.Take(k.Length), results.Take(v.Length));
        using var cache = new AttentionCache(1, G, D, D, T);
        for (int t = 0; t < T; t++)
        {
            cache.Append(0, k.AsSpan(t * G * D, G * D), v.AsSpan(t * G * D, G * D));
            cache.Attend(0.5f, q.AsSpan(t * H * D, H * D), H, results.Take(H * D));
        }
        return results.Bytes;
    }

    /// <summary>Convolution, its gradients, and a product in eight bits.</summary>
    public static byte[] Convolutions()
    {
        var results = new Results();
        var shape = new ConvolutionShape { Batch = 2, InputChannels = 2, OutputChannels = 3, Height = 7, Width = 6, Kernel = 3, Stride = 2, Padding = 1 };
        int inputs = 2 * 2 * 7 * 6, outputs = 2 * 3 * shape.OutputHeight * shape.OutputWidth;
        float[] x = Uniform(inputs, 1), w = Uniform(3 * 2 * 9, 2), bias = Uniform(3, 3), dy = Uniform(outputs, 4);
        Convolution.Forward(shape, x, w, bias, results.Take(outputs));
        Convolution.BackwardInput(shape, dy, w, default, results.Take(inputs));
        Convolution.BackwardWeights(shape, x, dy, results.Take(w.Length), results.Take(3));
        using Int8Matrix weights = Int8Matrix.From(new Matrix(x, 21, 8));
        Int8Product.Multiply(new Matrix(dy, 3, 21), weights, new MatrixTarget(results.Take(3 * 8), 3, 8));
        return results.Bytes;
    }

    /// <summary>Uniform and normal random numbers.</summary>
    public static byte[] RandomNumbers()
    {
        var results = new Results();
        RandomFill.Uniform(1, 2, results.Take(100));
        RandomFill.Normal(3, 4, results.Take(101));
        return results.Bytes;
    }

    /// <summary>Steps of optimisers, the norm of a gradient, rotary embedding, dropout.</summary>
    public static byte[] Training()
    {
        const int Count = 83;
        var results = new Results();
        float[] gradient = Wild(Count, 1);
        Span<float> weights = results.Take(Count), first = results.Take(Count), second = results.Take(Count), velocity = results.Take(Count);
        for (int step = 1; step <= 3; step++)
            UpdateRule.AdamW(weights, gradient, first, second, new AdamWSettings { Rate = 1e-3f, Decay = 0.1f }, step, 0.5f);
        UpdateRule.Momentum(weights, gradient, velocity, 1e-3f, 0.9f, 0.01f, nesterov: true);
        results.Take(1)[0] = (float)Reduce.SquaredNorm(Uniform(5000, 2));
        Span<float> heads = results.Take(4 * 2 * 10);
        Uniform(heads.Length, 3).CopyTo(heads);
        new RotaryTable(2000, 10).Turn(heads, 4, 2, firstPosition: 1990);
        RandomFill.DropoutMask(4, 5, results.Take(50), 0.1f);
        return results.Bytes;
    }

    private static float[] Uniform(int count, int stream)
    {
        float[] x = new float[count];
        RandomFill.Uniform(0, (ulong)stream, x, -1f, 1f);
        return x;
    }

    // Magnitudes from 2^-70 to 2^20, so that some are below the floor of products.
    private static float[] Wild(int count, int stream)
    {
        float[] x = Uniform(count, stream);
        for (int i = 0; i < count; i++)
        {
            int exponent = (int)(Philox.Block(1, (ulong)stream, (ulong)i).X % 90) - 70;
            x[i] *= BitConverter.Int32BitsToSingle((127 + exponent) << 23);
        }
        return x;
    }

    /// <summary>Results one after another, as little-endian bytes.</summary>
    private sealed class Results
    {
        private readonly List<float[]> _parts = [];

        public byte[] Bytes
        {
            get
            {
                float[] all = [.. _parts.SelectMany(part => part)];
                Span<uint> bits = MemoryMarshal.Cast<float, uint>(all.AsSpan());
                byte[] bytes = new byte[all.Length * sizeof(uint)];
                for (int i = 0; i < bits.Length; i++)
                    System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i * sizeof(uint)), bits[i]);
                return bytes;
            }
        }

        public Span<float> Take(int count)
        {
            _parts.Add(new float[count]);
            return _parts[^1];
        }
    }
}

using Tacit.Coding;
using Tacit.Learning;
using Tacit.Numerics;
using Tacit.Numerics.Elementary;
using Tacit.Numerics.Lanes;

namespace Tacit.Modeling.Variational;

/// <summary>Lossy coding of items: the means of their latents, rounded to a step, coded under what the model has learnt of them.</summary>
/// <remarks>
/// A latent is round((μ − c) / Δ), c its mean under the prior, held to ±<see cref="Most"/>, with Δ from 2 (level 1) to 1/8 (level 9) of its deviation under the prior. Its frequencies are those of a normal distribution
/// with the mean and deviation that the training data's posterior means have (<see cref="VariationalNetwork.Fit"/>), at least 2 of 2^20 each. What comes
/// back is the mean of the likelihood for the rounded latents, as whole numbers. Ballé, Laparra and Simoncelli 2017 learn the steps as well.
/// Not thread-safe.
/// </remarks>
internal sealed class LatentQuantiser
{
    /// <summary>The largest number a latent becomes.</summary>
    public const int Most = 127;

    private const int Bits = 20, Symbols = 2 * Most + 1, Batch = 64;
    private const float LeastDeviation = 0.05f;

    private static readonly float[] s_steps = [2f, 1.41421354f, 1f, 0.707106769f, 0.5f, 0.353553385f, 0.25f, 0.176776692f, 0.125f];

    private readonly VariationalAutoencoder _model;
    private readonly float[] _centres, _steps;
    private readonly int _latents, _size;
    private readonly FrequencyTable[] _tables;
    private readonly Tape _tape = new() { IsRecording = false };
    private readonly float[] _values;

    /// <param name="model">The model.</param>
    /// <param name="level">From 1, coarse, to 9, fine.</param>
    /// <exception cref="ArithmeticException">What the model says of its latents is not a number.</exception>
    public LatentQuantiser(VariationalAutoencoder model, int level)
    {
        (_model, _latents, _size) = (model, model.Latents, model.Shape.Size);
        (_centres, _steps) = model.PriorMoments();
        for (int i = 0; i < _latents; i++)
            _steps[i] *= s_steps[level - 1];
        _values = new float[Batch * _size];
        _tables = new FrequencyTable[_latents];
        float[] deviations = model.Deviations();
        for (int i = 0; i < _latents; i++)
            _tables[i] = TableOf(model.Fit.Mean!.Value.Span[i] - _centres[i], deviations[i], s_steps[level - 1], _steps[i]);
    }

    /// <summary>Bytes of memory it takes besides the networks, about.</summary>
    public static long Memory(int latents) => latents * (Symbols + 1L) * sizeof(uint);

    /// <summary>Replaces items by what decoding gives of them.</summary>
    /// <returns>Their latents (count, D), for <see cref="Encode"/>.</returns>
    /// <exception cref="ArithmeticException">The model's answer is not a number.</exception>
    public int[] Simplify(Span<byte> items)
    {
        int count = items.Length / _size;
        int[] latents = new int[count * _latents];
        for (int at = 0; at < count; at += Batch)
        {
            int rows = Math.Min(Batch, count - at);
            Span<byte> group = items.Slice(at * _size, rows * _size);
            Tensor batch = _tape.Memory.Rent(rows, _size);
            Span<float> values = batch.Span;
            for (int i = 0; i < values.Length; i++)
                values[i] = group[i];
            _model.Scale.Apply(values);
            ReadOnlySpan<float> means = _model.Network.Posterior(_tape, Tape.Input(batch)).Mean.Value.Span;
            NanGuard.Check(means, "The model's posterior");
            for (int i = 0; i < means.Length; i++)
            {
                float place = means[i] - _centres[i % _latents], steps = place / _steps[i % _latents] + (place < 0f ? -0.5f : 0.5f);
                latents[at * _latents + i] = steps > Most ? Most : steps < -Most ? -Most : (int)steps;
            }
            _tape.Reset();
            Decode(latents.AsSpan(at * _latents, rows * _latents), group);
        }
        return latents;
    }

    /// <summary>Codes latents.</summary>
    /// <returns>The length, or −1 if it exceeds <paramref name="coded"/>.</returns>
    public int Encode(ReadOnlySpan<int> latents, Span<byte> coded)
    {
        var encoder = new RangeEncoder(coded);
        for (int i = 0; i < latents.Length; i++)
        {
            FrequencyTable table = _tables[i % _latents];
            int symbol = latents[i] + Most;
            encoder.Encode(table.Start(symbol), table.Frequency(symbol), Bits);
            if (encoder.Overflowed)
                return -1;
        }
        return encoder.Finish();
    }

    /// <summary>Decodes latents, and the items of them.</summary>
    /// <exception cref="InvalidDataException">The message ends too early.</exception>
    /// <exception cref="ArithmeticException">The model's answer is not a number.</exception>
    public void Decode(ReadOnlySpan<byte> coded, Span<byte> items)
    {
        var decoder = new RangeDecoder(coded);
        int count = items.Length / _size;
        int[] latents = new int[Batch * _latents];
        for (int at = 0; at < count; at += Batch)
        {
            int rows = Math.Min(Batch, count - at);
            for (int i = 0; i < rows * _latents; i++)
            {
                FrequencyTable table = _tables[i % _latents];
                int symbol = table.Find(decoder.Peek(Bits));
                decoder.Consume(table.Start(symbol), table.Frequency(symbol), Bits);
                if (decoder.Exhausted)
                    throw new InvalidDataException("The coded block ends before its latents do.");
                latents[i] = symbol - Most;
            }
            Decode(latents.AsSpan(0, rows * _latents), items.Slice(at * _size, rows * _size));
        }
    }

    // A group of items of their latents.
    private void Decode(ReadOnlySpan<int> latents, Span<byte> items)
    {
        Tensor z = _tape.Memory.Rent(latents.Length / _latents, _latents);
        Span<float> rounded = z.Span, values = _values.AsSpan(0, items.Length);
        for (int i = 0; i < rounded.Length; i++)
            rounded[i] = MathF.FusedMultiplyAdd(latents[i], _steps[i % _latents], _centres[i % _latents]);
        _model.Network.Means(_tape, Tape.Input(z), values);
        _tape.Reset();
        NanGuard.Check(values, "The model's answer");
        float highest = _model.Options.Values - 1;
        for (int i = 0; i < values.Length; i++)
            items[i] = (byte)(int)((values[i] < 0f ? 0f : values[i] > 1f ? 1f : values[i]) * highest + 0.5f);
    }

    private static FrequencyTable TableOf(float mean, float deviation, float level, float step)
    {
        if (!float.IsFinite(mean) || !float.IsFinite(deviation))
            throw new ArithmeticException("What the model says of its latents is not a number.");
        float prior = step / level, least = LeastDeviation * prior;
        deviation = deviation == 0f ? prior : deviation < least ? least : deviation;        // a checkpoint does not know yet
        const float RootHalf = 0.707106769f;
        uint[] frequencies = new uint[Symbols];
        uint start = 0;
        for (int i = 0; i < Symbols; i++)
        {
            float edge = ((i - Most) + 0.5f) * step;
            float below = Erf.Apply<LanesScalar, float>((edge - mean) / deviation * RootHalf);
            uint end = i == Symbols - 1 ? 1u << Bits : (uint)(int)(MathF.FusedMultiplyAdd(0.5f, below, 0.5f) * ((1 << Bits) - 2 * Symbols)) + 2 * ((uint)i + 1);
            frequencies[i] = end - start;
            start = end;
        }
        return new FrequencyTable(frequencies, Bits);
    }
}

using Tacit.Learning;
using Tacit.Modeling.Recurrent;
using Tacit.Numerics;
using Tacit.Tests.Numerics;

namespace Tacit.Tests.Recurrent;

/// <summary>The LSTM autoencoder: its loss and gradients against plain loops in double, padding, steps on its own, and
/// that it learns.</summary>
[Collection(AllWidths.Name)]
public sealed class LstmAutoencoderTests
{
    private static readonly int[][] s_tokens = [[1, 4, 2, 2, 0], [3], [0, 1, 2]];

    [Theory]
    [InlineData(1, true, 3)]
    [InlineData(2, true, 3)]
    [InlineData(2, false, 0)]
    [InlineData(1, true, 0)]
    public void LossAndGradientsOfTokensAreThoseOfPlainLoops(int layers, bool bidirectional, int attention) =>
        CheckGradients(new LstmAutoencoderOptions
        {
            Vocabulary = 5, Length = 5, Embedding = 3, Hidden = 4, Layers = layers, Bidirectional = bidirectional,
                Latent = 3, Attention = attention,
        }, (tape, model) => model.Loss(tape, SequenceBatch.OfTokens(s_tokens, model.End)), twin => twin.Loss(s_tokens));

    [Theory]
    [InlineData(0f, 3)]
    [InlineData(1f, 3)]
    [InlineData(1f, 0)]
    [InlineData(0f, 0)]
    public void LossAndGradientsOfValuesAreThoseOfPlainLoops(float withheld, int attention)
    {
        // frames of two, partly filled
        float[][] values = [Numbers.Ordinary(8, 1), Numbers.Ordinary(3, 2), Numbers.Ordinary(7, 3)];
        double[][] doubles = [.. values.Select(v => v.Select(x => (double)x).ToArray())];
        CheckGradients(new LstmAutoencoderOptions { Frame = 2, Length = 8, Hidden = 4, Latent = 3,
            Attention = attention, Withheld = withheld },
            (tape, model) => model.Loss(tape,
                SequenceBatch.OfValues([.. values.Select(v => (ReadOnlyMemory<float>)v)], 2, tape.Memory)), twin =>
                twin.Loss(doubles));
    }

    [Theory]
    [InlineData(0f, false)]
    [InlineData(1f, false)]
    [InlineData(1f, true)]
    public void TheBoundOfValuesAndItsGradientsAreThoseOfPlainLoops(float withheld, bool oneVariance)
    {
        float[][] values = [Numbers.Ordinary(8, 1), Numbers.Ordinary(3, 2), Numbers.Ordinary(7, 3)];
        double[][] doubles = [.. values.Select(v => v.Select(x => (double)x).ToArray())];
        float[] noise = new float[3 * 3];
        RandomFill.Normal(new Tape().Seed, new Tape().NextStream, noise);
        CheckGradients(new LstmAutoencoderOptions { Frame = 2, Length = 8, Hidden = 4, Latent = 3, Withheld = withheld, Variational = true },
            (tape, model) => model.Loss(tape, SequenceBatch.OfValues([.. values.Select(v => (ReadOnlyMemory<float>)v)], 2, tape.Memory, steps: 6),
                oneVariance: oneVariance),
            twin => twin.Bound(doubles, [.. noise.Select(n => (double)n)], oneVariance));
    }

    /// <summary>A sequence's latent, logits and reconstruction are the same bits alone, beside longer ones, and padded
    /// further.</summary>
    [Fact]
    public void PaddingDoesNotShow()
    {
        LstmAutoencoder model = Model(attention: 5);
        var tape = new Tape { IsRecording = false };
        SequenceBatch together = SequenceBatch.OfTokens(s_tokens, model.End, steps: 19);
        (float[] latents, float[] logits) = (Latents(together), Logits(together));
        int columns = model.Options.Vocabulary + 2;
        for (int b = 0; b < s_tokens.Length; b++)
        {
            SequenceBatch alone = SequenceBatch.OfTokens([s_tokens[b]], model.End);
            Numbers.AssertSameBits(Latents(alone), latents.AsSpan(b * model.Options.Latent, model.Options.Latent),
                $"latent {b}");
            Numbers.AssertSameBits(Logits(alone), logits.AsSpan(b * 19 * columns, alone.Steps * columns),
                $"logits {b}");
        }

        float[] Latents(SequenceBatch batch) => Taken(model.Encode(tape, batch).Latent);
        float[] Logits(SequenceBatch batch) => Taken(model.Forced(tape, batch).Output);
        float[] Taken(Variable v)
        {
            float[] values = v.Value.Span.ToArray();
            tape.Reset();
            return values;
        }
    }

    /// <summary>On its own it says what teacher forcing with its own words foresees, step for step.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public void FreeRunningIsTeacherForcingOnItsOwnWords(int attention)
    {
        LstmAutoencoder model = Model(attention);
        var data = new SequenceSet(s_tokens);
        int[][] said = model.ReconstructTokens(data);
        var tape = new Tape { IsRecording = false };
        for (int i = 0; i < said.Length; i++)
        {
            LstmAutoencoder.Encoding encoding = model.Encode(tape, SequenceBatch.OfTokens([s_tokens[i]], model.End));
            int[] fed = [model.End + 1, .. said[i]];
            Variable logits = model.Decode(tape, encoding, model.Rows(tape, fed, 1, fed.Length), fed.Length,
                model.Begin(tape, encoding.Latent)).Output;
            for (int t = 0; t < fed.Length; t++)
            {
                float[] row = logits.Value.Span.Slice(t * (model.End + 2), model.End + 1).ToArray();
                int likeliest = Array.IndexOf(row, row.Max());
                Assert.Equal(t < said[i].Length ? said[i][t] : said[i].Length == model.Options.Length ? likeliest
                    : model.End, likeliest);
            }
            tape.Reset();
        }
        Assert.Contains(said, s => s.Length > 0);
    }

    [Fact]
    public void LatentsAreDecodedToWhatTheirSequencesCameBackAs()
    {
        LstmAutoencoder model = Model(attention: 0);
        var data = new SequenceSet(s_tokens);
        Assert.Equal(model.ReconstructTokens(data), model.DecodeTokens(model.Encode(data)));
        var values = new LstmAutoencoder(new LstmAutoencoderOptions { Frame = 2, Length = 7, Hidden = 6, Latent = 4,
            Withheld = 1f });
        values.Initialize(3);
        values.Normalisation = (10f, 2f);
        var windows = new SequenceSet([Numbers.Ordinary(7, 1), Numbers.Ordinary(7, 2)]);
        Assert.Equal(values.ReconstructValues(windows), values.DecodeValues(values.Encode(windows)));
        Assert.Throws<ArgumentException>(() => values.DecodeTokens(new float[4]));
        Assert.Throws<ArgumentException>(() => values.DecodeValues(new float[5]));
        Assert.Throws<ArgumentException>(() => Model(attention: 3).DecodeTokens(new float[4]));
    }

    /// <summary>Of long sequences fewer go through together, as attention has a weight for each step at each step.</summary>
    [Fact]
    public void AsManySequencesGoThroughTogetherAsTensorsHaveRoomFor()
    {
        var options = new LstmAutoencoderOptions { Length = 65_536, Attention = 64, Hidden = 256, Withheld = 1f };
        Assert.Equal(32, SequenceDecoding.AtOnce(options, 45));
        Assert.Equal(8, SequenceDecoding.AtOnce(options, 2048));
        Assert.Equal(1, SequenceDecoding.AtOnce(options, 8192));
        Assert.Equal(4, SequenceDecoding.AtOnce(options with { Attention = 0 }, 8192));
        // And what comes out does not depend on how many.
        LstmAutoencoder model = Model(attention: 3);
        var data = new SequenceSet([.. Enumerable.Range(0, 70).Select(i => s_tokens[i % s_tokens.Length])]);
        int[][] said = model.ReconstructTokens(data);
        Assert.All(Enumerable.Range(0, 70), i => Assert.Equal(said[i % s_tokens.Length], said[i]));
    }

    [Theory]
    [InlineData(0f, false)]
    [InlineData(1f, false)]
    [InlineData(0f, true)]
    [InlineData(1f, true)]
    public void ValuesOnItsOwnAreThoseOfStepsWithItsOwnFrames(float withheld, bool variational)
    {
        var model = new LstmAutoencoder(new LstmAutoencoderOptions { Frame = 2, Length = 9, Hidden = 6, Latent = 4,
            Withheld = withheld, Variational = variational });
        model.Initialize(3);
        model.Normalisation = (10f, 2f);
        float[] values = [.. Numbers.Ordinary(9, 4).Select(v => 10f + 2f * v)];
        float[] given = Assert.Single(model.ReconstructValues(new SequenceSet([values])));
        Assert.Equal(9, given.Length);
        var tape = new Tape { IsRecording = false };
        SequenceBatch batch = SequenceBatch.OfValues([new ReadOnlyMemory<float>([.. values.Select(v =>
            (v - 10f) / 2f)])], 2, tape.Memory);
        LstmAutoencoder.Encoding encoding = model.Encode(tape, batch);
        LstmState state = model.Begin(tape, encoding.Latent);
        Variable frame = Tape.Input(Tensor.Zeros(1, 1, 2));
        for (int t = 0; t < 5; t++)
        {
            (frame, state, _) = model.Decode(tape, encoding, withheld == 0f ? frame : null, 1, state);
            Assert.Equal(variational ? 4 : 2, frame.Shape.Count);
            frame = Tape.Input(Tensor.From(frame.Value.Span[..2], 1, 1, 2));        // without variances
            for (int i = 0; i < 2 && 2 * t + i < 9; i++)
                Assert.Equal(MathF.FusedMultiplyAdd(frame.Value.Span[i], 2f, 10f), given[2 * t + i]);
        }
    }

    /// <summary>Sequences it has never seen come back after a second of training, with attention and through the latent
    /// alone.</summary>
    [Theory]
    [InlineData(16, 0.97)]
    [InlineData(0, 0.9)]
    public void ItLearnsToCopy(int attention, double least)
    {
        int[][] all = [.. Enumerable.Range(0, 560)
            .Select(i => Enumerable.Range(0, 2 + i % 4).Select(t => (int)(Philox.Block(9, 0, (ulong)(8 * i + t)).X % 6))
            .ToArray())];
        var model = new LstmAutoencoder(new LstmAutoencoderOptions { Vocabulary = 6, Length = 5, Embedding = 16,
            Hidden = 32, Latent = 24, Attention = attention });
        model.Initialize(1);
        var task = new LstmAutoencoderTask(model, new SequenceSet(all[..500]), new SequenceSet(all[500..]), 32, 1);
        new Trainer(task).Run(new TrainingOptions { Steps = 500, Rate = 0.01f, Decay = 0.01f, ValidateEvery = 100 });
        var unseen = new SequenceSet(all[500..]);
        int[][] said = model.ReconstructTokens(unseen);
        SequenceAccuracy accuracy = SequenceAccuracy.Of(unseen, said, model.Surprise(unseen));
        Assert.True(accuracy.RightTokens >= least * accuracy.Tokens,
            $"{accuracy.RightTokens} of {accuracy.Tokens}, {accuracy.Exact} exact");
    }

    [Fact]
    public void ASineComesBackThroughItsLatent()
    {
        ReadOnlyMemory<float>[] all = [.. Enumerable.Range(0, 240)
            .Select(i => (ReadOnlyMemory<float>)Enumerable.Range(0, 32)
            .Select(t => (float)(3 + 2 * Math.Sin(t * 0.4 + i * 0.71))).ToArray())];
        var model = new LstmAutoencoder(new LstmAutoencoderOptions { Frame = 4, Length = 32, Hidden = 24, Latent = 3,
            Withheld = 1f });
        model.Initialize(1);
        var task = new LstmAutoencoderTask(model, new SequenceSet(all[..200]), null, 32, 1);
        new Trainer(task).Run(new TrainingOptions { Steps = 300, Rate = 0.01f, Decay = 0f });
        var unseen = new SequenceSet(all[200..]);
        Assert.InRange(SequenceErrors.Of(unseen, model.ReconstructValues(unseen)).Share, 0, 0.03);
    }

    [Fact]
    public void SizesAreCountedBeforeAnythingIsMade()
    {
        foreach (LstmAutoencoderOptions options in (LstmAutoencoderOptions[])
            [
                new() { Vocabulary = 7, Embedding = 5, Hidden = 6, Layers = 3, Latent = 4, Attention = 2 },
                    new() { Vocabulary = 7, Hidden = 6, Bidirectional = false, Withheld = 1f },
                new() { Frame = 3, Hidden = 4, Layers = 2, Withheld = 1f },
                    new() { Frame = 3, Hidden = 4, Attention = 9 },
                new() { Frame = 3, Hidden = 4, Layers = 2, Latent = 5, Variational = true },
                    new() { Vocabulary = 7, Hidden = 6, Latent = 3, Variational = true },
            ])
        {
            Assert.Equal(new LstmAutoencoder(options).ParameterCount, LstmAutoencoderModel.ParameterCount(options));
        }
        Assert.Throws<ArgumentException>(() => new LstmAutoencoder(new LstmAutoencoderOptions { Hidden = 5 }));
        Assert.Throws<ArgumentException>(() =>
            new LstmAutoencoder(new LstmAutoencoderOptions { Frame = 5, Length = 4 }));
    }

    [Fact]
    public void EveryExampleIsInAnEpochOnceAndLengthsLieTogether()
    {
        int[] lengths = [.. Enumerable.Range(0, 1000).Select(i => (int)(Philox.Block(1, 1, (ulong)i).X % 40))];
        var order = new BucketOrder(lengths, 10, 5);
        foreach (int epoch in (int[])[0, 3])
        {
            int[][] batches = [.. Enumerable.Range(0, 100).Select(b => order.Batch(epoch * 100 + b).ToArray())];
            Assert.Equal(Enumerable.Range(0, 1000), batches.SelectMany(b => b).Order());
            Assert.InRange(batches.Average(b => b.Max(i => lengths[i]) - b.Average(i => lengths[i])), 0, 1);
        }
        // What does not fill a batch is left out, and is not the same every time.
        var rest = new BucketOrder([.. Enumerable.Range(1, 95)], 10, 5);
        var seen = new HashSet<int>();
        for (int batch = 0; batch < 9 * 8; batch++)
            seen.UnionWith(rest.Batch(batch).ToArray());
        Assert.Equal(95, seen.Count);
        Assert.Equal(order.Batch(7).ToArray(), new BucketOrder(lengths, 10, 5).Batch(7).ToArray());
        Assert.NotEqual(order.Batch(7).ToArray(), order.Batch(107).ToArray());
    }

    private static LstmAutoencoder Model(int attention)
    {
        var model = new LstmAutoencoder(new LstmAutoencoderOptions { Vocabulary = 5, Length = 9, Embedding = 6,
            Hidden = 8, Layers = 2, Latent = 4, Attention = attention });
        model.Initialize(11);
        foreach (Parameter parameter in model.Parameters)
        {
            // Louder than at the beginning of a training, so that it does not say the same for ever.
            for (int i = 0; i < parameter.Shape.Count; i++)
                parameter.Value.Span[i] *= 3f;
            parameter.Touch();
        }
        return model;
    }

    private static void CheckGradients(LstmAutoencoderOptions options, Func<Tape, LstmAutoencoder, Variable> loss,
        Func<DoubleAutoencoder, double> plain)
    {
        var model = new LstmAutoencoder(options);
        model.Initialize(2);
        if (!options.IsText)
            model.Normalisation = (0f, 1f);
        var values = model.Parameters.ToDictionary(p => p.Name, p =>
            p.Value.Span.ToArray().Select(v => (double)v).ToArray());
        var twin = new DoubleAutoencoder(options, values);
        var tape = new Tape();
        Variable given = loss(tape, model);
        double expected = plain(twin);
        Assert.Equal(expected, given.Value.Span[0], 1e-5 * Math.Max(1, Math.Abs(expected)));
        model.ZeroGradients();
        tape.Backward(given);
        foreach (Parameter parameter in model.Parameters.Where(p => p.IsTrained))
        {
            double[] value = values[parameter.Name];
            float[] gradient = parameter.Gradient.Span.ToArray();
            for (int i = 0; i < value.Length; i++)
            {
                double kept = value[i];
                value[i] = kept + 1e-4;
                double above = plain(twin);
                value[i] = kept - 1e-4;
                double below = plain(twin);
                value[i] = kept;
                double slope = (above - below) / 2e-4;
                Assert.True(Math.Abs(slope - gradient[i]) < 2e-5 * Math.Max(1, Math.Abs(slope)), $"{parameter.Name}[{i}]: {gradient[i]}, by differences {slope}");
            }
        }
    }
}

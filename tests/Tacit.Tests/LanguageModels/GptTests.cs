using Tacit.Learning;
using Tacit.Modeling.Transformers;
using Tacit.Numerics;
using Tacit.Tests.Numerics;

namespace Tacit.Tests.LanguageModels;

[Collection(AllWidths.Name)]
public sealed class GptTests
{
    public static TheoryData<PositionEncoding, NormKind, FeedForwardKind, int, bool> Variants => new()
    {
        { PositionEncoding.Rope, NormKind.Rms, FeedForwardKind.SwiGlu, 2, false },
        { PositionEncoding.Learned, NormKind.Layer, FeedForwardKind.Gelu, 4, true },
        { PositionEncoding.Sinusoidal, NormKind.Rms, FeedForwardKind.Relu, 1, false },
    };

    [Theory]
    [MemberData(nameof(Variants))]
    public void StepsWithACacheGiveTheLogitsOfTheWholeSequence(PositionEncoding positions, NormKind norm, FeedForwardKind feedForward, int keyHeads, bool bias)
    {
        Gpt model = Model(positions, norm, feedForward, keyHeads, bias);
        int[] tokens = Tokens(2 * model.Options.Context);
        const int Batch = 2;
        int length = model.Options.Context;
        AllWidths.Run(_ =>
        {
            var tape = new Tape { IsRecording = false };
            float[] whole = model.Forward(tape, tokens, Batch, AttentionMask.Autoregressive).Value.Span.ToArray();
            tape.Reset();
            // Both sequences in lock-step.
            using var state = new GptState(model.Options, Batch);
            for (int t = 0; t < length; t++)
            {
                float[] logits = model.Step(tape, new[] { tokens[t], tokens[length + t] }, state).Value.Span.ToArray();
                tape.Reset();
                for (int b = 0; b < Batch; b++)
                    Numbers.AssertSameBits(Logits(whole, b * length + t), Logits(logits, b), $"stream {b}, position {t}");
            }
            // The second one alone, its beginning in one go.
            using var alone = new GptState(model.Options);
            float[] prompt = model.Step(tape, tokens.AsMemory(length, 9), alone).Value.Span.ToArray();
            Numbers.AssertSameBits(Logits(whole, length + 8), prompt, "after a prompt of nine");
            tape.Reset();
            float[] next = model.Step(tape, tokens.AsMemory(length + 9, 1), alone).Value.Span.ToArray();
            Numbers.AssertSameBits(Logits(whole, length + 9), next, "after the tenth");
        });

        ReadOnlySpan<float> Logits(float[] all, int row) => all.AsSpan(row * model.Options.Vocabulary, model.Options.Vocabulary);
    }

    [Fact]
    public void ALaterTokenDoesNotChangeEarlierLogits()
    {
        Gpt model = Model(PositionEncoding.Rope, NormKind.Rms, FeedForwardKind.SwiGlu, 2, false);
        int[] tokens = Tokens(12);
        float[] before = Forward(tokens);
        tokens[7] ^= 1;
        float[] after = Forward(tokens);
        int v = model.Options.Vocabulary;
        Numbers.AssertSameBits(before.AsSpan(0, 7 * v), after.AsSpan(0, 7 * v));
        Assert.False(before.AsSpan(7 * v, v).SequenceEqual(after.AsSpan(7 * v, v)));

        float[] Forward(int[] sequence) =>
            model.Forward(new Tape { IsRecording = false }, sequence, 1, AttentionMask.Autoregressive).Value.Span.ToArray();
    }

    [Fact]
    public void TrainingLearnsASequenceByHeartInTheSameBitsWithAnyNumberOfThreads()
    {
        byte[]? first = null;
        foreach (int threads in (int[])[1, 2, 3])
        {
            using var workers = new WorkPool(threads);
            Gpt model = Model(PositionEncoding.Rope, NormKind.Rms, FeedForwardKind.SwiGlu, 2, false);
            int[] tokens = Tokens(33);
            var tape = new Tape(workers) { IsTraining = true };
            var optimiser = new AdamW(model.Parameters);
            float loss = 0;
            for (int step = 0; step < 150; step++)
            {
                model.ZeroGradients();
                tape.Backward(tape.CrossEntropy(model.Forward(tape, tokens.AsMemory(0, 32), 2, AttentionMask.Autoregressive), tokens.AsMemory(1, 32)));
                tape.Reset();
                optimiser.Step(3e-3f, Optimiser.ClipScale(optimiser.GradientNorm(workers), 1f), workers);
                loss = tape.LastLoss;
            }
            Assert.True(loss < 0.2f, $"The loss is {loss}.");
            byte[] weights = [.. model.Parameters.SelectMany(p => System.Runtime.InteropServices.MemoryMarshal.AsBytes(p.Value.Span).ToArray())];
            first ??= weights;
            Assert.True(first.AsSpan().SequenceEqual(weights), $"{threads} threads give other weights.");
        }
    }

    /// <summary>What a call leaves of its places for the next one shows in no logits.</summary>
    [Theory, InlineData(PositionEncoding.Learned), InlineData(PositionEncoding.Sinusoidal)]
    public void CallsOfOtherShapesAndThreadsDoNotShow(PositionEncoding positions)
    {
        Gpt model = Model(positions, NormKind.Rms, FeedForwardKind.Relu, 2, false);
        int[] tokens = Tokens(16);
        int[] batches = [4, 2, 1, 8, 1, 4];
        float[][] expected = [.. batches.Select(batch =>
            Forward(Model(positions, NormKind.Rms, FeedForwardKind.Relu, 2, false), batch))];
        for (int i = 0; i < batches.Length; i++)
            Numbers.AssertSameBits(expected[i], Forward(model, batches[i]), $"batch of {batches[i]}");
        Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 4 }, call =>
        {
            int i = call % batches.Length;
            Numbers.AssertSameBits(expected[i], Forward(model, batches[i]), $"batch of {batches[i]}, threads");
        });

        float[] Forward(Gpt gpt, int batch) =>
            gpt.Forward(new Tape { IsRecording = false }, tokens, batch, AttentionMask.Autoregressive).Value.Span.ToArray();
    }

    [Fact]
    public void AWideWindowTakesMemoryOnlyForWhatIsSeen()
    {
        var model = new Gpt(new GptOptions { Context = 1 << 20, Layers = 40, Columns = 2, Heads = 1, Hidden = 1 });
        model.Initialize(1);
        long before = Environment.WorkingSet;
        using var state = new GptState(model.Options);
        model.Step(new Tape(), Tokens(3), state);
        Assert.InRange(Environment.WorkingSet - before, long.MinValue, 1L << 30);       // of 2.9 GB for all of it
    }

    [Fact]
    public void RecomputingBlocksGivesTheSameBitsInLessMemory()
    {
        (float[] Gradients, long Peak)[] runs = [.. ((bool[])[false, true]).Select(recompute =>
        {
            var model = new Gpt(new GptOptions { Vocabulary = 37, Context = 16, Layers = 6, Columns = 24, Heads = 4, Dropout = 0.2f, Recompute = recompute });
            model.Initialize(7);
            var tape = new Tape { IsTraining = true, Seed = 5 };
            int[] tokens = Tokens(33);
            tape.Backward(tape.CrossEntropy(model.Forward(tape, tokens.AsMemory(0, 32), 2, AttentionMask.Autoregressive), tokens.AsMemory(1, 32)));
            return (model.Parameters.SelectMany(p => p.Gradient.Span.ToArray()).ToArray(), tape.Memory.PeakBytesRented);
        })];
        Assert.Contains(runs[0].Gradients, g => g != 0f);
        Numbers.AssertSameBits(runs[0].Gradients, runs[1].Gradients);
        Assert.True(runs[1].Peak < runs[0].Peak / 2, $"{runs[1].Peak} of {runs[0].Peak} bytes");
    }

    [Fact]
    public void SizesThatCannotBeAreRefused()
    {
        var sizes = new GptOptions { Vocabulary = 5, Context = 4, Layers = 1, Columns = 8, Heads = 2 };
        foreach (GptOptions options in (GptOptions[])[sizes with { Vocabulary = 0 }, sizes with { Context = 0 }, sizes with { Layers = -1 },
            sizes with { Columns = 0 }, sizes with { Heads = 0 }, sizes with { Heads = 3 }, sizes with { KeyHeads = -1 }, sizes with { KeyHeads = 3 },
            sizes with { Hidden = -1 }, sizes with { Heads = 8 }])
        {
            Assert.Throws<ArgumentException>(() => new Gpt(options));
        }
    }

    [Fact]
    public void AFullWindowRefusesMore()
    {
        Gpt model = Model(PositionEncoding.Rope, NormKind.Rms, FeedForwardKind.SwiGlu, 2, false);
        using var state = new GptState(model.Options);
        var tape = new Tape();
        model.Step(tape, Tokens(model.Options.Context), state);
        Assert.Throws<InvalidOperationException>(() => model.Step(tape, Tokens(1), state));
    }

    internal static Gpt Model(PositionEncoding positions, NormKind norm, FeedForwardKind feedForward, int keyHeads, bool bias)
    {
        var model = new Gpt(new GptOptions
        {
            Vocabulary = 37,
            Context = 16,
            Layers = 2,
            Columns = 24,
            Heads = 4,
            KeyHeads = keyHeads,
            Positions = positions,
            Norm = norm,
            FeedForward = feedForward,
            Biases = bias ? BiasKind.All : BiasKind.None,
        });
        model.Initialize(7);
        return model;
    }

    private static int[] Tokens(int count) => [.. Enumerable.Range(0, count).Select(i => (int)(Philox.Block(3, 0, (ulong)i).X % 37))];
}

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
            Bias = bias,
        });
        model.Initialize(7);
        return model;
    }

    private static int[] Tokens(int count) => [.. Enumerable.Range(0, count).Select(i => (int)(Philox.Block(3, 0, (ulong)i).X % 37))];
}

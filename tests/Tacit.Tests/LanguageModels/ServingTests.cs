using Tacit.Learning;
using Tacit.Modeling.LanguageModels;
using Tacit.Modeling.Transformers;

namespace Tacit.Tests.LanguageModels;

/// <summary>Prediction by GptServing: the same bits as the model itself, for any number of tokens at a time.</summary>
public class ServingTests
{
    public static TheoryData<string> Variants => [.. Sizes.Keys];

    private static readonly Dictionary<string, GptOptions> Sizes = new()
    {
        ["rotary, gated"] = new() { Context = 11, Layers = 2, Columns = 16, Heads = 4, KeyHeads = 2, Vocabulary = 40 },
        ["learned, layer norm, biases"] = new()
        {
            Context = 9, Layers = 2, Columns = 12, Heads = 2, Vocabulary = 33, Positions = PositionEncoding.Learned, Norm = NormKind.Layer,
            FeedForward = FeedForwardKind.Gelu, Biases = BiasKind.All, TiedOutput = false,
        },
        ["sinusoidal, some biases"] = new()
        {
            Context = 8, Layers = 1, Columns = 8, Heads = 2, KeyHeads = 1, Vocabulary = 20, Positions = PositionEncoding.Sinusoidal,
            FeedForward = FeedForwardKind.Relu, Biases = BiasKind.Attention,
        },
        ["biases of queries, keys and values"] = new()
        {
            Context = 8, Layers = 1, Columns = 8, Heads = 2, Vocabulary = 20, Biases = BiasKind.QueryKeyValue, FeedForward = FeedForwardKind.GeluTanh,
        },
    };

    [Theory, MemberData(nameof(Variants))]
    public void LogitsAreTheModels(string name)
    {
        Gpt model = Make(Sizes[name]);
        int[] tokens = Tokens(model.Options.Context, model.Options.Vocabulary);
        var tape = new Tape { IsRecording = false };
        float[] expected = model.Forward(tape, tokens, 1, AttentionMask.Autoregressive).Value.Span.ToArray();
        using var serving = new GptServing(model, quantised: false);
        foreach (int at in new[] { 1, 3, tokens.Length })
            Assert.Equal(expected, Logits(serving, tokens, at));
    }

    [Theory, MemberData(nameof(Variants))]
    public void InEightBitsTheyAreNearAndTheSameForAnyNumberOfRows(string name)
    {
        Gpt model = Make(Sizes[name]);
        int[] tokens = Tokens(model.Options.Context, model.Options.Vocabulary);
        using GptServing exact = new(model, quantised: false), rounded = new(model, quantised: true);
        float[] expected = Logits(exact, tokens, 1), near = Logits(rounded, tokens, 1);
        Assert.Equal(near, Logits(rounded, tokens, 4));
        Assert.Equal(near, Logits(rounded, tokens, tokens.Length));
        double error = 0, size = 0;
        for (int i = 0; i < near.Length; i++)
        {
            error += Math.Pow(near[i] - expected[i], 2);
            size += Math.Pow(expected[i], 2);
        }
        Assert.InRange(Math.Sqrt(error / size), 1e-6, 0.1);
    }

    [Fact]
    public void ALongSequenceGoesInWindowsThatDoNotDependOnTheRows()
    {
        Gpt model = Make(Sizes["rotary, gated"]);
        int[] tokens = Tokens(60, 40);
        using var serving = new GptServing(model, quantised: true);
        float[] one = Sequence(serving, tokens, 1);
        Assert.Equal(one, Sequence(serving, tokens, 4));
        Assert.Equal(one, Sequence(serving, tokens, 64));
        // The logits after token 30 of this sequence come of a window that began again with tokens before it.
        using var stream = new GptSequence(serving, 16);
        int context = model.Options.Context, kept = context / 4, start = context - 1;
        while (start + context - kept <= 30)
            start += context - kept;
        float[] window = stream.Take(tokens.AsSpan((start - kept)..31), lastOnly: true).ToArray();
        Assert.Equal(window, one[(31 * 40)..(32 * 40)]);
    }

    /// <summary>With rotary positions the older half is forgotten: as if a mask hid it from what comes after.</summary>
    [Fact]
    public void WhatIsForgottenIsNotSeen()
    {
        const int Window = 64, Forgotten = 32, First = 3;
        GptOptions options = Sizes["rotary, gated"] with { Context = Window };
        int length = GptServing.Turns * Window - 1;
        int[] tokens = Tokens(length + 30, 40);
        Gpt model = Make(options);
        using var serving = new GptServing(model, quantised: false);
        float[] one = Sequence(serving, tokens, 1);
        Assert.Equal(one, Sequence(serving, tokens, 50));

        // The sequence with its first token, all at once, until positions end.
        var whole = new Gpt(options with { Context = length + 1 });
        for (int i = 0; i < model.Parameters.Count; i++)
        {
            model.Parameters[i].Value.Span.CopyTo(whole.Parameters[i].Value.Span);
            whole.Parameters[i].Touch();
        }
        byte[] visible = new byte[(length + 1) * (length + 1)];
        for (int t = 0, oldest = 0; t <= length; t++)
        {
            if (t - oldest == Window)
                oldest += Forgotten;
            visible.AsSpan(t * (length + 1) + oldest, t + 1 - oldest).Fill(1);
        }
        var mask = new AttentionMask { Causal = true, Visible = visible };
        float[] expected = whole.Forward(new Tape { IsRecording = false }, new int[] { First }.Concat(tokens[..length]).ToArray(), 1, mask).Value.Span.ToArray();
        Assert.Equal(expected, one[..expected.Length]);
        // After that it begins again with a quarter of a window.
        using var stream = new GptSequence(serving, 17);
        Assert.Equal(stream.Take(tokens.AsSpan((length - 16)..(length + 1)), lastOnly: true).ToArray(), one[^(30 * 40)..^(29 * 40)]);
    }

    private static Gpt Make(GptOptions options)
    {
        var model = new Gpt(options);
        model.Initialize(5);
        foreach (Parameter parameter in model.Parameters)   // initial values are too small to tell anything
        {
            foreach (ref float value in parameter.Value.Span)
                value = value * 5 + (parameter.Name.EndsWith("bias", StringComparison.Ordinal) ? 0.1f : 0f);
            parameter.Touch();
        }
        return model;
    }

    private static int[] Tokens(int count, int vocabulary) => [.. Enumerable.Range(0, count).Select(i => i * i * 7 % vocabulary)];

    private static float[] Logits(GptServing serving, int[] tokens, int at)
    {
        using var stream = new GptSequence(serving, at);
        var logits = new List<float>();
        for (int done = 0; done < tokens.Length; done += at)
            logits.AddRange(stream.Take(tokens.AsSpan(done, Math.Min(at, tokens.Length - done))));
        return [.. logits];
    }

    private static float[] Sequence(GptServing serving, int[] tokens, int rows)
    {
        using var predictor = new SequencePredictor(serving, 3, rows);
        var logits = new List<float>();
        logits.AddRange(predictor.Reset());
        for (int done = 0; done < tokens.Length;)
        {
            done += predictor.Add(tokens.AsSpan(done), out ReadOnlySpan<float> more);
            logits.AddRange(more);
        }
        return [.. logits];
    }
}

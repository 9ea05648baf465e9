using System.Text;
using Tacit.Media;
using Tacit.Modeling.LanguageModels;
using Tacit.Modeling.Transformers;

namespace Tacit.Tests.LanguageModels;

public sealed class GenerationTests
{
    [Fact]
    public void TheSameSeedGivesTheSameTextInWholePiecesPastTheWindow()
    {
        LanguageModel model = Model();
        byte[] prompt = "To be"u8.ToArray();
        byte[] first = Run(model, prompt, 100, new SamplingOptions { Seed = 3 });
        Assert.Equal(100, first.Length);     // three times the window
        Assert.Equal(first, Run(model, prompt, 100, new SamplingOptions { Seed = 3 }));
        Assert.NotEqual(first, Run(model, prompt, 100, new SamplingOptions { Seed = 4 }));
        Assert.Equal(first[..40], Run(model, prompt, 40, new SamplingOptions { Seed = 3 }));
    }

    [Fact]
    public async Task AsynchronousPiecesAreTheSameText()
    {
        LanguageModel model = Model();
        var text = new StringBuilder();
        await foreach (string piece in model.GenerateAsync("Ab", 30, new SamplingOptions { Seed = 9 }))
            text.Append(piece);
        Assert.Equal(Encoding.UTF8.GetString(Run(model, "Ab"u8.ToArray(), 30, new SamplingOptions { Seed = 9 })), text.ToString());
        using var source = new CancellationTokenSource();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (string _ in model.GenerateAsync("Ab", 30, cancellationToken: source.Token))
                Assert.Fail("A piece after cancellation.");
        });
    }

    [Fact]
    public void AStopEndsTheTextBeforeIt()
    {
        LanguageModel model = Model();
        byte[] whole = Run(model, "x"u8.ToArray(), 60, new SamplingOptions { Seed = 1 });
        byte[] stop = whole[20..23];
        int at = whole.AsSpan().IndexOf(stop);
        byte[] cut = [.. model.Generate("x"u8.ToArray(), 60, new SamplingOptions { Seed = 1 }, [stop, "never to be found"u8.ToArray()]).SelectMany(p => p)];
        Assert.Equal(whole[..at], cut);
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("61", 1)]
    [InlineData("61c3", 1)]
    [InlineData("c3a4", 2)]
    [InlineData("61e282", 1)]
    [InlineData("e282ac", 3)]
    [InlineData("61f09f98", 1)]
    [InlineData("f09f9880", 4)]
    [InlineData("80808080", 4)]
    [InlineData("ff", 1)]
    public void PiecesEndWithWholeCharacters(string hex, int expected) =>
        Assert.Equal(expected, WholeCharacters.Count(Convert.FromHexString(hex)));

    [Fact]
    public void EvaluationCountsEveryTokenButTheFirstAndAgreesWithTheWindowsLogits()
    {
        LanguageModel model = Model();
        byte[] text = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 20).Select(i => $"line {i * i}\n")));
        Evaluation evaluation = Evaluation.Of(model, text);
        Assert.Equal(text.Length - 1, evaluation.Tokens);
        Assert.Equal(text.Length - 1, evaluation.Bytes);
        // An untrained model knows nothing: about 8 bits each.
        Assert.InRange(evaluation.BitsPerByte, 7.5, 8.5);
        Assert.True(evaluation.Top1 <= evaluation.Top5 && evaluation.Top5 < evaluation.Tokens / 2);
        Assert.Equal(evaluation.Nats / Math.Log(2) / evaluation.Bytes, evaluation.BitsPerByte, 9);
        Evaluation start = Evaluation.Of(model, text.AsSpan(0, 33));
        Evaluation shorter = Evaluation.Of(model, text.AsSpan(0, 32));
        Assert.True(start.Nats > shorter.Nats);
        Assert.Throws<ArgumentException>(() => Evaluation.Of(model, "x"u8));
    }

    /// <summary>With a window of one token each is predicted from the one before.</summary>
    [Fact]
    public void AWindowOfOneIsEvaluated()
    {
        var gpt = new Gpt(new GptOptions { Context = 1, Layers = 1, Columns = 8, Heads = 2 });
        gpt.Initialize(3);
        var model = new LanguageModel(gpt, new ByteTokenizer());
        Evaluation whole = Evaluation.Of(model, "abca"u8);
        Assert.Equal(3, whole.Tokens);
        Assert.Equal(Evaluation.Of(model, "ab"u8).Nats + Evaluation.Of(model, "bc"u8).Nats + Evaluation.Of(model, "ca"u8).Nats, whole.Nats, 1e-9);
    }

    private static LanguageModel Model()
    {
        var model = new Gpt(new GptOptions { Context = 32, Layers = 2, Columns = 16, Heads = 2 });
        model.Initialize(11);
        return new LanguageModel(model, new ByteTokenizer());
    }

    private static byte[] Run(LanguageModel model, byte[] prompt, int count, SamplingOptions sampling) =>
        [.. model.Generate(prompt, count, sampling).SelectMany(p => p)];
}

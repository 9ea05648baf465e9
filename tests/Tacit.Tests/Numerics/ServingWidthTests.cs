using Tacit.Modeling.Transformers;

namespace Tacit.Tests.Numerics;

/// <summary>A model laid out to serve gives the same logits at every vector width, for one token at a time and for several.</summary>
[Collection(AllWidths.Name)]
public class ServingWidthTests
{
    [Theory, InlineData(false), InlineData(true)]
    public void TheWidthDoesNotShow(bool quantised)
    {
        // Sizes that are no multiples of any width; keys and values grow beyond their first room.
        var options = new GptOptions { Context = AllWidths.Emulated ? 5 : 75, Layers = 2, Columns = 36, Heads = 6, KeyHeads = 3, Hidden = 50, Vocabulary = 41 };
        var model = new Gpt(options);
        model.Initialize(3);
        int[] tokens = [.. Enumerable.Range(0, options.Context).Select(i => i * i * 7 % options.Vocabulary)];
        float[]? expected = null;
        AllWidths.Run(lanes =>
        {
            using var serving = new GptServing(model, quantised);
            foreach (int rows in (int[])[1, 2, 7, tokens.Length])
            {
                using var stream = new GptSequence(serving, rows);
                var logits = new List<float>();
                for (int done = 0; done < tokens.Length; done += rows)
                    logits.AddRange(stream.Take(tokens.AsSpan(done, Math.Min(rows, tokens.Length - done))));
                expected ??= [.. logits];
                Numbers.AssertSameBits(expected, logits.ToArray(), $"{lanes} lanes, {rows} rows, {(quantised ? "eight bits" : "floats")}");
            }
        });
    }

    [Fact]
    public void WhatIsNotFiniteIsAnErrorInEightBits()
    {
        AllWidths.Run(lanes =>
        {
            foreach (float bad in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity])
            {
                foreach (int at in (int[])[0, 17, 36])
                {
                    var options = new GptOptions { Context = 4, Layers = 1, Columns = 37, Heads = 1, Vocabulary = 5, Positions = PositionEncoding.Learned, TiedOutput = false };
                    var model = new Gpt(options);
                    model.Initialize(3);
                    model.Parameters.Single(p => p.Name == "tokens.weight").Value.Span[3 * 37 + at] = bad;
                    using var serving = new GptServing(model, quantised: true);
                    using var stream = new GptSequence(serving, 2);
                    stream.Take([1]);
                    Assert.Throws<ArithmeticException>(() => stream.Take([3]).ToArray());
                    stream.Clear();
                    Assert.Throws<ArithmeticException>(() => stream.Take([1, 3]).ToArray());
                }
            }
        });
    }
}

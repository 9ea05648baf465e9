using System.Text.RegularExpressions;
using Tacit.Media;
using Tacit.Modeling.LanguageModels;
using Tacit.Modeling.Transformers;
using Tacit.Reports;
using Tacit.Tests.Support;

namespace Tacit.Tests.Inspection;

/// <summary>What inspection says of a text under a language model: the costs of its evaluation, attention that sums to one.</summary>
public sealed class TokenInspectionTests
{
    [Theory, InlineData(20), InlineData(32), InlineData(33), InlineData(100)]
    public void CostsAreThoseOfTheEvaluation(int length)
    {
        LanguageModel model = Model();
        byte[] text = Samples.Text(length);
        TokenInspection inspection = TokenInspection.Of(model, text);
        Evaluation evaluation = Evaluation.Of(model, text);
        Assert.Equal(evaluation.Nats / Math.Log(2), inspection.Bits.Sum(b => (double)b), 1e-3 * length);
        Assert.Equal(0f, inspection.Bits[0]);
        int top1 = Enumerable.Range(1, length - 1).Count(t => inspection.PredictedTokens[t * TokenInspection.PredictionCount] == text[t]);
        Assert.Equal(evaluation.Top1, top1);
    }

    [Fact]
    public void LinksAreTheLargestWeightsAndLieBefore()
    {
        LanguageModel model = Model();
        byte[] text = Samples.Text(60);
        TokenInspection inspection = TokenInspection.Of(model, text);
        Assert.Equal((2, 4, 60), (inspection.Layers, inspection.Heads, inspection.MapSize));
        for (int head = 0; head < 8; head++)
        {
            for (int t = 0; t < 60; t++)
            {
                int at = (head * 60 + t) * TokenInspection.LinkCount;
                float[] weights = inspection.LinkWeights[at..(at + TokenInspection.LinkCount)];
                Assert.Equal(weights.OrderDescending(), weights);
                Assert.InRange(weights.Sum(), 0.1f, 1.0001f);
                for (int k = 0; k < TokenInspection.LinkCount; k++)
                {
                    int to = inspection.LinkTargets[at + k];
                    Assert.InRange(to, -1, t);
                    // A map of full size has the same numbers.
                    Assert.True(to < 0 || inspection.Maps[(head * 60 + t) * 60 + to] == weights[k]);
                }
                if (t < 8)
                    Assert.Equal(1f, weights.Sum(), 1e-4f);
                Assert.Equal(1f, inspection.Maps.AsSpan((head * 60 + t) * 60, 60).ToArray().Sum(), 1e-4f);
            }
        }
    }

    [Fact]
    public void ThePageNeedsNothingElseAndNothingEndsItsScript()
    {
        byte[] text = "</script><b>&\0\xE2 {{name}} "u8.ToArray();
        using var writer = new StringWriter();
        TokenPage.Write(writer, "<{{maps}}>", TokenInspection.Of(Model(), text));
        string page = writer.ToString();
        Assert.DoesNotContain("<{{maps}}>", page, StringComparison.Ordinal);
        Assert.Contains("<h1>&lt;{{maps}}&gt;</h1>", page, StringComparison.Ordinal);
        Assert.Single(Regex.Matches(page, "</script>"));
        Assert.DoesNotContain("http", page, StringComparison.Ordinal);
        Assert.DoesNotContain("src=", page, StringComparison.Ordinal);
    }

    private static LanguageModel Model()
    {
        var model = new Gpt(new GptOptions { Context = 32, Layers = 2, Columns = 16, Heads = 4, KeyHeads = 2 });
        model.Initialize(5);
        return new LanguageModel(model, new ByteTokenizer());
    }
}

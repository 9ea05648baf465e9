using Tacit.Learning;
using Tacit.Learning.Safetensors;
using Tacit.Media;
using Tacit.Modeling;
using Tacit.Modeling.Recurrent;
using Tacit.Modeling.Variational;
using Tacit.Numerics;

namespace Tacit.Tests.Variational;

/// <summary>Variational autoencoders of token sequences: files, the bound, new sequences.</summary>
public class SequenceVariationalTests
{
    private static readonly LstmAutoencoderOptions s_small = new()
    {
        Vocabulary = 256, Length = 8, Embedding = 12, Hidden = 16, Latent = 4, Variational = true, Withheld = 0.5f,
    };

    // Words of one letter, said two to six times.
    private static readonly SequenceSet s_words = new([.. Enumerable.Range(0, 120).Select(i => Enumerable.Repeat('a' + i % 4, 2 + i / 4 % 5).ToArray())]);

    [Fact]
    public void TrainingWritesAFileThatSaysTheSameAndThePriorSaysWordsLikeThose()
    {
        (LstmAutoencoder model, byte[] one) = Train(700);
        Assert.Equal(LstmAutoencoderModel.ParameterCount(s_small), model.ParameterCount);
        using var file = new ModelFile(new MemoryStream(one));
        LstmAutoencoder loaded = ModelRegistry.Standard.Load<LstmAutoencoderModel>(file).Model;
        Assert.Equal(s_small, loaded.Options);
        float[] latents = new float[200 * 4];
        RandomFill.Normal(5, 0, latents);
        int[][] said = model.DecodeTokens(latents);
        Assert.Equal(said, loaded.DecodeTokens(latents));
        Assert.InRange(said.Count(IsWord), 150, 200);
        Assert.InRange(said.Where(IsWord).Select(w => w[0]).Distinct().Count(), 3, 4);
        int[][] back = loaded.ReconstructTokens(s_words);
        Assert.InRange(Enumerable.Range(0, s_words.Count).Count(i => back[i].Length > 0 && back[i][0] == s_words.Tokens(i)[0]), 100, 120);
    }

    [Fact]
    public void TheLossIsTheCostOfTheTokensAndTheDivergenceShared()
    {
        var model = new LstmAutoencoder(s_small with { Withheld = 0f });
        model.Initialize(2);
        var tape = new Tape { IsRecording = false, Seed = 3, NextStream = 9 };
        SequenceBatch batch = model.Batch(tape, s_words, [0, 5, 9]);
        double bound = Loss(1f), free = Loss(0f), twice = Loss(2f);
        LstmAutoencoder.Encoding encoding = model.Encode(tape, batch);
        double divergence = 0;
        for (int i = 0; i < 12; i++)
        {
            double m = encoding.Latent.Value.Span[i], v = encoding.LogVariance!.Value.Span[i];
            divergence += (Math.Exp(v) - 1 - v + m * m) / 2;
        }
        Assert.Equal(divergence / batch.Items, bound - free, 1e-5);
        Assert.Equal(bound - free, twice - bound, 1e-5);
        Assert.Equal(free + 4 * 50.0 * 3 / batch.Items, model.Loss(Fresh(), batch, 1f, 50f).Value.Span[0], 1e-4);

        double Loss(float weight) => model.Loss(Fresh(), batch, weight).Value.Span[0];

        Tape Fresh() => new() { IsRecording = false, Seed = 3, NextStream = 9 };
    }

    [Fact]
    public void AttentionIsRefused()
    {
        Assert.Throws<ArgumentException>(() => new LstmAutoencoder(s_small with { Attention = 8 }));
        Assert.Throws<ArgumentException>(() => new LstmAutoencoder(s_small with { Vocabulary = 0, Attention = 8 }));
    }

    private static bool IsWord(int[] tokens) => tokens.Length is >= 2 and <= 6 && tokens.All(t => t == tokens[0]) && tokens[0] is >= 'a' and <= 'd';

    private static (LstmAutoencoder Model, byte[] File) Train(int steps)
    {
        var model = new LstmAutoencoder(s_small);
        model.Initialize(1);
        var task = new LstmAutoencoderTask(model, s_words, null, 24, 1, new VariationalObjective(1f, 200, 0.2f));
        new Trainer(task).Run(new TrainingOptions { Steps = steps, Rate = 0.02f, Decay = 0f });
        using var file = new MemoryStream();
        var bytes = new ByteTokenizer();
        var settings = new Settings();
        LstmAutoencoderModel.Options(settings, s_small);
        SafetensorsWriter.Write(file, ModelFile.Describe("lstm-ae", settings.ToJson(), [.. TokenizerText.Describe(bytes)]), ModuleFile.Tensors(model));
        return (model, file.ToArray());
    }
}

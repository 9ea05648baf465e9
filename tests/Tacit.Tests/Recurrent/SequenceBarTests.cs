using Tacit.Learning;
using Tacit.Media;
using Tacit.Media.DataSets;
using Tacit.Media.Sequences;
using Tacit.Modeling.Recurrent;
using Tacit.Numerics;
using Tacit.Tests.Support;

namespace Tacit.Tests.Recurrent;

/// <summary>The bars on real sequences, by the settings of docs/MODELS-sequences.md; what is tested on is not learnt
/// from. Some ten minutes each.</summary>
public sealed class SequenceBarTests
{
    /// <summary>Multi30k's English sentences of up to 20 words: at least 95 % of the test tokens come back free
    /// running, and fewer through the latent alone.</summary>
    [DataFact, Trait("Category", "Slow")]
    public void TestSentencesComeBackWithAttention()
    {
        List<ReadOnlyMemory<byte>> learnt = Sentences("train.en.gz"), test = Sentences("test_2016_flickr.en.gz");
        var trainer = new BytePairTrainer();
        foreach (ReadOnlyMemory<byte> line in learnt)
            trainer.Add([.. line.Span, (byte)'\n']);
        BytePairTokenizer tokenizer = trainer.Train(4096);
        double with = Accuracy(128), without = Accuracy(0);
        Assert.True(with >= 0.95 && with > without, $"{with} with attention, {without} without");

        double Accuracy(int attention)
        {
            var model = new LstmAutoencoder(new LstmAutoencoderOptions { Vocabulary = tokenizer.Vocabulary,
                Attention = attention });
            model.Initialize(1);
            using WorkPool workers = new(Environment.ProcessorCount);
            var task = new LstmAutoencoderTask(model, Tokens(learnt), null, 64, 1);
            new Trainer(task) { Workers = workers }.Run(new TrainingOptions { Steps = 1000, Rate = 3e-3f,
                Decay = 0.01f });
            SequenceSet asked = Tokens(test);
            SequenceAccuracy accuracy = SequenceAccuracy.Of(asked, model.ReconstructTokens(asked, workers),
                new double[asked.Count]);
            return (double)accuracy.RightTokens / accuracy.Tokens;
        }

        SequenceSet Tokens(List<ReadOnlyMemory<byte>> lines) =>
            new([.. lines.Select(l => tokenizer.Encode(l.Span)).Where(t => t.Length <= 64)]);
    }

    /// <summary>Seconds of an ECG that was not learnt from, through 16 numbers: a smaller error than 16 principal
    /// components leave.</summary>
    [DataFact, Trait("Category", "Slow")]
    public void SecondsOfAnEcgComeBackBetterThanFromPrincipalComponents()
    {
        float[] all = SeriesWindows.FromInt16(Read("series", "ecg_mitbih208_360hz.i16le").Span);
        SequenceSet learnt = Windows(all.AsMemory(0, 86_400), 3), test = Windows(all.AsMemory(86_400), 20);
        var model = new LstmAutoencoder(new LstmAutoencoderOptions { Length = 360, Frame = 10, Hidden = 160,
            Latent = 16, Withheld = 1f });
        model.Initialize(1);
        using WorkPool workers = new(Environment.ProcessorCount);
        new Trainer(new LstmAutoencoderTask(model, learnt, null, 64, 1)) { Workers =
            workers }.Run(new TrainingOptions { Steps = 2000, Rate = 4e-3f, Decay = 0.01f });
        double error = SequenceErrors.Of(test, model.ReconstructValues(test, workers)).Mean;
        double linear = SequenceErrors.Of(test, SequenceRival.Reconstruct(learnt, test, 360, 16, workers).Given).Mean;
        Assert.True(error < linear, $"{error}, principal components {linear}");
    }

    private static List<ReadOnlyMemory<byte>> Sentences(string name) =>
        [.. TextLines.Split(Gunzip.Unwrap(Read("seq2seq", "multi30k", name), 1 << 28))
            .Where(l => TextLines.Words(l.Span) is > 0 and <= 20)];

    private static SequenceSet Windows(ReadOnlyMemory<float> series, int stride) =>
        new([.. SeriesWindows.Cut(series.Length, 360, stride).Select(w => series.Slice(w.First, w.Length))]);

    private static ReadOnlyMemory<byte> Read(params string[] path) =>
        File.ReadAllBytes(Path.Combine([DataFactAttribute.Folder, .. path]));
}

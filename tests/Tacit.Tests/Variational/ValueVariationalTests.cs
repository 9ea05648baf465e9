using Tacit.Learning;
using Tacit.Learning.Safetensors;
using Tacit.Modeling;
using Tacit.Modeling.Recurrent;
using Tacit.Modeling.Variational;

namespace Tacit.Tests.Variational;

/// <summary>Variational autoencoders of sequences of values: files, padding, new sequences. Gradients are in LstmAutoencoderTests.</summary>
public class ValueVariationalTests
{
    private const double Turn = 0.4;

    private static readonly LstmAutoencoderOptions s_small = new() { Frame = 4, Length = 32, Hidden = 24, Latent = 4, Withheld = 1f, Variational = true };

    // Sines of any phase, all of one frequency, around 3.
    private static readonly SequenceSet s_sines = new([.. Enumerable.Range(0, 240).Select(i =>
        (ReadOnlyMemory<float>)Enumerable.Range(0, 32).Select(t => (float)(3 + 2 * Math.Sin(t * Turn + i * 0.71))).ToArray())]);

    [Fact]
    public void TrainingWritesAFileThatDrawsTheSameSinesOfAnyPhase()
    {
        (LstmAutoencoder model, byte[] bytes) = Train(400);
        Assert.Equal(LstmAutoencoderModel.ParameterCount(s_small), model.ParameterCount);
        using var file = new ModelFile(new MemoryStream(bytes));
        LstmAutoencoder loaded = ModelRegistry.Standard.Load<LstmAutoencoderModel>(file).Model;
        Assert.Equal(s_small, loaded.Options);
        float[][] drawn = model.DecodeValues(model.Draw(100, 5));
        Assert.Equal(drawn, loaded.DecodeValues(loaded.Draw(100, 5)));
        Assert.NotEqual(drawn, model.DecodeValues(model.Draw(100, 6)));

        // A sine is what x(t + 1) + x(t − 1) = 2 cos(turn) x(t) says, whatever its phase and amplitude.
        double error = 0, power = 0;
        int[] quarters = new int[4];
        foreach (float[] values in drawn)
        {
            for (int t = 1; t < 31; t++)
            {
                error += Math.Pow(values[t + 1] + values[t - 1] - 6 - 2 * Math.Cos(Turn) * (values[t] - 3), 2);
                power += Math.Pow(values[t] - 3, 2);
            }
            quarters[(values[16] > 3 ? 1 : 0) + (values[20] > 3 ? 2 : 0)]++;
        }
        Assert.InRange(error / power, 0, 0.05);
        Assert.InRange(power / 100 / 30, 0.7, 2.5);             // that of the data is 2
        Assert.All(quarters, count => Assert.InRange(count, 8, 60));

        Assert.InRange(SequenceErrors.Of(s_sines, loaded.ReconstructValues(s_sines)).Share, 0, 0.05);
        SequenceBound bound = SequenceBound.Of(loaded, s_sines);
        Assert.Equal(240 * 32, bound.Items);
        Assert.InRange(bound.Nats, -3, 0);                      // one normal distribution for all values: 1.42
        Assert.InRange(bound.Divergence, 0.05, 0.6);
        Assert.InRange(bound.ActiveLatents, 2, 4);
    }

    /// <summary>What a batch costs is what its sequences cost alone, however far they are padded.</summary>
    [Fact]
    public void PaddingCostsNothing()
    {
        var model = new LstmAutoencoder(s_small with { Withheld = 0f });
        model.Initialize(3);
        model.Normalisation = (3f, 2f);
        model.Parameters.Single(p => p.Name == "latent.bias").Value.Span[4..].Fill(-60f);       // no noise: the same latents in any batch
        ReadOnlyMemory<float>[] some = [s_sines.Values(0), s_sines.Values(1)[..5], s_sines.Values(2)[..13], s_sines.Values(3)[..1]];
        double sum = 0;
        long items = 0;
        foreach (ReadOnlyMemory<float> one in some)
        {
            sum += Loss([one]) * one.Length;
            items += one.Length;
        }
        Assert.Equal(51, items);
        Assert.Equal(sum / items, Loss(some), 1e-3);
        Assert.Equal(Loss(some), Loss(some, 50), 1e-4);
        Assert.Equal(sum / items, SequenceBound.Of(model, new SequenceSet(some)).Nats, 1e-3);

        double Loss(ReadOnlyMemory<float>[] sequences, int steps = 0)
        {
            var tape = new Tape { IsRecording = false };
            return model.Loss(tape, SequenceBatch.OfValues([.. sequences.Select(s => (ReadOnlyMemory<float>)s.ToArray().Select(v => (v - 3f) / 2f).ToArray())],
                4, tape.Memory, steps)).Value.Span[0];
        }
    }

    [Fact]
    public void AFileOfAnotherSizeIsRefused()
    {
        (LstmAutoencoder model, _) = Train(1);
        foreach (LstmAutoencoderOptions lie in (LstmAutoencoderOptions[])[s_small with { Variational = false }, s_small with { Frame = 8 }, s_small with { Latent = 5 }])
        {
            using var file = new ModelFile(new MemoryStream(Bytes(model, lie)));
            Assert.Throws<InvalidDataException>(() => ModelRegistry.Standard.Load<LstmAutoencoderModel>(file));
        }
        var plain = new LstmAutoencoder(s_small with { Variational = false });
        Assert.Throws<ArgumentException>(() => SequenceBound.Of(plain, s_sines));
    }

    private static (LstmAutoencoder Model, byte[] File) Train(int steps)
    {
        var model = new LstmAutoencoder(s_small);
        model.Initialize(1);
        var task = new LstmAutoencoderTask(model, s_sines, null, 32, 1, new VariationalObjective(1f, 100));
        new Trainer(task).Run(new TrainingOptions { Steps = steps, Rate = 0.01f, Decay = 0f });
        return (model, Bytes(model, s_small));
    }

    private static byte[] Bytes(LstmAutoencoder model, LstmAutoencoderOptions options)
    {
        using var file = new MemoryStream();
        var settings = new Settings();
        LstmAutoencoderModel.Options(settings, options);
        SafetensorsWriter.Write(file, ModelFile.Describe("lstm-ae", settings.ToJson(), []), ModuleFile.Tensors(model));
        return file.ToArray();
    }
}

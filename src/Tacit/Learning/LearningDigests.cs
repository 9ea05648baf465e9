using System.Buffers.Binary;
using Tacit.Numerics;

namespace Tacit.Learning;

/// <summary>Short training runs of tiny models: the weights after them, for digests that must be the same on every machine.</summary>
public static class LearningDigests
{
    private const int Steps = 20;

    /// <summary>An LSTM of two layers over sequences of different lengths, with dropout.</summary>
    public static byte[] Lstm() => Train(new SequenceModel(batch: 5, steps: 7, hidden: 9), Steps);

    /// <summary>A variational autoencoder of convolutions.</summary>
    public static byte[] ConvolutionalAutoencoder() => Train(new ImageModel(batch: 4), Steps);

    /// <summary>The weights after so many steps of AdamW, as little-endian bytes.</summary>
    internal static byte[] Train(ExampleModel model, int steps, WorkPool? workers = null)
    {
        var run = new ExampleRun(model, workers);
        for (int i = 0; i < steps; i++)
            run.Step();
        byte[] bytes = new byte[model.ParameterCount * sizeof(float)];
        int at = 0;
        foreach (Parameter parameter in model.Parameters)
        {
            foreach (float weight in parameter.Value.Span)
            {
                BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(at), weight);
                at += sizeof(float);
            }
        }
        return bytes;
    }

    /// <summary>A model with its data.</summary>
    internal abstract class ExampleModel : Module
    {
        public abstract Variable Loss(Tape tape);
    }

    /// <summary>A model being trained.</summary>
    internal sealed class ExampleRun
    {
        private readonly ExampleModel _model;
        private readonly AdamW _optimiser;

        public ExampleRun(ExampleModel model, WorkPool? workers)
        {
            _model = model;
            model.Initialize(1);
            _optimiser = new AdamW(model.Parameters, decay: 0.01f);
            Tape = new Tape(workers) { IsTraining = true, Seed = 2 };
        }

        public Tape Tape { get; }

        public float Step()
        {
            _model.ZeroGradients();
            Tape.Backward(_model.Loss(Tape));
            _optimiser.Step(3e-3f, Optimiser.ClipScale(_optimiser.GradientNorm(Tape.Workers), 1f), Tape.Workers);
            Tape.Reset();
            return Tape.LastLoss;
        }
    }

    /// <summary>Predicts the next of seven symbols.</summary>
    internal sealed class SequenceModel : ExampleModel
    {
        private const int Symbols = 7;
        private readonly int _batch, _steps;
        private readonly int[] _symbols, _targets, _lengths;
        private readonly Embedding _embedding;
        private readonly Lstm _lstm;
        private readonly Linear _output;

        public SequenceModel(int batch, int steps, int hidden)
        {
            (_batch, _steps) = (batch, steps);
            _embedding = Add("embedding", new Embedding(Symbols, 10));
            _lstm = Add("lstm", new Lstm(10, hidden, layers: 2, dropout: 0.2f));
            _output = Add("output", new Linear(hidden, Symbols));
            _symbols = new int[batch * steps];
            _targets = new int[batch * steps];
            _lengths = new int[batch];
            for (int b = 0; b < batch; b++)
            {
                _lengths[b] = 1 + b * 5 % steps;
                for (int t = 0; t < steps; t++)
                {
                    _symbols[b * steps + t] = (b + t * t) % Symbols;
                    _targets[b * steps + t] = t < _lengths[b] ? (b + (t + 1) * (t + 1)) % Symbols : Numerics.CrossEntropy.Ignored;
                }
            }
        }

        public override Variable Loss(Tape tape)
        {
            (Variable y, _) = _lstm.Forward(tape, _embedding.Forward(tape, _symbols, _batch, _steps), lengths: _lengths);
            return tape.CrossEntropy(_output.Forward(tape, y), _targets);
        }
    }

    /// <summary>A variational autoencoder of images of 8 × 8. Kingma and Welling 2014.</summary>
    internal sealed class ImageModel : ExampleModel
    {
        private const int Channels = 5, Latent = 3, Small = Channels * 4 * 4;
        private readonly Tensor _images;
        private readonly Conv2d _down;
        private readonly Linear _posterior, _back;
        private readonly ConvTranspose2d _up;

        public ImageModel(int batch)
        {
            _images = Tensor.Zeros(batch, 1, 8, 8);
            RandomFill.Uniform(0, 3, _images.Span, -1f, 1f);
            Elementwise.Relu(_images.Span, _images.Span);
            _down = Add("down", new Conv2d(1, Channels, 3, stride: 2, padding: 1));
            _posterior = Add("posterior", new Linear(Small, 2 * Latent));
            _back = Add("back", new Linear(Latent, Small));
            _up = Add("up", new ConvTranspose2d(Channels, 1, 3, stride: 2, padding: 1, outputPadding: 1));
        }

        public override Variable Loss(Tape tape)
        {
            Variable hidden = tape.Activate(_down.Forward(tape, Tape.Input(_images)), Activation.Silu);
            Variable posterior = _posterior.Forward(tape, tape.Reshape(hidden, -1, Small));
            Variable mean = tape.Slice(posterior, -1, 0, Latent), logVariance = tape.Slice(posterior, -1, Latent, Latent);
            Variable decoded = _back.Forward(tape, tape.SampleGaussian(mean, logVariance), Activation.Silu);
            Variable logits = _up.Forward(tape, tape.Reshape(decoded, -1, Channels, 4, 4));
            return tape.Add(tape.Bernoulli(logits, _images, Reduction.MeanPerExample), tape.GaussianDivergence(mean, logVariance));
        }
    }
}

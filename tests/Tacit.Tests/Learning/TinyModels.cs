using Tacit.Learning;
using Tacit.Numerics;
using Embedding = Tacit.Learning.Embedding;
using LayerNorm = Tacit.Learning.LayerNorm;

namespace Tacit.Tests.Learning;

/// <summary>Small models with a fixed example of data, to train for some steps.</summary>
internal static class TinyModels
{
    internal interface ITrained
    {
        Variable Loss(Tape tape);
    }

    /// <summary>A model being trained.</summary>
    internal sealed class Run
    {
        private readonly Module _model;
        private readonly Optimiser _optimiser;

        public Run(Module model, WorkPool? workers)
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
            Tape.Backward(((ITrained)_model).Loss(Tape));
            _optimiser.Step(3e-3f, Optimiser.ClipScale(_optimiser.GradientNorm(Tape.Workers), 1f), Tape.Workers);
            Tape.Reset();
            return Tape.LastLoss;
        }

        /// <summary>All parameters, one after another.</summary>
        public float[] Weights => [.. _model.Parameters.SelectMany(p => p.Value.Span.ToArray())];
    }

    internal sealed class Perceptron : Module, ITrained
    {
        private readonly Tensor _x = Uniform(1, 33, 20), _y = Uniform(2, 33, 3);
        private readonly Linear _in, _out;
        private readonly LayerNorm _norm;

        public Perceptron()
        {
            _in = Add("in", new Linear(20, 37));
            _norm = Add("norm", new LayerNorm(37));
            _out = Add("out", new Linear(37, 3));
        }

        public Variable Loss(Tape tape)
        {
            Variable hidden = _norm.Forward(tape, _in.Forward(tape, Tape.Input(_x), Activation.Gelu));
            return tape.SquaredError(_out.Forward(tape, tape.Dropout(hidden, 0.1f)), Tape.Input(_y));
        }
    }

    /// <summary>Predicts the next of seven symbols, in sequences of different lengths.</summary>
    internal sealed class Recurrent : Module, ITrained
    {
        private const int Batch = 17, Steps = 9;
        private readonly int[] _symbols = new int[Batch * Steps], _targets = new int[Batch * Steps], _lengths = new int[Batch];
        private readonly Embedding _embedding;
        private readonly Lstm _lstm;
        private readonly Linear _output;

        public Recurrent()
        {
            _embedding = Add("embedding", new Embedding(7, 10));
            _lstm = Add("lstm", new Lstm(10, 19, layers: 2, dropout: 0.2f));
            _output = Add("output", new Linear(19, 7));
            for (int b = 0; b < Batch; b++)
            {
                _lengths[b] = 1 + b * 5 % Steps;
                for (int t = 0; t < Steps; t++)
                {
                    _symbols[b * Steps + t] = (b + t * t) % 7;
                    _targets[b * Steps + t] = t < _lengths[b] ? (b + (t + 1) * (t + 1)) % 7 : CrossEntropy.Ignored;
                }
            }
        }

        public Variable Loss(Tape tape)
        {
            (Variable y, _) = _lstm.Forward(tape, _embedding.Forward(tape, _symbols, Batch, Steps), lengths: _lengths);
            return tape.CrossEntropy(_output.Forward(tape, y), _targets);
        }
    }

    /// <summary>A variational autoencoder of images of 8 × 8.</summary>
    internal sealed class Autoencoder : Module, ITrained
    {
        private readonly Tensor _images = Uniform(3, 9, 1, 8, 8);
        private readonly Conv2d _down;
        private readonly Linear _latent, _back;
        private readonly ConvTranspose2d _up;

        public Autoencoder()
        {
            Elementwise.Relu(_images.Span, _images.Span);
            _down = Add("down", new Conv2d(1, 5, 3, stride: 2, padding: 1));
            _latent = Add("latent", new Linear(80, 6));
            _back = Add("back", new Linear(3, 80));
            _up = Add("up", new ConvTranspose2d(5, 1, 3, stride: 2, padding: 1, outputPadding: 1));
        }

        public Variable Loss(Tape tape)
        {
            Variable hidden = tape.Activate(_down.Forward(tape, Tape.Input(_images)), Activation.Silu);
            Variable latent = _latent.Forward(tape, tape.Reshape(hidden, -1, 80));
            Variable mean = tape.Slice(latent, -1, 0, 3), logVariance = tape.Slice(latent, -1, 3, 3);
            Variable sample = tape.SampleGaussian(mean, logVariance);
            Variable image = _up.Forward(tape, tape.Reshape(_back.Forward(tape, sample, Activation.Silu), -1, 5, 4, 4));
            return tape.Add(tape.Bernoulli(image, _images, Reduction.MeanPerExample), tape.GaussianDivergence(mean, logVariance));
        }
    }

    private static Tensor Uniform(ulong stream, params int[] sizes)
    {
        Tensor x = Tensor.Zeros(sizes);
        RandomFill.Uniform(0, stream, x.Span, -1f, 1f);
        return x;
    }
}

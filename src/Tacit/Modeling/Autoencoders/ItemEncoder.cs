using Tacit.Learning;
using Tacit.Media.DataSets;

namespace Tacit.Modeling.Autoencoders;

/// <summary>Makes latents of items.</summary>
public abstract class ItemEncoder : Module
{
    /// <summary>Items (B, N) to latents (B, D).</summary>
    public abstract Variable Forward(Tape tape, Variable items);

    internal static ItemEncoder Of(AutoencoderOptions o) => o.Encoder == ItemEncoderKind.Mlp ? new MlpEncoder(o)
        : new ConvolutionalEncoder(o);

    internal static long Count(AutoencoderOptions o) =>
        o.Latents == 0 ? 0 : o.Encoder == ItemEncoderKind.Mlp ? LinearStack.Count(o, o.Shape.Size, o.Latents)
            : ConvolutionalEncoder.CountOf(o);
}

/// <summary>z = W_k · f(… f(W₁ x)): linear layers with activations between. Hinton and Salakhutdinov 2006.</summary>
public sealed class MlpEncoder : ItemEncoder
{
    private readonly LinearStack _layers;

    /// <summary>An encoder of these sizes.</summary>
    public MlpEncoder(AutoencoderOptions options) =>
        _layers = Add("layers", new LinearStack(options, options.Shape.Size, options.Latents));

    /// <inheritdoc/>
    public override Variable Forward(Tape tape, Variable items) => _layers.Forward(tape, items);
}

/// <summary>Convolutions of stride 2, of vectors along the values, each with twice the channels of the one before, then linear layers.</summary>
public sealed class ConvolutionalEncoder : ItemEncoder
{
    private readonly Conv2d[] _convolutions;
    private readonly LinearStack _layers;
    private readonly AutoencoderOptions _options;

    /// <summary>An encoder of these sizes.</summary>
    public ConvolutionalEncoder(AutoencoderOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _convolutions = new Conv2d[options.Levels];
        for (int i = 0; i < _convolutions.Length; i++)
            _convolutions[i] = Add($"convolutions.{i}",
                new Conv2d(Pyramid.At(options, i).Channels, Pyramid.At(options, i + 1).Channels, Pyramid.Kernel, 2, 1,
                alongRows: Pyramid.IsLine(options)));
        _layers = Add("layers", new LinearStack(options, Pyramid.At(options, options.Levels).Size, options.Latents));
    }

    /// <inheritdoc/>
    public override Variable Forward(Tape tape, Variable items)
    {
        ItemShape shape = _options.Shape;
        int batch = items.Shape[0];
        Variable x = tape.Reshape(items, batch, shape.Channels, shape.Height, shape.Width);
        foreach (Conv2d convolution in _convolutions)
            x = tape.Activate(convolution.Forward(tape, x), _options.Activation);
        return _layers.Forward(tape, tape.Reshape(x, batch, -1));
    }

    internal static long CountOf(AutoencoderOptions o) =>
        Pyramid.Count(o, transposed: false) + LinearStack.Count(o, Pyramid.At(o, o.Levels).Size, o.Latents);
}

/// <summary>The sizes of images, or of vectors as lines of values, on the way from the item to its smallest and back.</summary>
internal static class Pyramid
{
    /// <summary>With stride 2 each value is reached by as many taps as any other, so that no checkerboard shows (Odena
    /// et al. 2016).</summary>
    public const int Kernel = 4;

    /// <summary>Whether items are of one row, along which convolutions go then.</summary>
    public static bool IsLine(AutoencoderOptions o) => o.Shape.Height == 1;

    /// <summary>The image after so many convolutions.</summary>
    public static ItemShape At(AutoencoderOptions o, int level) =>
        level == 0 ? o.Shape : new ItemShape(checked(o.Filters << (level - 1)), IsLine(o) ? 1 : o.Shape.Height >> level,
            o.Shape.Width >> level);

    /// <summary>Parameters of all convolutions; those of a decoder have biases for the channels they make.</summary>
    public static long Count(AutoencoderOptions o, bool transposed)
    {
        long count = 0;
        for (int i = 0; i < o.Levels; i++)
        {
            long c = At(o, i).Channels, k = At(o, i + 1).Channels;
            count += c * k * Kernel * (IsLine(o) ? 1 : Kernel) + (transposed ? c : k);
        }
        return count;
    }
}

/// <summary>Linear layers of the same number of hidden units, with activations between.</summary>
internal sealed class LinearStack : Module
{
    private readonly Learning.Linear[] _layers;
    private readonly AutoencoderOptions _options;

    public LinearStack(AutoencoderOptions options, int inputs, int outputs)
    {
        _options = options;
        _layers = new Learning.Linear[options.Layers + 1];
        for (int i = 0; i < _layers.Length; i++)
            _layers[i] = Add($"{i}", new Learning.Linear(i == 0 ? inputs : options.Hidden, i == options.Layers
                ? outputs : options.Hidden));
    }

    public Variable Forward(Tape tape, Variable x)
    {
        for (int i = 0; i < _layers.Length; i++)
            x = _layers[i].Forward(tape, x, i < _layers.Length - 1 ? _options.Activation : Numerics.Activation.None);
        return x;
    }

    public static long Count(AutoencoderOptions o, long inputs, long outputs)
    {
        long h = o.Hidden;
        return o.Layers == 0 ? (inputs + 1) * outputs
            : (inputs + 1) * h + (o.Layers - 1) * (h + 1) * h + (h + 1) * outputs;
    }
}

using Tacit.Learning;
using Tacit.Media.DataSets;
using Tacit.Numerics;

namespace Tacit.Modeling.Autoencoders;

/// <summary>Makes items of latents. What it gives is before the output's sigmoid.</summary>
public abstract class ItemDecoder : Module
{
    /// <summary>Whether it foresees values from those before them, besides the latents.</summary>
    public virtual bool IsAutoregressive => false;

    /// <summary>What each value is foreseen as.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="latents">(B, D); null for a model without.</param>
    /// <param name="items">(B, N): of each value an autoregressive decoder sees those before it; others see
    /// none.</param>
    /// <returns>(B, N).</returns>
    public abstract Variable Forward(Tape tape, Variable? latents, Tensor items);

    /// <summary>Whole items, of latents alone: what was foreseen is the past of what comes after.</summary>
    /// <param name="tape">The tape; nothing is recorded.</param>
    /// <param name="latents">(B, D); null for a model without.</param>
    /// <param name="items">(B, N), filled.</param>
    /// <param name="settle">
    /// Turns what is foreseen into values, in place: (B, n) values of each item, from the value of this number on.
    /// </param>
    public virtual void Decode(Tape tape, Variable? latents, Tensor items, Action<Tensor, int> settle)
    {
        ArgumentNullException.ThrowIfNull(tape);
        ArgumentNullException.ThrowIfNull(settle);
        Forward(tape, latents, items).Value.Span.CopyTo(items.Span);
        settle(items, 0);
    }

    internal static ItemDecoder Of(AutoencoderOptions o) => o.Decoder switch
    {
        ItemDecoderKind.Mlp => new MlpDecoder(o),
        ItemDecoderKind.Convolutional => new ConvolutionalDecoder(o),
        ItemDecoderKind.Autoregressive => new AutoregressiveDecoder(o),
        _ => new TransformerDecoder(o),
    };

    internal static long Count(AutoencoderOptions o) => o.Decoder switch
    {
        ItemDecoderKind.Mlp => LinearStack.Count(o, o.Latents, o.Shape.Size),
        ItemDecoderKind.Convolutional => ConvolutionalDecoder.CountOf(o),
        ItemDecoderKind.Autoregressive => AutoregressiveDecoder.CountOf(o),
        _ => TransformerDecoder.CountOf(o),
    };
}

/// <summary>x̂ = W_k · f(… f(W₁ z)): linear layers with activations between.</summary>
public sealed class MlpDecoder : ItemDecoder
{
    private readonly LinearStack _layers;

    /// <summary>A decoder of these sizes.</summary>
    public MlpDecoder(AutoencoderOptions options) =>
        _layers = Add("layers", new LinearStack(options, options.Latents, options.Shape.Size));

    /// <inheritdoc/>
    public override Variable Forward(Tape tape, Variable? latents, Tensor items) => _layers.Forward(tape, latents!);
}

/// <summary>Linear layers to a small image of many channels, then transposed convolutions of stride 2: the encoder's
/// way back.</summary>
public sealed class ConvolutionalDecoder : ItemDecoder
{
    private readonly AutoencoderOptions _options;
    private readonly LinearStack _layers;
    private readonly ConvTranspose2d[] _convolutions;

    /// <summary>A decoder of these sizes.</summary>
    public ConvolutionalDecoder(AutoencoderOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _layers = Add("layers", new LinearStack(options, options.Latents, Smallest(options).Size));
        _convolutions = new ConvTranspose2d[options.Levels];
        for (int i = options.Levels - 1; i >= 0; i--)
            _convolutions[i] = Add($"convolutions.{i}",
                new ConvTranspose2d(Pyramid.At(options, i + 1).Channels, Pyramid.At(options, i).Channels,
                Pyramid.Kernel, 2, 1, alongRows: Pyramid.IsLine(options)));
    }

    /// <inheritdoc/>
    public override Variable Forward(Tape tape, Variable? latents, Tensor items)
    {
        ItemShape small = Smallest(_options), shape = _options.Shape;
        int batch = latents!.Shape[0];
        Variable x = tape.Reshape(_layers.Forward(tape, latents), batch, small.Channels, small.Height, small.Width);
        for (int i = _convolutions.Length - 1; i >= 0; i--)
            x = _convolutions[i].Forward(tape, tape.Activate(x, _options.Activation));
        if (x.Shape[2] > shape.Height)
            x = tape.Slice(x, 2, 0, shape.Height);
        if (x.Shape[3] > shape.Width)
            x = tape.Slice(x, 3, 0, shape.Width);
        return tape.Reshape(x, batch, shape.Size);
    }

    internal static long CountOf(AutoencoderOptions o) =>
        LinearStack.Count(o, o.Latents, Smallest(o).Size) + Pyramid.Count(o, transposed: true);

    // Doubled so often it is the item, or a little more, which is cut off.
    private static ItemShape Smallest(AutoencoderOptions o)
    {
        int last = (1 << o.Levels) - 1;
        return new ItemShape(Pyramid.At(o, o.Levels).Channels, Pyramid.IsLine(o) ? 1 : (o.Shape.Height + last) >> o.Levels,
            (o.Shape.Width + last) >> o.Levels);
    }
}

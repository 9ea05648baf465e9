using Tacit.Learning;
using Tacit.Media.DataSets;
using Tacit.Modeling.Latents;

namespace Tacit.Modeling.Autoencoders;

/// <summary>The encoder of an <see cref="Autoencoder"/> by itself.</summary>
internal sealed class AutoencoderEncoder : LatentEncoder
{
    private readonly AutoencoderOptions _options;
    private readonly ItemEncoder _encoder;

    private AutoencoderEncoder(AutoencoderOptions options, ItemScale scale, string settings)
        : base(AutoencoderModel.Kind.Name, settings)
    {
        (_options, Scale) = (options, scale);
        _encoder = Add("layers", ItemEncoder.Of(options));
    }

    public override ItemShape Shape => _options.Shape;

    public override ItemScale Scale { get; }

    public override int Latents => _options.Latents;

    public override int ItemsAtOnce => AutoencoderNetwork.ItemsAtOnce(_options with { Decoder = ItemDecoderKind.Mlp });

    /// <inheritdoc cref="LatentEncoder.Make"/>
    public static AutoencoderEncoder Make(string settings, long mostParameters)
    {
        var given = Learning.Settings.Parse(settings);
        (AutoencoderOptions options, ItemScale scale) = AutoencoderModel.Read(given);
        if (options.Latents == 0)
            throw new InvalidDataException("the model has no latents");
        return ItemEncoder.Count(options) <= mostParameters ? new AutoencoderEncoder(options, scale, settings)
            : throw new InvalidDataException($"The encoder's settings are of one with {ItemEncoder.Count(options)} " +
                $"parameters, there are {mostParameters} at most.");
    }

    /// <summary>A copy of a model's.</summary>
    public static AutoencoderEncoder Of(Autoencoder model)
    {
        AutoencoderEncoder copy = Make(AutoencoderModel.SettingsOf(model), long.MaxValue);
        for (int i = 0; i < copy.Parameters.Count; i++)
        {
            copy.Parameters[i].Value.CopyFrom(model.Network.Encoder!.Parameters[i].Value);
            copy.Parameters[i].Touch();
        }
        return copy;
    }

    public override Variable Forward(Tape tape, Variable items) => _encoder.Forward(tape, items);
}

using Tacit.Learning;
using Tacit.Media.DataSets;
using Tacit.Modeling.Autoencoders;
using Tacit.Modeling.Latents;

namespace Tacit.Modeling.Variational;

/// <summary>The encoder of a <see cref="VariationalAutoencoder"/> by itself: an item's latents are the means of its posterior.</summary>
/// <remarks>Items are taken as they are, also by a model that learnt of items drawn to be 0 or 1.</remarks>
internal sealed class VariationalEncoder : LatentEncoder
{
    private readonly VariationalOptions _options;
    private readonly ItemEncoder _encoder;

    private VariationalEncoder(VariationalOptions options, ItemScale scale, string settings)
        : base(VariationalModel.Kind.Name, settings)
    {
        (_options, Scale) = (options, scale);
        _encoder = Add("layers", ItemEncoder.Of(options.EncoderSizes));
    }

    public override ItemShape Shape => _options.Shape;

    public override ItemScale Scale { get; }

    public override int Latents => _options.Latents;

    public override int ItemsAtOnce => AutoencoderNetwork.ItemsAtOnce(_options.EncoderSizes);

    /// <inheritdoc cref="LatentEncoder.Make"/>
    public static VariationalEncoder Make(string settings, long mostParameters)
    {
        (VariationalOptions options, ItemScale scale) = VariationalModel.Read(Learning.Settings.Parse(settings));
        long count = ItemEncoder.Count(options.EncoderSizes);
        return count <= mostParameters ? new VariationalEncoder(options, scale, settings)
            : throw new InvalidDataException($"The encoder's settings are of one with {count} parameters, there are {mostParameters} at most.");
    }

    /// <summary>A copy of a model's.</summary>
    public static VariationalEncoder Of(VariationalAutoencoder model)
    {
        VariationalEncoder copy = Make(VariationalModel.SettingsOf(model), long.MaxValue);
        for (int i = 0; i < copy.Parameters.Count; i++)
        {
            copy.Parameters[i].Value.CopyFrom(model.Network.Encoder.Parameters[i].Value);
            copy.Parameters[i].Touch();
        }
        return copy;
    }

    public override void CopyTo(ItemSet items, int item, Span<float> target) => VariationalAutoencoder.CopyPlain(_options, Scale, items, item, target);

    public override Variable Forward(Tape tape, Variable items) => tape.Slice(_encoder.Forward(tape, items), -1, 0, Latents);
}

using Tacit.Learning;
using Tacit.Media.DataSets;
using Tacit.Modeling.Autoencoders;
using Tacit.Modeling.Variational;

namespace Tacit.Modeling.Latents;

/// <summary>What makes latents of items, by itself: the front half of an autoencoder, for models that go on from
/// there.</summary>
/// <remarks>It is made again from <see cref="Kind"/> and <see cref="Settings"/>, which a model that has one in it
/// keeps.</remarks>
public abstract class LatentEncoder : Module
{
    /// <summary>An encoder.</summary>
    /// <param name="kind">The kind of model it is of.</param>
    /// <param name="settings">That model's settings, as JSON.</param>
    protected LatentEncoder(string kind, string settings) => (Kind, Settings) = (kind, settings);

    /// <summary>The kind of model it is of.</summary>
    public string Kind { get; }

    /// <summary>That model's settings: a JSON object.</summary>
    public string Settings { get; }

    /// <summary>The items' shape.</summary>
    public abstract ItemShape Shape { get; }

    /// <summary>Which values stand for 0 and 1, where items do not say.</summary>
    public abstract ItemScale Scale { get; }

    /// <summary>D.</summary>
    public abstract int Latents { get; }

    /// <summary>Items that are put through together where nothing is learnt.</summary>
    public abstract int ItemsAtOnce { get; }

    /// <summary>An item's values as 0 to 1, as the encoder learnt of them.</summary>
    /// <param name="items">Items of its shape.</param>
    /// <param name="item">Which of them.</param>
    /// <param name="target">As many as the shape has.</param>
    /// <exception cref="InvalidDataException">It has values the model does not know.</exception>
    public virtual void CopyTo(ItemSet items, int item, Span<float> target)
    {
        ArgumentNullException.ThrowIfNull(items);
        items.CopyTo(item, Scale, target);
    }

    /// <summary>Items (B, N), of values from 0 to 1, to latents (B, D).</summary>
    public abstract Variable Forward(Tape tape, Variable items);

    /// <summary>An encoder of zeros, from what one said of itself.</summary>
    /// <param name="kind">Its <see cref="Kind"/>.</param>
    /// <param name="settings">Its <see cref="Settings"/>.</param>
    /// <param name="mostParameters">It must not have more, which is found before memory is taken.</param>
    /// <exception cref="InvalidDataException">There is no such encoder, or it has more parameters.</exception>
    public static LatentEncoder Make(string kind, string settings, long mostParameters)
    {
        ArgumentNullException.ThrowIfNull(kind);
        ArgumentNullException.ThrowIfNull(settings);
        return kind == AutoencoderModel.Kind.Name ? AutoencoderEncoder.Make(settings, mostParameters)
            : kind == VariationalModel.Kind.Name ? VariationalEncoder.Make(settings, mostParameters)
            : throw new InvalidDataException($"There is no encoder of the kind '{kind}'.");
    }
}

/// <summary>A model of items that has latents.</summary>
public interface ILatentModel
{
    /// <summary>A copy of what makes the latents, to be a part of another model.</summary>
    /// <exception cref="InvalidDataException">This one has no latents.</exception>
    LatentEncoder CopyEncoder();
}

using Tacit.Media.DataSets;
using Tacit.Numerics;

namespace Tacit.Modeling.Autoencoders;

/// <summary>A model that makes latents of items, and items of latents: what commands need to know of it.</summary>
public interface IItemModel
{
    /// <summary>The items' shape.</summary>
    ItemShape Shape { get; }

    /// <summary>D, the numbers an item becomes; 0 in a model without latents.</summary>
    int Latents { get; }

    /// <summary>Which values stand for 0 and 1.</summary>
    ItemScale Scale { get; }

    /// <summary>What is known of the training data.</summary>
    LatentFit Fit { get; }

    /// <summary>Whether a value is foreseen from those before it, too.</summary>
    bool SeesPast { get; }

    /// <summary>An item's values as 0 to 1, as the model's own answers are.</summary>
    /// <param name="items">Items of the model's shape.</param>
    /// <param name="item">Which of them.</param>
    /// <param name="target">As many as the shape has.</param>
    /// <exception cref="InvalidDataException">It has values the model does not know.</exception>
    void CopyTo(ItemSet items, int item, Span<float> target);

    /// <summary>The latents of items: features for other models.</summary>
    /// <param name="items">Items of the model's shape.</param>
    /// <param name="which">Which of them.</param>
    /// <param name="workers">Threads to use; the caller alone if null.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>(which, D), row by row.</returns>
    /// <exception cref="ArgumentException">The items are of another shape.</exception>
    /// <exception cref="InvalidOperationException">The model has no latents.</exception>
    float[] Encode(ItemSet items, ReadOnlySpan<int> which, WorkPool? workers = null, CancellationToken cancellationToken = default);

    /// <summary>Items of latents.</summary>
    /// <param name="latents">(count, D); of a model without latents count is their length.</param>
    /// <param name="workers">Threads to use; the caller alone if null.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>(count, values), from 0 to 1.</returns>
    float[] Decode(ReadOnlySpan<float> latents, WorkPool? workers = null, CancellationToken cancellationToken = default);

    /// <summary>Items given back: decoded from their latents.</summary>
    /// <inheritdoc cref="Encode"/>
    /// <returns>(which, values), from 0 to 1.</returns>
    float[] Reconstruct(ItemSet items, ReadOnlySpan<int> which, WorkPool? workers = null, CancellationToken cancellationToken = default);

    /// <summary>What each value is foreseen as when the past that the model sees, if it does, is the item's own.</summary>
    /// <inheritdoc cref="Reconstruct"/>
    float[] Foresee(ItemSet items, ReadOnlySpan<int> which, WorkPool? workers = null, CancellationToken cancellationToken = default);
}

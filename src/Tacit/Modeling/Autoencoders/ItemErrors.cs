using Tacit.Media.DataSets;

namespace Tacit.Modeling.Autoencoders;

/// <summary>Errors of items given back.</summary>
public static class ItemErrors
{
    /// <summary>Of each item the mean of (x − x̂)² over its values.</summary>
    /// <param name="model">The model that gave them, in whose scale they are.</param>
    /// <param name="items">The items.</param>
    /// <param name="which">Which of them.</param>
    /// <param name="given">What was given back (which, values).</param>
    public static float[] SquaredErrors(IItemModel model, ItemSet items, ReadOnlySpan<int> which,
        ReadOnlySpan<float> given)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(items);
        int size = items.Shape.Size;
        float[] errors = new float[which.Length], item = new float[size];
        for (int n = 0; n < errors.Length; n++)
        {
            model.CopyTo(items, which[n], item);
            ReadOnlySpan<float> back = given.Slice(n * size, size);
            double sum = 0;
            for (int i = 0; i < size; i++)
                sum += (double)(item[i] - back[i]) * (item[i] - back[i]);
            errors[n] = (float)(sum / size);
        }
        return errors;
    }
}

using System.Globalization;
using Tacit.Cli.Items;
using Tacit.Cli.Series;
using Tacit.Media.DataSets;

namespace Tacit.Cli.Training;

/// <summary>The items of a training run: what is learnt from, and what is kept for validation.</summary>
/// <param name="Items">The set.</param>
/// <param name="Training">Which of it are learnt from.</param>
/// <param name="Held">What is validated on; the same set unless other files were named.</param>
/// <param name="Validation">Which of that; perhaps none.</param>
internal sealed record ItemTraining(ItemSet Items, int[] Training, ItemSet Held, int[] Validation)
{
    /// <summary>Largest batch that may be asked for.</summary>
    public const int MostBatch = 1 << 16;

    /// <summary>Reads the files of a run, and splits them by the seed unless other files are to be validated on.</summary>
    /// <exception cref="InvalidDataException">The files cannot be read, or their items differ in shape.</exception>
    public static ItemTraining Read(ItemInput input, TrainData data, ulong seed)
    {
        ItemSet items = input.Read(data.Files);
        ItemSet held = data.ValidationFiles is { } files ? input.WithoutLabelFile().Read(files) : items;
        if (held.Shape != items.Shape)
            throw new InvalidDataException($"the items to validate on are {held.Shape}, those to learn from {items.Shape}");
        if (held.SampleRate != items.SampleRate)
            throw new InvalidDataException($"what is to be validated on has {held.SampleRate} samples a second (0: no sound), what is to be learnt from {items.SampleRate}");
        (int[] training, int[] validation) = data.ValidationFiles is null ? items.Split(data.Share, seed)
            : (Numbers(items), Numbers(held));
        return new ItemTraining(items, training, held, validation);

        static int[] Numbers(ItemSet items) => [.. Enumerable.Range(0, items.Count)];
    }

    /// <summary>What is validated on; null for nothing.</summary>
    public ItemSet? Validated => Validation.Length > 0 ? Held : null;

    /// <summary>What errors are measured on when training has ended: what was validated on, else what was learnt from.</summary>
    public (ItemSet Items, int[] Which) Measured => Validation.Length > 0 ? (Held, Validation) : (Items, Training);

    /// <summary>What the model file says of them.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Metadata =>
    [
        new("data_items", Training.Length.ToString(CultureInfo.InvariantCulture)),
        new("validation_items", Validation.Length.ToString(CultureInfo.InvariantCulture)),
        .. SoundClips.Describe(Items.SampleRate),
    ];

    /// <summary>Before anything is made of these sizes: all must find room, and no tensor has 2^31 values.</summary>
    /// <param name="parameters">Of the network.</param>
    /// <param name="widest">Values of the widest tensor that an item becomes.</param>
    /// <param name="batch">Items in a batch.</param>
    /// <param name="memory">Bytes there are.</param>
    /// <param name="sizes">The options that make it smaller.</param>
    public void CheckSizes(long parameters, long widest, int batch, long memory, string sizes)
    {
        long values = batch * widest;
        if (Math.Max(parameters, values) > int.MaxValue)
            throw new InvalidDataException($"a batch of {batch} items of {Items.Shape}, or a layer, has 2^31 values or more; a smaller {sizes} is needed");
        long data = Items.Bytes.IsEmpty ? sizeof(float) * (long)Items.Count * Items.Shape.Size : Items.Bytes.Length;
        long least = sizeof(float) * (5 * parameters + 2 * values) + data;
        if (least > memory)
        {
            throw new InsufficientMemoryException($"training takes {ByteSize.Format(least)} at least, of " +
                $"{ByteSize.Format(memory)} there are or --memlimit allows; a smaller --batch or --preset needs less" + (Items.SampleRate > 0 ? ", a larger --stride too" : ""));
        }
    }
}

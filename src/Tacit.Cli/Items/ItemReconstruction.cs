using System.Globalization;
using Tacit.Cli.Files;
using Tacit.Media.DataSets;
using Tacit.Modeling.Autoencoders;
using Tacit.Numerics;
using Tacit.Reports;

namespace Tacit.Cli.Items;

/// <summary>Items, what an autoencoder gives back of them, and how far that is.</summary>
internal sealed class ItemReconstruction
{
    // What comes back is larger than what goes in: so many items, or values, at a time.
    private const int MostItems = 4096, MostValues = 1 << 25;

    private readonly IItemModel _model;
    private readonly ItemSet _items;
    private readonly float[] _errors;
    private readonly double _foreseen;      // the mean error with the true past; NaN if the decoder sees none

    private ItemReconstruction(IItemModel model, ItemSet items, float[] errors, double foreseen) =>
        (_model, _items, _errors, _foreseen) = (model, items, errors, foreseen);

    /// <summary>Reconstructs all items.</summary>
    public static ItemReconstruction Of(IItemModel model, ItemSet items, WorkPool workers,
        CancellationToken cancellationToken)
    {
        float[] errors = new float[items.Count];
        double foreseen = 0;
        int part = Math.Clamp(MostValues / items.Shape.Size, 1, MostItems);
        for (int at = 0; at < items.Count; at += part)
        {
            int[] which = [.. Enumerable.Range(at, Math.Min(part, items.Count - at))];
            Errors(model.Reconstruct(items, which, workers, cancellationToken)).CopyTo(errors, at);
            if (model.SeesPast)
                foreseen += Errors(model.Foresee(items, which, workers, cancellationToken)).Sum(e => (double)e);

            float[] Errors(float[] given) => ItemErrors.SquaredErrors(model, items, which, given);
        }
        return new ItemReconstruction(model, items, errors, model.SeesPast
            ? foreseen / items.Count : double.NaN);
    }

    /// <summary>A line about all of them.</summary>
    /// <param name="known">What the model knows of errors.</param>
    public string Summary(KnownErrors known)
    {
        double mean = _errors.Average(e => (double)e), decibels = -10 * Math.Log10(Math.Max(mean, 1e-30));
        string text = string.Create(CultureInfo.InvariantCulture,
            $"{_items.Count} items: squared error {mean:0.000000} ({decibels:0.00} dB), " +
            $"items from {_errors.Min():0.000000} to {_errors.Max():0.000000}{(known.IsThere ? "; " : "")}{known}");
        return double.IsNaN(_foreseen) ? text
            : text + string.Create(CultureInfo.InvariantCulture, $"; foreseen from the true past {_foreseen:0.000000}");
    }

    /// <summary>Writes a row for each item.</summary>
    public void WriteErrors(TextWriter writer, KnownErrors known)
    {
        writer.WriteLine(_items.Labels is null ? "item,error,score" : "item,label,error,score");
        for (int i = 0; i < _errors.Length; i++)
        {
            string label = _items.Labels is null ? "" : CsvCell.Of(_items.Labels[i]) + ",";
            string numbers = string.Create(CultureInfo.InvariantCulture,
                $"{_errors[i]:R},{known.Score(_errors[i]):0.0000}");
            writer.WriteLine($"{CsvCell.Of(_items.NameOf(i))},{label}{numbers}");
        }
    }

    /// <summary>Draws items, what came back and how they differ.</summary>
    /// <param name="grid">A picture of <see cref="ItemGrid.OfItems"/>.</param>
    /// <param name="count">How many.</param>
    /// <param name="worst">Those with the largest errors, not the first.</param>
    /// <param name="workers">Threads.</param>
    public void Draw(ImageGrid grid, int count, bool worst, WorkPool workers)
    {
        int[] which = Shown(count, worst);
        int size = _items.Shape.Size, columns = Math.Min(which.Length, ItemGrid.RowLength);
        float[] back = _model.Reconstruct(_items, which, workers), item = new float[size];
        for (int i = 0; i < which.Length; i++)
        {
            int column = i % columns, row = i / columns * 3;
            ReadOnlySpan<float> mine = back.AsSpan(i * size, size);
            _model.CopyTo(_items, which[i], item);
            grid.Draw(column, row, item);
            grid.Draw(column, row + 1, mine);
            grid.DrawDifference(column, row + 2, item, mine);
        }
    }

    /// <summary>Pieces of sound in their own units, each before what came back of it.</summary>
    /// <param name="count">How many.</param>
    /// <param name="worst">Those with the largest errors, not the first.</param>
    /// <param name="workers">Threads.</param>
    public IReadOnlyList<ReadOnlyMemory<float>> Sounds(int count, bool worst, WorkPool workers)
    {
        int[] which = Shown(count, worst);
        int size = _items.Shape.Size;
        float[] back = _model.Reconstruct(_items, which, workers);
        _model.Scale.Undo(back);
        var sounds = new List<ReadOnlyMemory<float>>();
        for (int i = 0; i < which.Length; i++)
        {
            float[] item = new float[size];
            _items.CopyTo(which[i], item);
            sounds.AddRange([item, back.AsMemory(i * size, size)]);
        }
        return sounds;
    }

    private int[] Shown(int count, bool worst)
    {
        IEnumerable<int> order = Enumerable.Range(0, _items.Count);
        return [.. (worst ? order.OrderByDescending(i => _errors[i]) : order).Take(count)];
    }
}

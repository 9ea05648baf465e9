using System.Globalization;
using Tacit.Cli.Files;
using Tacit.Cli.Series;
using Tacit.Media.Images;
using Tacit.Modeling.Autoencoders;
using Tacit.Reports;

namespace Tacit.Cli.Items;

/// <summary>How items that a model makes are written: as a picture, as sounds, or as rows of numbers. Said before the work, so that what cannot be is refused first.</summary>
internal sealed class MadeItems
{
    private const long MostValues = 1 << 29;

    private readonly IItemModel _model;
    private readonly ImageGrid? _grid;
    private readonly int _columns, _rate;

    /// <summary>For an output of this name.</summary>
    /// <param name="path">The name: OUT.csv for numbers, OUT.wav for sounds; images are drawn else.</param>
    /// <param name="model">The model.</param>
    /// <param name="file">Its file.</param>
    /// <param name="count">Items.</param>
    /// <param name="columns">Images side by side.</param>
    /// <exception cref="InvalidDataException">They are too many, or no sounds.</exception>
    public MadeItems(string path, IItemModel model, OpenModel file, int count, int columns)
    {
        (_model, _columns) = (model, columns);
        if ((long)count * model.Shape.Size > MostValues)
            throw new InvalidDataException($"{count} items of {model.Shape} are too many at once; a smaller -n");
        if (SoundClips.IsSoundName(path))
        {
            _rate = SoundClips.RateOf(file);
            SoundClips.CheckLength((long)count * model.Shape.Size, count, _rate);
        }
        else if (model.Shape.IsImage && !path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase))
            _grid = ItemGrid.Of(model.Shape, columns, (count + columns - 1) / columns);
    }

    /// <summary>Writes items.</summary>
    /// <param name="file">Where to.</param>
    /// <param name="made">(count, values), from 0 to 1; changed.</param>
    public void Write(OutputFile file, float[] made)
    {
        int size = _model.Shape.Size;
        if (_grid is not null)
        {
            for (int i = 0; i < made.Length / size; i++)
                _grid.Draw(i % _columns, i / _columns, made.AsSpan(i * size, size));
            Png.Encode(file.Stream, _grid.ToImage());
            return;
        }
        _model.Scale.Undo(made);
        if (_rate > 0)
        {
            SoundClips.Write(file.Stream, [.. Enumerable.Range(0, made.Length / size).Select(i => new ReadOnlyMemory<float>(made, i * size, size))], _rate);
            return;
        }
        using StreamWriter writer = file.OpenWriter();
        foreach (float[] row in made.Chunk(size))
            writer.WriteLine(string.Join(',', row.Select(v => v.ToString("R", CultureInfo.InvariantCulture))));
    }
}

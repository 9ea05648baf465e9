using Tacit.Media.DataSets;

namespace Tacit.Modeling.Variational;

/// <summary>Goes through the pixels of items with a <see cref="PixelNetwork"/>: of one item all of them, or of all items one after another. Not thread-safe.</summary>
internal sealed class PixelPass
{
    private readonly PixelNetwork _network;
    private readonly Neighbourhood _neighbourhood;
    private readonly int _pixels, _size, _features, _units;
    private float[] _seen = [], _hidden = [];

    public PixelPass(VariationalNetwork network)
    {
        ItemShape shape = network.Options.Shape;
        (_network, _neighbourhood) = (network.Pixels!, network.Neighbourhood!);
        (_pixels, _size, _features, _units) = (shape.Height * shape.Width, shape.Size, network.Options.Features, network.Options.Units);
    }

    /// <summary>Pixels of an item.</summary>
    public int Pixels => _pixels;

    /// <summary>Parameters of the likelihood for a pixel.</summary>
    public int Outputs => _network.Outputs;

    /// <summary>The likelihood's parameters of all pixels of a known item.</summary>
    /// <param name="features">Of the item (pixels, F).</param>
    /// <param name="item">Its values, channel by channel.</param>
    /// <param name="parameters">(pixels, <see cref="Outputs"/>), replaced.</param>
    public void OfItem(ReadOnlySpan<float> features, ReadOnlySpan<float> item, Span<float> parameters)
    {
        Reserve(_pixels);
        for (int p = 0; p < _pixels; p++)
            See(p, features[(p * _features)..], item, p);
        Compute(_pixels, parameters);
    }

    /// <summary>Those of one pixel of each item.</summary>
    /// <param name="pixel">Which.</param>
    /// <param name="features">Of all items (B, pixels, F).</param>
    /// <param name="items">(B, values), known before this pixel.</param>
    /// <param name="parameters">(B, <see cref="Outputs"/>), replaced.</param>
    public void OfPixel(int pixel, ReadOnlySpan<float> features, ReadOnlySpan<float> items, Span<float> parameters)
    {
        int count = items.Length / _size;
        Reserve(count);
        for (int n = 0; n < count; n++)
            See(n, features[((n * _pixels + pixel) * _features)..], items.Slice(n * _size, _size), pixel);
        Compute(count, parameters);
    }

    private void See(int row, ReadOnlySpan<float> features, ReadOnlySpan<float> item, int pixel)
    {
        Span<float> seen = _seen.AsSpan(row * _network.Inputs, _network.Inputs);
        features[.._features].CopyTo(seen);
        _neighbourhood.Copy(item, pixel, seen[_features..]);
    }

    private void Compute(int rows, Span<float> parameters) =>
        _network.Compute(_seen.AsSpan(0, rows * _network.Inputs), _hidden.AsSpan(0, rows * _units), parameters);

    private void Reserve(int rows)
    {
        if (_seen.Length < rows * _network.Inputs)
            (_seen, _hidden) = (new float[rows * _network.Inputs], new float[rows * _units]);
    }
}

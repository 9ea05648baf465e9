using Tacit.Media.DataSets;

namespace Tacit.Modeling.Variational;

/// <summary>The pixels before each pixel of an image, in reading order, that are nearest to it: what a <see cref="PixelNetwork"/> sees of it.</summary>
/// <remarks>Nearest first; of those at one distance the lowest row first, in it the leftmost. What lies beyond the image counts as 0.</remarks>
internal sealed class Neighbourhood
{
    /// <summary>The most pixels it can have; the farthest is six rows or columns away.</summary>
    public const int Most = 60;

    private const int Outside = -1;

    private readonly int _count, _pixels, _channels;
    private readonly int[] _places;      // (pixels, N): where in a plane each neighbour lies

    /// <param name="shape">The images' shape.</param>
    /// <param name="count">N, how many pixels.</param>
    public Neighbourhood(ItemShape shape, int count)
    {
        (_count, _pixels, _channels) = (count, shape.Height * shape.Width, shape.Channels);
        _places = new int[checked(_pixels * count)];
        (int Up, int Right)[] offsets = Nearest(count);
        for (int i = 0; i < _places.Length; i++)
        {
            int pixel = i / count, y = pixel / shape.Width - offsets[i % count].Up, x = pixel % shape.Width + offsets[i % count].Right;
            _places[i] = y >= 0 && x >= 0 && x < shape.Width ? y * shape.Width + x : Outside;
        }
    }

    /// <summary>Values it gives for a pixel: of each neighbour all channels.</summary>
    public int Width => _count * _channels;

    /// <summary>Where the nearest lie.</summary>
    public static (int Up, int Right)[] Nearest(int count)
    {
        const int Farthest = 8;
        var offsets = new List<(int, int)>();
        for (int distance = 1; offsets.Count < count; distance++)
        {
            for (int up = 0; up <= Farthest; up++)
            {
                for (int right = -Farthest; right <= Farthest; right++)
                {
                    if (offsets.Count < count && up * up + right * right == distance && (up > 0 || right < 0))
                        offsets.Add((up, right));
                }
            }
        }
        return [.. offsets];
    }

    /// <summary>Copies what is seen of a pixel.</summary>
    /// <param name="item">The image, channel by channel; known before the pixel.</param>
    /// <param name="pixel">The pixel's number.</param>
    /// <param name="seen">Receives <see cref="Width"/> values, neighbour by neighbour.</param>
    public void Copy(ReadOnlySpan<float> item, int pixel, Span<float> seen)
    {
        ReadOnlySpan<int> places = _places.AsSpan(pixel * _count, _count);
        for (int i = 0; i < places.Length; i++)
        {
            for (int c = 0; c < _channels; c++)
                seen[i * _channels + c] = places[i] == Outside ? 0f : item[c * _pixels + places[i]];
        }
    }
}

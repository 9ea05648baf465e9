using System.Globalization;
using Tacit.Media.Images;
using Tacit.Modeling.Classification;

namespace Tacit.Reports;

/// <summary>A confusion matrix as a picture: a row for each label, a column for what it was taken for.</summary>
/// <remarks>The darker a cell, the larger its share of the row: blue where it is right, red where it is not.</remarks>
public static class ConfusionPicture
{
    /// <summary>Most labels on a picture.</summary>
    public const int MostClasses = 200;

    // Up to so many labels cells have room for their numbers. Pixels; letters are drawn twice as large as they are.
    private const int NumberedClasses = 40, Cell = 44, SmallCell = 12, Zoom = 2, Gap = 6, LongestLabel = 12;
    private const double WrongGain = 6;     // mistakes are few, and are what one looks for

    private static readonly (int R, int G, int B) s_right = (29, 78, 216), s_wrong = (220, 38, 38),
        s_ink = (31, 41, 55), s_line = (209, 213, 219);

    /// <summary>Draws it.</summary>
    /// <param name="matrix">The matrix.</param>
    /// <param name="labels">What its classes are called.</param>
    /// <exception cref="ArgumentException">There are more than <see cref="MostClasses"/> classes, or not as many
    /// labels.</exception>
    public static Image Draw(ConfusionMatrix matrix, IReadOnlyList<string> labels)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        ArgumentNullException.ThrowIfNull(labels);
        int k = matrix.Classes;
        if (k > MostClasses || labels.Count != k)
            throw new ArgumentException($"ConfusionPicture: {k} classes and {labels.Count} labels; {MostClasses} are " +
                $"the most.");
        bool numbered = k <= NumberedClasses;
        int cell = numbered ? Cell : SmallCell, line = Zoom * PixelText.Height;
        string[] names = [.. labels.Select(l => l.Length <= LongestLabel ? l : l[..LongestLabel])];
        int left = 2 * Gap + Zoom * PixelText.Advance * Math.Max(6, names.Max(n => n.Length)), top = 3 * Gap + 2 * line;
        var canvas = new Canvas(left + k * cell + Gap, top + k * cell + Gap);
        canvas.Write("predicted", left, Gap, s_ink);
        canvas.Write("actual", Gap, top - Gap - line, s_ink);
        for (int row = 0; row < k; row++)
        {
            int total = Enumerable.Range(0, k).Sum(c => matrix[row, c]), y = top + row * cell;
            if (numbered || row % 5 == 0)
                canvas.Write(names[row], left - Gap - Canvas.WidthOf(names[row]), y + (cell - line) / 2, s_ink);
            if (numbered)
            {
                string name = Fitting(names[row], cell);
                canvas.Write(name, left + row * cell + (cell - Canvas.WidthOf(name)) / 2, top - Gap - line, s_ink);
            }
            for (int column = 0; column < k; column++)
            {
                int count = matrix[row, column], x = left + column * cell;
                double share = (double)count / Math.Max(1, total), depth = row == column ? share
                    : Math.Min(1, WrongGain * share);
                canvas.Fill(x, y, cell - 1, cell - 1, Mixed(row == column ? s_right : s_wrong, depth));
                canvas.Fill(x + cell - 1, y, 1, cell, s_line);
                canvas.Fill(x, y + cell - 1, cell, 1, s_line);
                string text = Fitting(count.ToString(CultureInfo.InvariantCulture), cell);
                if (numbered && count > 0)
                    canvas.Write(text, x + (cell - Canvas.WidthOf(text)) / 2, y + (cell - line) / 2, depth > 0.5
                        ? (255, 255, 255) : s_ink);
            }
        }
        return canvas.ToImage();
    }

    private static string Fitting(string text, int width) =>
        text[..Math.Min(text.Length, (width - 4) / (Zoom * PixelText.Advance))];

    private static (int R, int G, int B) Mixed((int R, int G, int B) colour, double share) =>
        (Part(colour.R, share), Part(colour.G, share), Part(colour.B, share));

    private static int Part(int value, double share) => (int)(255 + (value - 255) * share + 0.5);

    /// <summary>A white picture to draw on.</summary>
    private sealed class Canvas(int width, int height)
    {
        private readonly ushort[] _samples = NewWhite(width * height * 3);

        public Image ToImage() => new(width, height, 3, byte.MaxValue, _samples);

        public static int WidthOf(string text) => Zoom * (PixelText.Advance * text.Length - 1);

        public void Fill(int left, int top, int columns, int rows, (int R, int G, int B) colour)
        {
            for (int y = top; y < Math.Min(top + rows, height); y++)
            {
                for (int x = left; x < Math.Min(left + columns, width); x++)
                {
                    int at = (y * width + x) * 3;
                    (_samples[at], _samples[at + 1], _samples[at + 2]) = ((ushort)colour.R, (ushort)colour.G,
                        (ushort)colour.B);
                }
            }
        }

        public void Write(string text, int left, int top, (int R, int G, int B) colour)
        {
            for (int y = 0; y < PixelText.Height; y++)
            {
                for (int x = 0; x < PixelText.Advance * text.Length; x++)
                {
                    if (PixelText.At(text, x, y))
                        Fill(left + Zoom * x, top + Zoom * y, Zoom, Zoom, colour);
                }
            }
        }

        private static ushort[] NewWhite(int length)
        {
            ushort[] samples = new ushort[length];
            Array.Fill(samples, (ushort)byte.MaxValue);
            return samples;
        }
    }
}

using System.Globalization;
using Tacit.Media.DataSets;
using Tacit.Numerics;

namespace Tacit.Modeling.Autoencoders;

/// <summary>Small changes of items while they are learnt from, so that few stand for many.</summary>
/// <param name="Shift">Most pixels an image is moved by, up, down and sideways, zeros come in; or a vector along its values, whose first or last one is repeated.</param>
/// <param name="Flip">Whether every other image, on average, is mirrored left to right.</param>
/// <param name="Noise">Deviation of the normal noise that only the encoder sees (Vincent et al. 2008), in units of the
/// range 0 to 1.</param>
public readonly record struct Augmentation(int Shift, bool Flip, float Noise)
{
    /// <summary>Reads <c>none</c>, or a list such as <c>shift:2,flip,noise:0.1</c>.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static Augmentation Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Augmentation all = default;
        foreach (string part in text == "none" ? [] : text.Split(','))
        {
            int colon = part.IndexOf(':');
            (string name, string value) = colon < 0 ? (part, "") : (part[..colon], part[(colon + 1)..]);
            if (name == "shift" && int.TryParse(value, NumberStyles.None, NumberFormatInfo.InvariantInfo,
                out int shift) && shift <= 1000)
                all = all with { Shift = shift };
            else if (name == "noise" && float.TryParse(value, NumberStyles.AllowDecimalPoint,
                NumberFormatInfo.InvariantInfo, out float noise) && noise <= 10f)
                all = all with { Noise = noise };
            else if (part == "flip")
                all = all with { Flip = true };
            else
                throw new InvalidDataException($"'augment' is none, or of shift:N, flip and noise:D those wanted " +
                    $"with commas between, not '{text}'.");
        }
        return all;
    }

    /// <summary>Moves and mirrors an item by numbers drawn for its place in a batch: images before black, vectors with their first or last value repeated.</summary>
    internal void Apply(ItemShape shape, Span<float> item, Span<float> scratch, ulong seed, ulong stream, int place)
    {
        if (Shift == 0 && !Flip)
            return;
        (uint down, uint right, uint flip, _) = Philox.Block(seed, stream, (ulong)place);
        int dy = shape.Height == 1 ? 0 : (int)(down % (uint)(2 * Shift + 1)) - Shift, dx = (int)(right % (uint)(2 * Shift + 1)) - Shift;
        bool mirror = Flip && (flip & 1) != 0;
        item.CopyTo(scratch);
        for (int i = 0; i < item.Length; i++)
        {
            int x = i % shape.Width, row = i / shape.Width, y = row % shape.Height - dy,
                from = (mirror ? shape.Width - 1 - x : x) - dx;
            from = shape.Height == 1 ? Math.Clamp(from, 0, shape.Width - 1) : from;
            item[i] = (uint)y < (uint)shape.Height && (uint)from < (uint)shape.Width
                ? scratch[(row - dy) * shape.Width + from] : 0f;
        }
    }
}

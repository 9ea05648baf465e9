using Tacit.Coding;
using Tacit.Numerics;

namespace Tacit.Modeling.Variational;

/// <summary>Codes items under a <see cref="MixtureLikelihood"/>: of a colour the red, then the green given it, then the blue given both.</summary>
internal sealed class MixtureCoder(int components, int channels, int pixels, int size, int values) : ItemCoder
{
    private readonly LogisticRows _rows = new(components, channels, values);
    private readonly (uint Start, uint Frequency)[] _places = new (uint, uint)[channels];
    private readonly float[] _before = new float[channels];

    private int Rows => size / channels;

    public override void Prepare(ReadOnlySpan<float> parameters)
    {
        NanGuard.Check(parameters, "The model's answer");
        _rows.Prepare(parameters);
    }

    public override bool CanCode(ReadOnlySpan<byte> items) => !items.ContainsAnyExceptInRange((byte)0, (byte)(values - 1));

    public override void Push(RansCoder coder, int item, ReadOnlySpan<byte> items)
    {
        for (int r = Rows - 1; r >= 0; r--)
        {
            _rows.Take(item * Rows + r);
            for (int c = 0; c < channels; c++)
            {
                byte value = items[Place(r, c)];
                _rows.Begin(c, _before);
                uint start = _rows.Start(value);
                _places[c] = (start, _rows.Start(value + 1) - start);
                Known(c, value);
            }
            for (int c = channels - 1; c >= 0; c--)
                coder.Push(_places[c].Start, _places[c].Frequency, LogisticRows.Bits);
        }
    }

    public override void Pop(RansCoder coder, int item, Span<byte> items)
    {
        for (int r = 0; r < Rows; r++)
        {
            _rows.Take(item * Rows + r);
            for (int c = 0; c < channels; c++)
            {
                _rows.Begin(c, _before);
                (int value, uint start, uint frequency) = _rows.Find(coder.Peek(LogisticRows.Bits));
                coder.Pop(start, frequency, LogisticRows.Bits);
                items[Place(r, c)] = (byte)value;
                Known(c, value);
            }
        }
    }

    private void Known(int channel, int value)
    {
        if (channels == 1)
            return;
        _before[channel] = _rows.Scaled(value);
        if (channel < channels - 1)
            _rows.Weigh(value);
    }

    private int Place(int row, int channel) => channels == 1 ? row : channel * pixels + row;
}

using Tacit.Coding;
using Tacit.Numerics;

namespace Tacit.Modeling.Variational;

/// <summary>Codes values under a <see cref="MixtureLikelihood"/>: of a colour the red, then the green given it, then the blue given both.</summary>
internal sealed class MixtureCoder(int components, int channels, int values) : RowCoder
{
    private readonly LogisticRows _rows = new(components, channels, values);
    private readonly (uint Start, uint Frequency)[] _places = new (uint, uint)[channels];
    private readonly float[] _before = new float[channels];

    public override int Width => channels;

    public override void Prepare(ReadOnlySpan<float> parameters)
    {
        NanGuard.Check(parameters, "The model's answer");
        _rows.Prepare(parameters);
    }

    public override bool CanCode(ReadOnlySpan<byte> items) => !items.ContainsAnyExceptInRange((byte)0, (byte)(values - 1));

    public override void Push(RansCoder coder, int row, ReadOnlySpan<byte> items)
    {
        _rows.Take(row);
        for (int c = 0; c < channels; c++)
        {
            _rows.Begin(c, _before);
            uint start = _rows.Start(items[c]);
            _places[c] = (start, _rows.Start(items[c] + 1) - start);
            Known(c, items[c]);
        }
        for (int c = channels - 1; c >= 0; c--)
            coder.Push(_places[c].Start, _places[c].Frequency, LogisticRows.Bits);
    }

    public override void Pop(RansCoder coder, int row, Span<byte> items)
    {
        _rows.Take(row);
        for (int c = 0; c < channels; c++)
        {
            _rows.Begin(c, _before);
            (int value, uint start, uint frequency) = _rows.Find(coder.Peek(LogisticRows.Bits));
            coder.Pop(start, frequency, LogisticRows.Bits);
            items[c] = (byte)value;
            Known(c, value);
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
}

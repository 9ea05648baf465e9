using Tacit.Coding;
using Tacit.Learning;
using Tacit.Media.DataSets;
using Tacit.Numerics;

namespace Tacit.Modeling.Variational;

/// <summary>
/// Of a likelihood that knows pixels before, too. A writer knows all pixels at once; a reader finds the first pixel of all items of the group, then the
/// second of all, …, so that each product has as many rows as there are items.
/// </summary>
internal sealed class PixelItemCoder : ItemCoder
{
    private readonly PixelPass _pass;
    private readonly float[] _floats = new float[256];
    private float[] _known = [], _parameters = [];

    public PixelItemCoder(VariationalNetwork network, ItemScale scale)
        : base(network)
    {
        _pass = new PixelPass(network);
        for (int b = 0; b < _floats.Length; b++)
            _floats[b] = b;
        scale.Apply(_floats);
    }

    // Distributions of a pixel.
    private int Each => Network.Options.Shape.Channels / Rows.Width;

    public override void Push(RansCoder stack, Tape tape, Tensor latents, ReadOnlySpan<byte> items)
    {
        int count = latents.Shape[0], width = Pixels * _pass.Outputs;
        ReadOnlySpan<float> features = Network.Features(tape, Tape.Input(latents)).Value.Span;
        Reserve(ref _known, items.Length);
        for (int i = 0; i < items.Length; i++)
            _known[i] = _floats[items[i]];
        Reserve(ref _parameters, count * width);
        for (int n = 0; n < count; n++)
            _pass.OfItem(features[(n * features.Length / count)..], _known.AsSpan(n * Size, Size), _parameters.AsSpan(n * width, width));
        Rows.Prepare(_parameters.AsSpan(0, count * width));
        for (int p = Pixels - 1; p >= 0; p--)
        {
            for (int n = count - 1; n >= 0; n--)
            {
                for (int r = Each - 1; r >= 0; r--)
                    PushRow(stack, (n * Pixels + p) * Each + r, items, n * Size + r * Pixels + p);
            }
        }
    }

    public override void Pop(RansCoder stack, Tape tape, Tensor latents, Span<byte> items)
    {
        int count = latents.Shape[0];
        ReadOnlySpan<float> features = Network.Features(tape, Tape.Input(latents)).Value.Span;
        Reserve(ref _known, items.Length);
        Span<float> known = _known.AsSpan(0, items.Length);
        Reserve(ref _parameters, count * _pass.Outputs);
        Span<float> parameters = _parameters.AsSpan(0, count * _pass.Outputs);
        for (int p = 0; p < Pixels; p++)
        {
            _pass.OfPixel(p, features, known, parameters);
            Rows.Prepare(parameters);
            for (int n = 0; n < count; n++)
            {
                for (int r = 0; r < Each; r++)
                    PopRow(stack, n * Each + r, items, n * Size + r * Pixels + p);
                for (int at = n * Size + p; at < (n + 1) * Size; at += Pixels)
                    known[at] = _floats[items[at]];
            }
        }
    }

    private static void Reserve(ref float[] room, int count)
    {
        if (room.Length < count)
            room = new float[count];
    }
}

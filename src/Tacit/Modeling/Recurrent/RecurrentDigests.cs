using System.Buffers.Binary;
using Tacit.Modeling.ContextMixing;

namespace Tacit.Modeling.Recurrent;

/// <summary>A network that learns while coding, as bytes: for digests that must be the same on every machine.</summary>
public static class RecurrentDigests
{
    /// <summary>The probabilities of a mixer's bits with a small network in it, over a short text.</summary>
    /// <remarks>Small, because without fused multiply-add hardware a byte costs a thousand times as much.</remarks>
    public static byte[] Network()
    {
        using var network = new NeuralExpert(new OnlineLstmOptions { Layers = 2, Cells = 32, Segment = 6 });
        using var model = new ContextMixer(new ContextMixerOptions { Level = 7, Experts = [network] });
        ReadOnlySpan<byte> text = "to be, or not to be, that is the question: to be"u8;
        model.Reset(text.Length, new BlockStructure(BlockKind.Text));
        byte[] bytes = new byte[text.Length * 8 * sizeof(uint)];
        Span<byte> rest = bytes;
        foreach (byte value in text)
        {
            for (int i = 7; i >= 0; i--, rest = rest[sizeof(uint)..])
            {
                BinaryPrimitives.WriteUInt32LittleEndian(rest, model.Probability);
                model.Update(value >> i & 1);
            }
        }
        return bytes;
    }
}

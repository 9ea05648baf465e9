using Tacit.Compression;
using Tacit.Compression.Codecs;

namespace Tacit.Tests.Support;

/// <summary>Coded bytes of a block that are not what they were, past the check sums that would tell.</summary>
internal static class DamagedBlocks
{
    /// <summary>Decodes the block with a byte changed, often in its head, and every third time cut short: it is refused or gives some data.</summary>
    public static void Decode(BlockCodec codec, byte[] coded, byte kind, int rawLength, int cases, SplitMix64 random)
    {
        byte[] back = new byte[rawLength];
        for (int i = 0; i < cases; i++)
        {
            byte[] damaged = coded[..(i % 3 == 0 ? random.Below(coded.Length) : coded.Length)];
            if (damaged.Length > 0)
                damaged[random.Below(i % 2 == 0 ? Math.Min(damaged.Length, 24) : damaged.Length)] = (byte)random.Next();
            try
            {
                codec.Decode(damaged, kind, back, WorkMonitor.None);
            }
            catch (InvalidDataException)
            {
            }
        }
    }
}

namespace Tacit.Compression.Codecs;

/// <summary>Codec <c>store</c>: every block is kept as it is.</summary>
internal sealed class StoreCodec : BlockCodec
{
    /// <summary>Of the codec.</summary>
    public const byte Number = 0;

    /// <summary>Always leaves the block to be stored by the container.</summary>
    public override int Encode(ReadOnlySpan<byte> raw, Span<byte> coded, out byte kind, WorkMonitor monitor)
    {
        kind = 0;
        return -1;
    }

    /// <summary>Refuses: a block of this codec is always marked as stored and never comes here.</summary>
    public override void Decode(ReadOnlySpan<byte> coded, byte kind, Span<byte> raw, WorkMonitor monitor) =>
        throw new InvalidDataException("A coded block in a frame of codec 'store'.");

    /// <summary>What the container knows of it.</summary>
    internal sealed class Description : CodecDescription
    {
        public override byte Id => Number;

        public override string Name => "store";

        public override byte[] ParametersFor(int level) => [];

        public override void CheckParameters(ReadOnlySpan<byte> parameters)
        {
            if (!parameters.IsEmpty)
                throw new InvalidDataException($"Codec 'store' takes no parameters; the file has {parameters.Length} bytes.");
        }

        public override long WorkingMemory(ReadOnlySpan<byte> parameters, int blockLength) => 0;

        public override BlockCodec Create(ReadOnlySpan<byte> parameters, int blockLength) => new StoreCodec();
    }
}

using Tacit.Modeling.ContextMixing;

namespace Tacit.Compression.Codecs;

/// <summary>What the container knows of codec <c>cm</c>. Parameters: model version, level.</summary>
internal sealed class ContextMixingDescription : CodecDescription
{
    /// <summary>Version of the model: any change of a coded bit raises it.</summary>
    public const byte ModelVersion = 1;

    public override byte Id => 3;

    public override string Name => "cm";

    public override byte[] ParametersFor(int level)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(level, MixerPlan.MinLevel);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(level, MixerPlan.MaxLevel);
        return [ModelVersion, (byte)level];
    }

    public override void CheckParameters(ReadOnlySpan<byte> parameters)
    {
        if (parameters.Length != 2)
            throw new InvalidDataException($"Codec 'cm' takes 2 parameter bytes; the file has {parameters.Length}.");
        if (parameters[0] != ModelVersion)
            throw new InvalidDataException($"Model version {parameters[0]} of codec 'cm' is unknown; this program has version {ModelVersion}.");
        if (parameters[1] is < MixerPlan.MinLevel or > MixerPlan.MaxLevel)
            throw new InvalidDataException($"Level {parameters[1]} of codec 'cm' does not exist: 1 to 9 do.");
    }

    public override long WorkingMemory(ReadOnlySpan<byte> parameters, int blockLength)
    {
        CheckParameters(parameters);
        // Machine code is modelled from a copy of the block.
        return ContextMixer.WorkingMemory(parameters[1], blockLength) + blockLength;
    }

    public override BlockCodec Create(ReadOnlySpan<byte> parameters, int blockLength)
    {
        CheckParameters(parameters);
        return new ContextMixingCodec(parameters[1]);
    }

    public override string KindName(byte kind) => (BlockKind)kind switch
    {
        BlockKind.Binary => "binary",
        BlockKind.Text => "text",
        BlockKind.Rows => "rows",
        BlockKind.Bilevel => "bilevel",
        BlockKind.Ideographs => "ideographs",
        BlockKind.X86 => "x86 code",
        _ => base.KindName(kind),
    };
}

using Tacit.Media.Numeric;
using Tacit.Modeling.Series;

namespace Tacit.Compression.Codecs.Numeric;

/// <summary>What the container knows of codec <c>numeric</c>. Parameters: model version, level.</summary>
/// <param name="layout">What an encoder takes blocks for; found anew for each block if null.</param>
internal sealed class NumericDescription(BinaryLayout? layout = null) : CodecDescription
{
    /// <summary>Version of the model: any change of a coded bit raises it.</summary>
    public const byte ModelVersion = 1;

    // An encoder keeps its copy of the text, places of cells and one column's values; a decoder lists of values.
    private const int PlanBytesPerByte = 20;

    private static readonly ContextMixingDescription Mixing = new();

    public override byte Id => 4;

    public override string Name => "numeric";

    public override byte[] ParametersFor(int level)
    {
        Mixing.ParametersFor(level);   // the same levels
        return [ModelVersion, (byte)level];
    }

    public override void CheckParameters(ReadOnlySpan<byte> parameters)
    {
        if (parameters.Length != 2)
            throw new InvalidDataException($"Codec 'numeric' takes 2 parameter bytes; the file has {parameters.Length}.");
        if (parameters[0] != ModelVersion)
            throw new InvalidDataException($"Model version {parameters[0]} of codec 'numeric' is unknown; this program has version {ModelVersion}.");
        if (parameters[1] is < 1 or > 9)
            throw new InvalidDataException($"Level {parameters[1]} of codec 'numeric' does not exist: 1 to 9 do.");
    }

    public override long WorkingMemory(ReadOnlySpan<byte> parameters, int blockLength)
    {
        CheckParameters(parameters);
        return 2 * Mixing.WorkingMemory(Mixing.ParametersFor(parameters[1]), blockLength)
            + SeriesPlan.Memory(SeriesPlan.ColumnsOf(blockLength) + 1) + (long)PlanBytesPerByte * blockLength;
    }

    public override BlockCodec Create(ReadOnlySpan<byte> parameters, int blockLength)
    {
        CheckParameters(parameters);
        return new NumericCodec(parameters[1], layout);
    }

    public override string KindName(byte kind) => kind switch
    {
        NumericCodec.BinaryKind => "binary table",
        NumericCodec.TextKind => "text table",
        >= NumericCodec.MixedKind => Mixing.KindName((byte)(kind - NumericCodec.MixedKind)),
        _ => base.KindName(kind),
    };
}

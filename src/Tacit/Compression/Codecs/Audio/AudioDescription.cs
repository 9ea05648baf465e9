using Tacit.Modeling.Audio;

namespace Tacit.Compression.Codecs.Audio;

/// <summary>What the container knows of codec <c>audio</c>. Parameters: model version, level.</summary>
internal sealed class AudioDescription : CodecDescription
{
    /// <summary>Version of the model: any change of a coded bit raises it.</summary>
    public const byte ModelVersion = 1;

    // Lists of amplitudes, what lies beside the samples, and the code of the other codec.
    private const int PlanBytesPerByte = 22;

    private static readonly ContextMixingDescription Mixing = new();

    public override byte Id => 5;

    public override string Name => "audio";

    public override byte[] ParametersFor(int level)
    {
        Mixing.ParametersFor(level);   // the same levels
        return [ModelVersion, (byte)level];
    }

    public override void CheckParameters(ReadOnlySpan<byte> parameters)
    {
        if (parameters.Length != 2)
            throw new InvalidDataException($"Codec 'audio' takes 2 parameter bytes; the file has {parameters.Length}.");
        if (parameters[0] != ModelVersion)
            throw new InvalidDataException($"Model version {parameters[0]} of codec 'audio' is unknown; this program has version {ModelVersion}.");
        if (parameters[1] is < 1 or > 9)
            throw new InvalidDataException($"Level {parameters[1]} of codec 'audio' does not exist: 1 to 9 do.");
    }

    public override long WorkingMemory(ReadOnlySpan<byte> parameters, int blockLength)
    {
        CheckParameters(parameters);
        return 2 * Mixing.WorkingMemory(Mixing.ParametersFor(parameters[1]), blockLength)
            + AudioModel.Memory(AudioBlockHead.ChannelsOf(blockLength), blockLength) + (long)PlanBytesPerByte * blockLength;
    }

    public override BlockCodec Create(ReadOnlySpan<byte> parameters, int blockLength)
    {
        CheckParameters(parameters);
        return new AudioCodec(parameters[1]);
    }

    public override string KindName(byte kind) => kind switch
    {
        AudioCodec.SamplesKind => "samples",
        >= AudioCodec.MixedKind => Mixing.KindName((byte)(kind - AudioCodec.MixedKind)),
        _ => base.KindName(kind),
    };
}

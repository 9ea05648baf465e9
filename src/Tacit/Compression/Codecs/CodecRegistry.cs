using Tacit.Compression.Container;

namespace Tacit.Compression.Codecs;

/// <summary>The codecs this build knows, by number.</summary>
internal static class CodecRegistry
{
    private static readonly CodecDescription[] Codecs =
    [
        new StoreCodec.Description(), new DeflateCodec.Description(), new BrotliCodec.Description(),
        new ContextMixingDescription(), new Numeric.NumericDescription(), new Audio.AudioDescription(),
        new Language.LanguageDescription(), new BitsBack.BitsBackDescription(), new Records.RecordDescription(),
    ];

    /// <summary>All codecs in order of their numbers.</summary>
    public static IReadOnlyList<CodecDescription> All => Codecs;

    /// <summary>The codec with this number, or null if this build has none.</summary>
    public static CodecDescription? Find(byte id) => Array.Find(Codecs, codec => codec.Id == id);

    /// <summary>The codec with this number.</summary>
    /// <exception cref="InvalidDataException">This build has none.</exception>
    public static CodecDescription Get(byte id) => Find(id)
        ?? throw new InvalidDataException($"The frame was written with codec {id}, which this version does not know.");

    /// <summary>The codec of a frame, not yet with the models it names.</summary>
    /// <exception cref="InvalidDataException">This build has none, its parameters are damaged, or it uses no models.</exception>
    public static CodecDescription For(FrameHeader frame)
    {
        CodecDescription codec = Get(frame.Codec);
        codec.CheckParameters(frame.Parameters);
        if (frame.ModelHashes.Length > codec.MostModels)
        {
            throw new InvalidDataException($"The frame needs the model with SHA-256 {Convert.ToHexStringLower(frame.ModelHashes[0])}; " +
                $"codec '{codec.Name}' of this version uses {(codec.MostModels == 0 ? "none" : $"{codec.MostModels} at most, not {frame.ModelHashes.Length}")}. A newer tacit may read it.");
        }
        return codec;
    }

    /// <summary>The codec that decodes the blocks of a frame.</summary>
    /// <exception cref="InvalidDataException">As above, or the models are not those it takes.</exception>
    public static CodecDescription For(FrameHeader frame, IReadOnlyList<TacitModel> models)
    {
        try
        {
            return For(frame).With(models);
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"The frame's models do not fit it: {e.Message}", e);
        }
    }
}

using Tacit.Media;
using Tacit.Modeling.ContextMixing;
using Tacit.Modeling.LanguageModels;

namespace Tacit.Compression.Codecs.Language;

/// <summary>What the container knows of codec <c>lm</c>. Parameters: model version, flags, level of cm.</summary>
internal sealed class LanguageDescription : CodecDescription
{
    /// <summary>Version of the code: any change of a coded bit raises it.</summary>
    public const byte ModelVersion = 1;

    /// <summary>Flag: blocks may be coded by cm and the model together.</summary>
    public const byte FlagMix = 1;

    /// <summary>Flag: the model's weights are rounded to eight bits.</summary>
    public const byte FlagEightBits = 2;

    /// <summary>Raw bytes of a block that is coded by the model alone: what it learns from is its window, and smaller blocks are for threads.</summary>
    public const int BlockLength = 1 << 18;

    private static readonly ContextMixingDescription s_cm = new();

    private readonly LanguageModel? _model;
    private readonly bool? _mix;

    public LanguageDescription()
    {
    }

    private LanguageDescription(LanguageModel? model, bool? mix) => (_model, _mix) = (model, mix);

    public override byte Id => 6;

    public override string Name => "lm";

    public override bool TakesModels => true;

    /// <summary>Whether frames written with it are mixed.</summary>
    public bool Mixes => _mix ?? _model is null or { Tokenizer: ByteTokenizer };

    /// <summary>This codec, mixing or not; null for as the model allows.</summary>
    /// <exception cref="ArgumentException">The model is not of bytes, and so cannot be mixed.</exception>
    public LanguageDescription Mixing(bool? mix) => mix is true && _model is { Tokenizer: not ByteTokenizer }
        ? throw new ArgumentException($"the model's tokens are not bytes ({_model.Tokenizer.Name}), so it cannot be mixed with cm")
        : new LanguageDescription(_model, mix);

    public override bool Uses(TacitModel model) => model.Content is LanguageModel;

    public override CodecDescription With(IReadOnlyList<TacitModel> models) => models.Count != 1 || models[0].Content is not LanguageModel model
        ? throw new ArgumentException($"codec 'lm' takes one model of the kind 'gpt', not {(models.Count == 0 ? "none" : string.Join(", ", models.Select(m => $"'{m.Kind}'")))}")
        : new LanguageDescription(model, _mix);

    public override byte[] ParametersFor(int level)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(level, MixerPlan.MinLevel);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(level, MixerPlan.MaxLevel);
        return [ModelVersion, (byte)((Mixes ? FlagMix : 0) | FlagEightBits), (byte)level];
    }

    public override void CheckParameters(ReadOnlySpan<byte> parameters)
    {
        if (parameters.Length != 3)
            throw new InvalidDataException($"Codec 'lm' takes 3 parameter bytes; the file has {parameters.Length}.");
        if (parameters[0] != ModelVersion)
            throw new InvalidDataException($"Model version {parameters[0]} of codec 'lm' is unknown; this program has version {ModelVersion}.");
        if ((parameters[1] & ~(FlagMix | FlagEightBits)) != 0)
            throw new InvalidDataException($"Codec 'lm' has no flags {parameters[1]:x2}.");
        if (parameters[2] is < MixerPlan.MinLevel or > MixerPlan.MaxLevel)
            throw new InvalidDataException($"Level {parameters[2]} of codec 'lm' does not exist: 1 to 9 do.");
    }

    public override long WorkingMemory(ReadOnlySpan<byte> parameters, int blockLength)
    {
        CheckParameters(parameters);
        long cm = s_cm.WorkingMemory([ContextMixingDescription.ModelVersion, parameters[2]], blockLength);
        return cm + (_model is null ? 0 : LanguageCodec.Memory(_model, blockLength));
    }

    public override BlockCodec Create(ReadOnlySpan<byte> parameters, int blockLength)
    {
        CheckParameters(parameters);
        if (_model is null)
            throw new InvalidOperationException("Codec 'lm' codes with a model.");
        return new LanguageCodec(_model, (parameters[1] & FlagMix) != 0, (parameters[1] & FlagEightBits) != 0, parameters[2]);
    }

    public override string KindName(byte kind) => kind switch
    {
        LanguageCodec.ModelKind => "model",
        >= LanguageCodec.MixedKind and <= LanguageCodec.MixedKind + (byte)BlockStructure.LastKind => "model and " + s_cm.KindName((byte)(kind - LanguageCodec.MixedKind)),
        >= LanguageCodec.ContextKind and <= LanguageCodec.ContextKind + (byte)BlockStructure.LastKind => s_cm.KindName((byte)(kind - LanguageCodec.ContextKind)),
        _ => base.KindName(kind),
    };
}

using Tacit.Coding;
using Tacit.Media;
using Tacit.Modeling.ContextMixing;
using Tacit.Modeling.LanguageModels;
using Tacit.Modeling.Transformers;
using Tacit.Numerics;

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

    private readonly LanguageModel? _model;
    private readonly MixerPrior? _prior;
    private readonly bool? _mix;
    private readonly ContextMixingDescription _cm;

    public LanguageDescription()
        : this(null, null, null)
    {
    }

    private LanguageDescription(LanguageModel? model, MixerPrior? prior, bool? mix)
    {
        (_model, _prior, _mix) = (model, prior, mix);
        _cm = new ContextMixingDescription(prior);
    }

    public override byte Id => 6;

    public override string Name => "lm";

    public override int MostModels => 2;

    /// <summary>Whether frames written with it are mixed.</summary>
    public bool Mixes => _mix ?? _model is null or { Tokenizer: ByteTokenizer };

    /// <summary>This codec at a level, mixing or not; null for as the model allows.</summary>
    /// <exception cref="ArgumentException">The model is not of bytes, and so cannot be mixed; or the prior is of another level, or has no use.</exception>
    public LanguageDescription Mixing(bool? mix, int? level = null)
    {
        if (mix is true && _model is { Tokenizer: not ByteTokenizer })
            throw new ArgumentException($"the model's tokens are not bytes ({_model.Tokenizer.Name}), so it cannot be mixed with cm");
        if (mix is false && _prior is not null)
            throw new ArgumentException("a prior is for cm: without mixing it has no use");
        if (level is { } at)
            _ = _cm.At(at, withNetwork: false);
        return new LanguageDescription(_model, _prior, mix);
    }

    public override bool Uses(TacitModel model) => model.Content is LanguageModel or MixerPrior;

    public override CodecDescription With(IReadOnlyList<TacitModel> models)
    {
        LanguageModel[] languages = [.. models.Select(model => model.Content).OfType<LanguageModel>()];
        MixerPrior[] priors = [.. models.Select(model => model.Content).OfType<MixerPrior>()];
        if (languages.Length != 1 || priors.Length > 1 || models.Count != 1 + priors.Length)
            throw new ArgumentException($"codec 'lm' takes one model of the kind 'gpt', and perhaps one of the kind 'prior', not {(models.Count == 0 ? "none" : string.Join(", ", models.Select(m => $"'{m.Kind}'")))}");
        GptOptions sizes = languages[0].Model.Options;
        if (Math.Max(sizes.Columns, sizes.HiddenColumns) > Int8Product.MaxDepth || sizes.Vocabulary > LogitFrequencies.MaxSymbols)
            throw new ArgumentException($"codec 'lm' takes models of up to {Int8Product.MaxDepth} columns and {LogitFrequencies.MaxSymbols} tokens, not {Math.Max(sizes.Columns, sizes.HiddenColumns)} and {sizes.Vocabulary}");
        if (priors.Length > 0 && languages[0].Tokenizer is not ByteTokenizer)
            throw new ArgumentException($"a prior goes with models that are mixed, and the model's tokens are not bytes ({languages[0].Tokenizer.Name})");
        return new LanguageDescription(languages[0], priors.FirstOrDefault(), _mix);
    }

    public override byte[] ParametersFor(int level)
    {
        _ = _cm.ParametersFor(level);
        return [ModelVersion, (byte)((Mixes ? FlagMix : 0) | FlagEightBits), (byte)level];
    }

    // Without the model, where cm alone was better; without the prior, where the block is of another structure.
    public override FrameForm Least(byte[] parameters, byte? kind, IReadOnlyList<TacitModel> models)
    {
        byte? cm = kind >= LanguageCodec.MixedKind ? (byte)(kind - LanguageCodec.MixedKind) : kind >= LanguageCodec.ContextKind ? (byte)(kind - LanguageCodec.ContextKind) : null;
        FrameForm plain = _cm.Least(_cm.ParametersFor(parameters[^1]), cm, [.. models.Where(model => model.Content is MixerPrior)]);
        return kind is null or (>= LanguageCodec.ContextKind and < LanguageCodec.MixedKind) ? plain
            : new(Id, parameters, kind.Value, [.. models.Where(model => model.Content is LanguageModel || plain.Models.Contains(model))]);
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
        if (_prior is not null && ((parameters[1] & FlagMix) == 0 || _prior.Level != parameters[2]))
            throw new InvalidDataException($"The frame was coded at level {parameters[2]}{((parameters[1] & FlagMix) == 0 ? " without mixing" : "")}, its prior is for mixing at level {_prior.Level}.");
    }

    public override long WorkingMemory(ReadOnlySpan<byte> parameters, int blockLength)
    {
        CheckParameters(parameters);
        long cm = _cm.WorkingMemory([ContextMixingDescription.ModelVersion, parameters[2]], blockLength);
        return cm + (_model is null ? 0 : LanguageCodec.Memory(_model, blockLength));
    }

    public override BlockCodec Create(ReadOnlySpan<byte> parameters, int blockLength)
    {
        CheckParameters(parameters);
        if (_model is null)
            throw new InvalidOperationException("Codec 'lm' codes with a model.");
        return new LanguageCodec(_model, _prior, (parameters[1] & FlagMix) != 0, (parameters[1] & FlagEightBits) != 0, parameters[2]);
    }

    public override string KindName(byte kind) => kind switch
    {
        LanguageCodec.ModelKind => "model",
        >= LanguageCodec.MixedKind and <= LanguageCodec.MixedKind + (byte)BlockStructure.LastKind => "model and " + _cm.KindName((byte)(kind - LanguageCodec.MixedKind)),
        >= LanguageCodec.ContextKind and <= LanguageCodec.ContextKind + (byte)BlockStructure.LastKind => _cm.KindName((byte)(kind - LanguageCodec.ContextKind)),
        _ => base.KindName(kind),
    };
}

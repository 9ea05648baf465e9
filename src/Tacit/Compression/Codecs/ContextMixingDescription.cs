using Tacit.Modeling.ContextMixing;
using Tacit.Modeling.Recurrent;

namespace Tacit.Compression.Codecs;

/// <summary>What the container knows of codec <c>cm</c>. Parameters: model version, flags if there are any, level.</summary>
/// <param name="prior">What blocks begin with, or null.</param>
/// <param name="network">Whether frames are written with a network that learns while coding.</param>
internal sealed class ContextMixingDescription(MixerPrior? prior = null, bool network = false) : CodecDescription
{
    /// <summary>Version of the model: any change of a coded bit raises it.</summary>
    public const byte ModelVersion = ContextMixer.Version;

    /// <summary>Flag: blocks may be coded with a network that learns them.</summary>
    public const byte FlagNetwork = 1;

    /// <summary>Lowest level that has one.</summary>
    public const int LeastNetworkLevel = 7;

    public override byte Id => 3;

    public override string Name => "cm";

    public override int MostModels => 1;

    public override bool Uses(TacitModel model) => model.Content is MixerPrior;

    public override CodecDescription With(IReadOnlyList<TacitModel> models) => models.Count == 0 ? this
        : models.Count == 1 && models[0].Content is MixerPrior own ? new ContextMixingDescription(own, network)
        : throw new ArgumentException($"codec 'cm' takes one model of the kind 'prior', not {string.Join(", ", models.Select(m => $"'{m.Kind}'"))}");

    /// <summary>This codec, writing frames with a network or without.</summary>
    /// <exception cref="ArgumentException">The level has no network, or is not the prior's.</exception>
    public ContextMixingDescription At(int level, bool withNetwork)
    {
        if (withNetwork && level < LeastNetworkLevel)
            throw new ArgumentException($"a network learns at levels {LeastNetworkLevel} to {MixerPlan.MaxLevel}, not {level}");
        if (prior is not null && prior.Level != level)
            throw new ArgumentException($"the model is for level {prior.Level}, not {level}");
        return withNetwork ? new ContextMixingDescription(prior, true) : this;
    }

    public override byte[] ParametersFor(int level)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(level, MixerPlan.MinLevel);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(level, MixerPlan.MaxLevel);
        _ = At(level, network);
        return network ? [ModelVersion, FlagNetwork, (byte)level] : [ModelVersion, (byte)level];
    }

    // The flag where the network took part, the prior where the block is of its structure.
    public override FrameForm Least(byte[] parameters, byte? kind, IReadOnlyList<TacitModel> models)
    {
        bool learns = kind >= ContextMixingCodec.NetworkKind;
        bool begins = kind is { } coded && prior?.Structure.Kind == (BlockKind)(coded % ContextMixingCodec.NetworkKind);
        return new(Id, learns ? parameters : [parameters[0], parameters[^1]], kind ?? 0, begins ? models : []);
    }

    public override void CheckParameters(ReadOnlySpan<byte> parameters)
    {
        if (parameters.Length is not (2 or 3))
            throw new InvalidDataException($"Codec 'cm' takes 2 or 3 parameter bytes; the file has {parameters.Length}.");
        if (parameters[0] != ModelVersion)
            throw new InvalidDataException($"Model version {parameters[0]} of codec 'cm' is unknown; this program has version {ModelVersion}.");
        byte level = parameters[^1];
        if (level is < MixerPlan.MinLevel or > MixerPlan.MaxLevel)
            throw new InvalidDataException($"Level {level} of codec 'cm' does not exist: 1 to 9 do.");
        if (parameters.Length == 3 && (parameters[1] != FlagNetwork || level < LeastNetworkLevel))
            throw new InvalidDataException($"Codec 'cm' has no flags {parameters[1]:x2} at level {level}.");
        if (prior is not null && level != prior.Level)
            throw new InvalidDataException($"The frame was coded at level {level}, its model is for level {prior.Level}.");
    }

    public override long WorkingMemory(ReadOnlySpan<byte> parameters, int blockLength)
    {
        CheckParameters(parameters);
        // Machine code is modelled from a copy of the block.
        long mixer = prior is null ? ContextMixer.WorkingMemory(parameters[^1], blockLength) : ContextMixer.WorkingMemory(prior, blockLength);
        return mixer + blockLength + (parameters.Length == 3 ? NeuralExpert.Memory(new OnlineLstmOptions()) + blockLength : 0);
    }

    public override BlockCodec Create(ReadOnlySpan<byte> parameters, int blockLength)
    {
        CheckParameters(parameters);
        return new ContextMixingCodec(parameters[^1], null, prior, parameters.Length == 3);
    }

    public override string KindName(byte kind) => (BlockKind)kind switch
    {
        >= (BlockKind)ContextMixingCodec.NetworkKind => KindName((byte)(kind - ContextMixingCodec.NetworkKind)) + " and network",
        BlockKind.Binary => "binary",
        BlockKind.Text => "text",
        BlockKind.Rows => "rows",
        BlockKind.Bilevel => "bilevel",
        BlockKind.Ideographs => "ideographs",
        BlockKind.X86 => "x86 code",
        _ => base.KindName(kind),
    };
}

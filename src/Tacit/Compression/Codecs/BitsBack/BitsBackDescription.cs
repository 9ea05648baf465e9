using Tacit.Media.DataSets;
using Tacit.Modeling.ContextMixing;
using Tacit.Modeling.Variational;

namespace Tacit.Compression.Codecs.BitsBack;

/// <summary>What the container knows of codec <c>bitsback</c>. Parameters: model version, flags, level.</summary>
internal sealed class BitsBackDescription : CodecDescription
{
    /// <summary>Version of the code: any change of a coded bit raises it.</summary>
    public const byte ModelVersion = 1;

    /// <summary>Flag: items are what the model gives back of them, coded as latents rounded to the level's step.</summary>
    public const byte FlagLossy = 1;

    /// <summary>Items of a block, unless its length is given: what lies beneath a block's stack is then less than a half percent of black and white digits.</summary>
    public const int BlockItems = 4096;

    private const int MostBlockLength = 1 << 26;

    private static readonly ContextMixingDescription s_cm = new();

    private readonly VariationalAutoencoder? _model;
    private readonly bool _lossy;

    public BitsBackDescription()
    {
    }

    private BitsBackDescription(VariationalAutoencoder? model, bool lossy) => (_model, _lossy) = (model, lossy);

    public override byte Id => 7;

    public override string Name => "bitsback";

    public override int MostModels => 1;

    public override bool IsLossy => _lossy;

    /// <summary>This codec, lossy or not.</summary>
    public BitsBackDescription Lossy(bool lossy) => new(_model, lossy);

    public override bool Uses(TacitModel model) => model.Content is VariationalAutoencoder;

    public override CodecDescription With(IReadOnlyList<TacitModel> models)
    {
        if (models.Count != 1 || models[0].Content is not VariationalAutoencoder model)
            throw new ArgumentException($"codec 'bitsback' takes one model of the kind 'vae', not {(models.Count == 0 ? "none" : string.Join(", ", models.Select(m => $"'{m.Kind}'")))}");
        return model.Options.Likelihood == LikelihoodKind.Gaussian ? throw new ArgumentException("a model of real numbers (gaussian) cannot code: bernoulli, categorical and mixture can")
            : new BitsBackDescription(model, _lossy);
    }

    // Without the model, where the block is none of items.
    public override FrameForm Least(byte[] parameters, byte? kind, IReadOnlyList<TacitModel> models) => kind < BitsBackCodec.ContextKind ? new(Id, parameters, kind.Value, models)
        : s_cm.Least(s_cm.ParametersFor(parameters[^1]), kind is null ? null : (byte)(kind - BitsBackCodec.ContextKind), []);

    public override byte[] ParametersFor(int level)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(level, MixerPlan.MinLevel);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(level, MixerPlan.MaxLevel);
        return [ModelVersion, _lossy ? FlagLossy : (byte)0, (byte)level];
    }

    public override void CheckParameters(ReadOnlySpan<byte> parameters)
    {
        if (parameters.Length != 3)
            throw new InvalidDataException($"Codec 'bitsback' takes 3 parameter bytes; the file has {parameters.Length}.");
        if (parameters[0] != ModelVersion)
            throw new InvalidDataException($"Model version {parameters[0]} of codec 'bitsback' is unknown; this program has version {ModelVersion}.");
        if ((parameters[1] & ~FlagLossy) != 0)
            throw new InvalidDataException($"Codec 'bitsback' has no flags {parameters[1]:x2}.");
        if (parameters[2] is < MixerPlan.MinLevel or > MixerPlan.MaxLevel)
            throw new InvalidDataException($"Level {parameters[2]} of codec 'bitsback' does not exist: 1 to 9 do.");
    }

    public override long WorkingMemory(ReadOnlySpan<byte> parameters, int blockLength)
    {
        CheckParameters(parameters);
        long cm = s_cm.WorkingMemory([ContextMixingDescription.ModelVersion, parameters[2]], blockLength);
        return cm + (_model is null ? 0 : BitsBackCodec.Memory(_model, blockLength));
    }

    public override BlockCodec Create(ReadOnlySpan<byte> parameters, int blockLength)
    {
        CheckParameters(parameters);
        return new BitsBackCodec(_model ?? throw new InvalidOperationException("Codec 'bitsback' codes with a model."), (parameters[1] & FlagLossy) != 0, parameters[2]);
    }

    /// <summary>Whole items and an IDX file's header: as many as fit a given length, or the usual number.</summary>
    public override int FirstBlockLength(int given)
    {
        if (_model is null)
            return base.FirstBlockLength(given);
        long header = HeaderLength(_model.Shape), size = _model.Shape.Size, most = given > 0 ? given : MostBlockLength;
        long items = Math.Min(given > 0 ? long.MaxValue : BlockItems, (most - header) / size);
        return items < 1 ? (int)most : (int)(header + items * size);
    }

    public override int LaterBlockLength(int first) => _model is null ? first : first / _model.Shape.Size > 0 ? first - first % _model.Shape.Size : first;

    /// <summary>Where the items of an IDX file of the model's shape begin.</summary>
    public override long FindItems(ReadOnlySpan<byte> beginning)
    {
        if (_model is null || !Idx.TryReadSizes(beginning, out int[] sizes))
            return -1;
        ItemShape shape = _model.Shape;
        int[] own = sizes.Length == 4 ? [shape.Channels, shape.Height, shape.Width] : sizes.Length == 3 && shape.Channels == 1 ? [shape.Height, shape.Width] : [];
        if (sizes.Length == 2)
            own = [shape.Size];
        return sizes.Length > 1 && sizes.AsSpan(1).SequenceEqual(own) ? 4 + 4 * sizes.Length : -1;
    }

    public override string KindName(byte kind) => kind switch
    {
        BitsBackCodec.ItemsKind => "items",
        BitsBackCodec.LatentsKind => "latents",
        >= BitsBackCodec.ContextKind and <= BitsBackCodec.ContextKind + (byte)BlockStructure.LastKind => s_cm.KindName((byte)(kind - BitsBackCodec.ContextKind)),
        _ => base.KindName(kind),
    };

    private static int HeaderLength(ItemShape shape) => 4 + 4 * (shape.Channels > 1 ? 4 : shape.Height > 1 ? 3 : 2);
}

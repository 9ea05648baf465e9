namespace Tacit.Compression.Codecs;

/// <summary>What the container knows of a codec before any block is coded: its name, limits and memory.</summary>
internal abstract class CodecDescription
{
    /// <summary>The codec's number in the frame header (FORMAT.md, table 2).</summary>
    public abstract byte Id { get; }

    /// <summary>The name users type and see.</summary>
    public abstract string Name { get; }

    /// <summary>The parameter bytes that level 1 to 9 stands for.</summary>
    public abstract byte[] ParametersFor(int level);

    /// <summary>Checks parameter bytes read from a file.</summary>
    /// <exception cref="InvalidDataException">They are not this codec's.</exception>
    public abstract void CheckParameters(ReadOnlySpan<byte> parameters);

    /// <summary>Bytes of tables one worker needs for blocks of at most <paramref name="blockLength"/> raw bytes.</summary>
    /// <remarks>Block buffers are not included: the container counts those.</remarks>
    public abstract long WorkingMemory(ReadOnlySpan<byte> parameters, int blockLength);

    /// <summary>Makes one worker's codec for blocks of at most <paramref name="blockLength"/> raw bytes.</summary>
    public abstract BlockCodec Create(ReadOnlySpan<byte> parameters, int blockLength);

    /// <summary>True if this codec can code with the model.</summary>
    public virtual bool Uses(TacitModel model) => false;

    /// <summary>This codec coding with models. Most codecs take none.</summary>
    /// <exception cref="ArgumentException">It takes others, in another number, or none.</exception>
    public virtual CodecDescription With(IReadOnlyList<TacitModel> models) => models.Count == 0 ? this
        : throw new ArgumentException($"codec '{Name}' uses no model");

    /// <summary>Most models that frames of this codec may name.</summary>
    public virtual int MostModels => 0;

    /// <summary>The least that a frame of one block, or of none, must say to be decoded.</summary>
    /// <param name="parameters">The parameters the block was coded with.</param>
    /// <param name="kind">The kind it was coded as; null if there is no block.</param>
    /// <param name="models">The models it was coded with.</param>
    public virtual FrameForm Least(byte[] parameters, byte? kind, IReadOnlyList<TacitModel> models) => new(Id, parameters, kind ?? 0, models);

    /// <summary>The same for one block that is stored: codec store's frame, unless this codec finds more than bytes in a stored block.</summary>
    public virtual FrameForm LeastStored(byte[] parameters, IReadOnlyList<TacitModel> models) => new(StoreCodec.Number, [], 0, []);

    /// <summary>True if blocks are not kept as they are: <see cref="BlockCodec.Simplify"/>.</summary>
    public virtual bool IsLossy => false;

    /// <summary>Raw bytes of a frame's first block.</summary>
    /// <param name="given">What was asked for; 0 for what the codec thinks best.</param>
    /// <returns>0 if the codec does not mind.</returns>
    public virtual int FirstBlockLength(int given) => given;

    /// <summary>Raw bytes of the blocks after the first, where <see cref="FindItems"/> found some; no more than that has.</summary>
    public virtual int LaterBlockLength(int first) => first;

    /// <summary>Where items of a data set begin in the frame whose first block this is, or −1.</summary>
    public virtual long FindItems(ReadOnlySpan<byte> beginning) => -1;

    /// <summary>Says where the blocks of a frame end, or null if they may end anywhere.</summary>
    public virtual Records.BlockCutter? CutterFor(ReadOnlySpan<byte> parameters) => null;

    /// <summary>Name and parameters, for people: of most codecs the last parameter is the level.</summary>
    public virtual string Describe(ReadOnlySpan<byte> parameters) => parameters.IsEmpty ? Name : $"{Name} -{parameters[^1]}";

    /// <summary>The name of a block kind, for people.</summary>
    public virtual string KindName(byte kind) => kind == 0 ? "" : $"kind {kind}";
}

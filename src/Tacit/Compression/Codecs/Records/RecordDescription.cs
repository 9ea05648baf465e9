using System.Buffers.Binary;
using Tacit.Media;
using Tacit.Modeling.Records;

namespace Tacit.Compression.Codecs.Records;

/// <summary>What the container knows of codec <c>records</c>. Parameters: model version, format, records of a block as two bytes.</summary>
internal sealed class RecordDescription : CodecDescription
{
    /// <summary>Version of the code: any change of a coded bit raises it.</summary>
    public const byte ModelVersion = 1;

    /// <summary>Records of a block unless set: a block's header, and what is read to get one record, are in balance.</summary>
    public const int RecordsPerBlock = 256;

    /// <summary>Raw bytes of a block at most unless set.</summary>
    public const int BlockLength = 16 << 20;

    // What a predictor takes, and a number for each record.
    private const int PredictorMemory = 1 << 19;

    private readonly RecordModel? _model;
    private readonly RecordFormat _format;
    private readonly int _recordsPerBlock;

    public RecordDescription()
        : this(null, RecordFormat.Lines, RecordsPerBlock)
    {
    }

    private RecordDescription(RecordModel? model, RecordFormat format, int recordsPerBlock) =>
        (_model, _format, _recordsPerBlock) = (model, format, recordsPerBlock);

    public override byte Id => 8;

    public override string Name => "records";

    public override int MostModels => 1;

    /// <summary>This codec for records of a format.</summary>
    public RecordDescription Cutting(RecordFormat format, int recordsPerBlock) => new(_model, format, recordsPerBlock);

    public override bool Uses(TacitModel model) => model.Content is RecordModel;

    public override CodecDescription With(IReadOnlyList<TacitModel> models) => models.Count != 1 || models[0].Content is not RecordModel model
        ? throw new ArgumentException($"codec 'records' takes one model of the kind 'records', not {(models.Count == 0 ? "none" : string.Join(", ", models.Select(m => $"'{m.Kind}'")))}")
        : new RecordDescription(model, _format, _recordsPerBlock);

    public override byte[] ParametersFor(int level) => [ModelVersion, (byte)_format, (byte)_recordsPerBlock, (byte)(_recordsPerBlock >> 8)];

    // Records are found in stored blocks too.
    public override FrameForm LeastStored(byte[] parameters, IReadOnlyList<TacitModel> models) => new(Id, parameters, 0, models);

    public override void CheckParameters(ReadOnlySpan<byte> parameters)
    {
        if (parameters.Length != 4)
            throw new InvalidDataException($"Codec 'records' takes 4 parameter bytes; the file has {parameters.Length}.");
        if (parameters[0] != ModelVersion)
            throw new InvalidDataException($"Model version {parameters[0]} of codec 'records' is unknown; this program has version {ModelVersion}.");
        if (parameters[1] > (byte)RecordFormat.Prefixed)
            throw new InvalidDataException($"Codec 'records' knows no format {parameters[1]} of records.");
        if (PerBlock(parameters) == 0)
            throw new InvalidDataException("The frame's blocks would have no records.");
    }

    /// <summary>Records of every block of a frame but its last.</summary>
    public static int PerBlock(ReadOnlySpan<byte> parameters) => BinaryPrimitives.ReadUInt16LittleEndian(parameters[2..]);

    public override string Describe(ReadOnlySpan<byte> parameters) => parameters.Length != 4 ? Name : (RecordFormat)parameters[1] switch
    {
        RecordFormat.Rows => "records csv",
        RecordFormat.Prefixed => "records prefixed",
        _ => "records lines",
    };

    public override long WorkingMemory(ReadOnlySpan<byte> parameters, int blockLength)
    {
        CheckParameters(parameters);
        return PredictorMemory + 16L * Math.Min(PerBlock(parameters), blockLength);
    }

    public override BlockCodec Create(ReadOnlySpan<byte> parameters, int blockLength) => CreateFor(parameters);

    /// <inheritdoc cref="Create"/>
    public RecordBlockCodec CreateFor(ReadOnlySpan<byte> parameters)
    {
        CheckParameters(parameters);
        if (_model is null)
            throw new InvalidOperationException("Codec 'records' codes with a model.");
        return new RecordBlockCodec(_model, (RecordFormat)parameters[1], PerBlock(parameters));
    }

    public override int FirstBlockLength(int given) => given > 0 ? given : BlockLength;

    // A record has a byte at least, and a block ends with its records.
    public override int LaterBlockLength(int first) => Math.Min(first, _recordsPerBlock);

    public override BlockCutter? CutterFor(ReadOnlySpan<byte> parameters) => new((RecordFormat)parameters[1], PerBlock(parameters));

    public override string KindName(byte kind) => kind switch
    {
        0 => "",
        RecordBlockCodec.CarriageReturns => "CR LF",
        RecordBlockCodec.Open => "open end",
        RecordBlockCodec.CarriageReturns | RecordBlockCodec.Open => "CR LF, open end",
        _ => base.KindName(kind),
    };
}

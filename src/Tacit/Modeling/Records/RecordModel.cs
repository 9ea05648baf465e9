using Tacit.Learning;
using Tacit.Learning.Safetensors;

namespace Tacit.Modeling.Records;

/// <summary>A model of small records of one kind, with which each is compressed alone: kind <c>records</c>.</summary>
/// <remarks>
/// <para>
/// Made by <see cref="RecordTraining"/>, used by a record codec. Nothing changes in it once it is loaded: any number of
/// codecs on any number of threads share one.
/// </para>
/// <para>Tensors, all U8 (n), range coded: <c>contexts</c>, <c>links</c>, <c>maps</c>, <c>weights</c>, <c>final_weights</c>.</para>
/// </remarks>
/// <example>
/// <code>
/// RecordModel model = RecordModel.Load("users.tacitmodel");
/// using var codec = new RecordCodec(model);
/// byte[] coded = new byte[codec.GetMaxCompressedLength(record.Length)];
/// codec.TryCompress(record, coded, out int length);
/// </code>
/// </example>
public sealed class RecordModel
{
    /// <summary>Most bytes of a model file.</summary>
    public const int MaxFileSize = 8 << 20;

    // What a record decodes to depends on the model and on constants of the code: hashes of contexts, lists of the plan, classes of
    // counts, the order of candidates. Whatever changes a coded bit raises this, so that old rows are refused rather than misread.
    private const int CoderVersion = 1;

    private RecordModel(RecordParameters parameters, string sha256)
    {
        Parameters = parameters;
        Sha256 = sha256;
    }

    /// <summary>The kind.</summary>
    public static ModelKind Kind { get; } = new("records", "small records, each compressed alone", Load);

    /// <summary>The SHA-256 of the model file, lower case: the model's identity.</summary>
    public string Sha256 { get; }

    /// <summary>What it is made for.</summary>
    public RecordProfile Profile => Parameters.Profile;

    /// <summary>What the records look like.</summary>
    public RecordSyntax Syntax => Parameters.Syntax;

    internal RecordParameters Parameters { get; }

    /// <summary>Loads a model file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is no model of records, or damaged.</exception>
    public static RecordModel Load(string path)
    {
        using ModelFile file = ModelFile.Open(path);
        return ModelRegistry.Standard.Load<RecordModel>(file);
    }

    /// <summary>Loads a model file from a stream that can seek and has nothing else.</summary>
    /// <exception cref="InvalidDataException">It is no model of records, or damaged.</exception>
    public static RecordModel Load(Stream stream)
    {
        using var file = new ModelFile(stream, leaveOpen: true);
        return ModelRegistry.Standard.Load<RecordModel>(file);
    }

    /// <summary>A model file's bytes.</summary>
    internal static byte[] Write(RecordParameters model, byte[] contexts, RecordTeacher teacher, int maxWeights, KeyValuePair<string, string>[] provenance)
    {
        var settings = new Settings();
        Describe(settings, model.Profile, model.Syntax, model.Separator, model.EndProbability);
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, ModelFile.Describe(Kind.Name, settings.ToJson(), provenance), model.Tensors(contexts, teacher, maxWeights));
        return stream.ToArray();
    }

    private static RecordModel Load(ModelFile file)
    {
        Settings settings = file.Settings;
        (RecordProfile profile, RecordSyntax syntax, byte separator, uint end) = Describe(settings, default, default, 0, 0);
        settings.RefuseUnknown();
        RecordParameters parameters = RecordParameters.Read(file.Tensors, profile, syntax, separator);
        parameters.EndProbability = end;
        return new RecordModel(parameters, file.Sha256);
    }

    private static (RecordProfile Profile, RecordSyntax Syntax, byte Separator, uint End) Describe(Settings settings, RecordProfile profile,
        RecordSyntax syntax, byte separator, uint end)
    {
        settings.Whole("coder", CoderVersion, CoderVersion, CoderVersion);
        return (settings.Choice("profile", profile, ("best", RecordProfile.Best), ("fast", RecordProfile.Fast)),
            settings.Choice("syntax", syntax, ("text", RecordSyntax.Text), ("json", RecordSyntax.Json), ("rows", RecordSyntax.Rows), ("binary", RecordSyntax.Binary)),
            settings.Whole("separator", separator, (byte)0, byte.MaxValue),
            settings.Whole("end_probability", Math.Max(end, 1), 1u, uint.MaxValue));
    }
}

using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Tacit.Learning;
using Tacit.Learning.Safetensors;
using Tacit.Modeling.Series;

namespace Tacit.Modeling.ContextMixing;

/// <summary>A <see cref="MixerPrior"/> as a model file: kind <c>prior</c>.</summary>
/// <remarks>
/// <para>Tensors are coded bytes (U8). Two forms:</para>
/// <list type="bullet">
/// <item><c>text</c>: the tensor <c>text</c> alone, the data as codec cm codes it at that level. Decoding it is learning it: what
/// the decoder has learnt in the end is the prior, exactly. Small, but loading takes as long as decoding.</item>
/// <item><c>state</c>: <c>slots</c> and <c>tables</c>, what was learnt, quantised, the slots of contexts that were hardly seen left
/// out; and <c>text</c>, the last part of the data, coded at <see cref="TextLevel"/>, for the match models. Loads at once.</item>
/// </list>
/// </remarks>
public static unsafe class PriorModel
{
    /// <summary>The level the text of a state is coded at: fast.</summary>
    public const int TextLevel = 2;

    // Shares of a state's size: for the text, and for the tables.
    private const int TextShare = 4, TablesShare = 4;

    private const int LongestCode = 1 << 28;

    // No bit costs less than 2^-22 of one.
    private const long MostRatio = 1 << 22;

    /// <summary>The kind.</summary>
    public static ModelKind Kind { get; } = new("prior", "what a context mixer has learnt, for codec cm", Load, MemoryOf);

    /// <summary>Writes a prior as its text.</summary>
    /// <param name="stream">Receives the file.</param>
    /// <param name="prior">The prior.</param>
    /// <param name="provenance">What else is to be said of it.</param>
    /// <exception cref="ArgumentException">The prior was read from a state.</exception>
    public static void WriteText(Stream stream, MixerPrior prior, params ReadOnlySpan<KeyValuePair<string, string>> provenance)
    {
        ArgumentNullException.ThrowIfNull(prior);
        if (prior.Code.IsEmpty && !prior.Text.IsEmpty)
            throw new ArgumentException("The prior was read from a state: its whole text is not known.", nameof(prior));
        Write(stream, prior, "text", 0, prior.Text.Length, [("text", prior.Code.ToArray())], provenance);
    }

    /// <summary>Writes a prior as its state.</summary>
    /// <param name="stream">Receives the file.</param>
    /// <param name="prior">The prior.</param>
    /// <param name="size">About as many bytes as the file is to have, but a state takes 16 KiB at least.</param>
    /// <param name="provenance">What else is to be said of it.</param>
    /// <exception cref="InvalidDataException">What was learnt takes more, whatever is left out of its slots.</exception>
    public static void WriteState(Stream stream, MixerPrior prior, int size, params ReadOnlySpan<KeyValuePair<string, string>> provenance) =>
        WriteState(stream, prior, size, CancellationToken.None, provenance);

    /// <inheritdoc cref="WriteState(Stream, MixerPrior, int, ReadOnlySpan{KeyValuePair{string, string}})"/>
    /// <param name="stream">Receives the file.</param>
    /// <param name="prior">The prior.</param>
    /// <param name="size">About as many bytes as the file is to have, but a state takes 16 KiB at least.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <param name="provenance">What else is to be said of it.</param>
    public static void WriteState(Stream stream, MixerPrior prior, int size, CancellationToken cancellationToken, params ReadOnlySpan<KeyValuePair<string, string>> provenance)
    {
        ArgumentNullException.ThrowIfNull(prior);
        size = Math.Max(size, 1 << 14);
        (byte[] text, int textLength) = CodeText(prior, size / TextShare, cancellationToken);
        byte[] tables = CodeTables(prior, size / TablesShare);
        (byte[] slots, long slotBytes) = CodeSlots(prior, Math.Max(1, size - text.Length - tables.Length - 1024), cancellationToken);
        Write(stream, prior, "state", slotBytes, textLength, [("text", text), ("tables", tables), ("slots", slots)], provenance);
    }

    private static void Write(Stream stream, MixerPrior prior, string form, long slotBytes, int textLength, (string Name, byte[] Bytes)[] codes,
        ReadOnlySpan<KeyValuePair<string, string>> provenance)
    {
        var settings = new Settings();
        string text = Convert.ToHexStringLower(SHA256.HashData(prior.Text.Span[^textLength..]));
        var description = new Description(form, ContextMixer.Version, prior.Level, prior.Structure, textLength, text, slotBytes, "");
        _ = Description.Ask(settings, description with { Hash = HashOf(description, codes.Select(code => code.Bytes)) });
        SafetensorsTensor[] tensors = [.. codes.Select(code => new SafetensorsTensor(code.Name, ElementType.U8, [code.Bytes.Length], code.Bytes))];
        SafetensorsWriter.Write(stream, ModelFile.Describe(Kind.Name, settings.ToJson(), provenance), tensors);
    }

    // Of the description and all codes: what is damaged still decodes, to nonsense.
    private static string HashOf(Description d, IEnumerable<byte[]> codes)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> number = stackalloc byte[sizeof(long)];
        foreach (long value in (ReadOnlySpan<long>)[d.Form == "text" ? 0 : 1, d.Version, d.Level, (long)d.Structure.Kind, d.Structure.RowLength, d.TextLength, d.SlotBytes])
        {
            BinaryPrimitives.WriteInt64LittleEndian(number, value);
            hash.AppendData(number);
        }
        hash.AppendData(Encoding.ASCII.GetBytes(d.TextHash));
        foreach (byte[] code in codes)
            hash.AppendData(code);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    // The last part of the text that fits: less and less until it does.
    private static (byte[] Code, int Length) CodeText(MixerPrior prior, int room, CancellationToken cancellationToken)
    {
        using var model = new ContextMixer(new ContextMixerOptions { Level = TextLevel });
        int length = (int)Math.Min(prior.Text.Length, 6L * room);
        while (true)
        {
            model.ResetToPrime(length, prior.Structure);
            byte[] code = MixedBytes.Encode(prior.Text.Span[^length..], model, room, out int taken, cancellationToken);
            if (taken == length)
                return (code, length);
            length = taken - taken / 16;
        }
    }

    // With as many weight sets as there is room for.
    private static byte[] CodeTables(MixerPrior prior, int room)
    {
        byte[] buffer = new byte[4 << 20];
        using var copy = new NativeBuffer();
        for (int least = 16; ; least *= 2)
        {
            byte* tables = copy.Take((nuint)prior.TablesSize);
            Buffer.MemoryCopy(prior.Learnt, tables, prior.TablesSize, prior.TablesSize);
            var coder = new BitWriting(buffer);
            PriorTables.Code(ref coder, prior.Plan, tables, least);
            int length = coder.Finish();
            if (length >= 0 && (length <= room || least > MixerNetwork.MaxUses))
                return buffer[..length];
        }
    }

    private static (byte[] Code, long SlotBytes) CodeSlots(MixerPrior prior, int room, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[room], best = [];
        long bestBytes = MixerPlan.LeastPrimedSlotBytes;
        using var memory = new NativeBuffer();
        int least = 0, most = SlotTable.MostWorth;
        while (least < most)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int middle = (least + most) / 2;
            long bytes = prior.TakeSlots(memory, middle);
            var coder = new BitWriting(buffer);
            PriorSlots.Code(ref coder, memory.Pointer, bytes);
            int length = coder.Finish();
            if (length < 0)
            {
                least = middle + 1;
                continue;
            }
            most = middle;
            best = buffer[..length];
            bestBytes = bytes;
        }
        return best.Length > 0 ? (best, bestBytes)
            : throw new InvalidDataException("What was learnt takes more than the most bytes the model may have: raise that, or give less data.");
    }

    // The prior, the codes as they are read, and for a while the mixers that learn it.
    private static long MemoryOf(ModelFile file)
    {
        Description d = Read(file);
        MixerPlan plan = MixerPrior.PlanToPrime(d.Level, d.Structure.Kind, d.TextLength);
        long codes = d.TextLength, mixer = Size(plan);
        foreach (string name in d.Codes)
            codes += file.Tensors.Find(name)?.Count ?? 0;
        if (d.Form == "text")
            return codes + mixer + plan.SlotBytes + plan.SmallSize;
        long text = Size(MixerPrior.PlanToPrime(TextLevel, d.Structure.Kind, d.TextLength));
        MixerPlan empty = MixerPrior.PlanToPrime(d.Level, d.Structure.Kind, 0);
        return codes + Math.Max(text, Size(empty) + d.SlotBytes + empty.SmallSize);

        static long Size(MixerPlan plan) => plan.SlotBytes + plan.SmallSize + plan.HistoryLength + plan.MatchSize;
    }

    private static Description Read(ModelFile file)
    {
        Settings settings = file.Settings;
        Description d = Description.Ask(settings, new Description("", 0, 1, default, 0, "", 0, ""));
        settings.RefuseUnknown();
        return d.Structure.IsPossible && d.Structure.Kind != BlockKind.Bilevel ? d
            : throw new InvalidDataException($"A prior for blocks of the structure {d.Structure} cannot be.");
    }

    private static MixerPrior Load(ModelFile file, CancellationToken cancellationToken)
    {
        Description d = Read(file);
        byte[][] codes = [.. d.Codes.Select(name => Read(file, name))];
        if (HashOf(d, codes) != d.Hash)
            throw new InvalidDataException("The prior is damaged: its tensors are not what its settings say.");
        if (d.TextLength > MostRatio * (codes[0].Length + 1L) || codes[0].Length > MixedBytes.LongestCode(d.TextLength))
            throw new InvalidDataException($"A prior's text of {d.TextLength} bytes cannot be {codes[0].Length} coded ones.");
        byte[] text = new byte[d.TextLength];
        if (d.Form == "text")
        {
            MixerPrior prior = MixerPrior.OfCode(codes[0], text, d.Level, d.Structure, cancellationToken);
            return IsRight() ? prior : throw Wrong(prior);
        }
        using (var model = new ContextMixer(new ContextMixerOptions { Level = TextLevel }))
        {
            model.ResetToPrime(text.Length, d.Structure);
            MixedBytes.Decode(codes[0], text, model, cancellationToken);
        }
        return IsRight() ? MixerPrior.OfState(text, d.Level, d.Structure, codes[1], codes[2], d.SlotBytes) : throw Wrong(null);

        bool IsRight() => Convert.ToHexStringLower(SHA256.HashData(text)) == d.TextHash;

        static InvalidDataException Wrong(MixerPrior? prior)
        {
            prior?.Dispose();
            return new InvalidDataException("The prior's text does not come out as it went in: it is damaged, or was made by a program whose cm is another.");
        }
    }

    private static byte[] Read(ModelFile file, string name)
    {
        SafetensorsEntry entry = file.Tensors.Find(name) ?? throw new InvalidDataException($"The model has no tensor '{name}'.");
        if (entry.Type != ElementType.U8 || entry.Count > LongestCode)
            throw new InvalidDataException($"The model's tensor '{name}' is not what a prior has.");
        byte[] bytes = new byte[(int)entry.Count];
        file.Tensors.ReadBytes(entry, 0, bytes);
        return bytes;
    }

    private readonly record struct Description(string Form, int Version, int Level, BlockStructure Structure, int TextLength, string TextHash, long SlotBytes, string Hash)
    {
        /// <summary>The names of its tensors.</summary>
        public string[] Codes => Form == "text" ? ["text"] : ["text", "tables", "slots"];

        public static Description Ask(Settings settings, Description d)
        {
            string form = settings.Text("form", d.Form);
            if (form is not ("text" or "state"))
                throw new InvalidDataException($"A prior's form is text or state, not '{form}'.");
            int version = settings.Whole("model_version", d.Version, 0, 255);
            if (version != ContextMixer.Version)
                throw new InvalidDataException($"The prior was learnt by version {version} of cm; this program has version {ContextMixer.Version}.");
            int level = settings.Whole("level", d.Level, MixerPlan.MinLevel, MixerPlan.MaxLevel);
            int kind = settings.Whole("structure", (int)d.Structure.Kind, 0, (int)BlockStructure.LastKind);
            int row = settings.Whole("row_length", d.Structure.RowLength, 0, BlockStructure.MaxRowLength);
            int length = settings.Whole("text_length", d.TextLength, 0, MixerPrior.MaxLength);
            string text = settings.Text("text_sha256", d.TextHash);
            long slots = settings.Whole("slot_bytes", d.SlotBytes, 0L, 1L << 30);
            if (form == "state" && (!long.IsPow2(slots) || slots < MixerPlan.LeastPrimedSlotBytes))
                throw new InvalidDataException($"A prior's table of {slots} bytes cannot be.");
            return new Description(form, version, level, new BlockStructure((BlockKind)kind, row), length, text, slots, settings.Text("sha256", d.Hash));
        }
    }
}

using System.Buffers.Binary;
using System.Security.Cryptography;
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

    // No bit costs less than 2^-21 of one.
    private const long MostRatio = 1 << 18;

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
    public static void WriteState(Stream stream, MixerPrior prior, int size, params ReadOnlySpan<KeyValuePair<string, string>> provenance)
    {
        ArgumentNullException.ThrowIfNull(prior);
        size = Math.Max(size, 1 << 14);
        (byte[] text, int textLength) = CodeText(prior, size / TextShare);
        byte[] tables = CodeTables(prior, size / TablesShare);
        (byte[] slots, long slotBytes) = CodeSlots(prior, Math.Max(1, size - text.Length - tables.Length - 1024));
        Write(stream, prior, "state", slotBytes, textLength, [("text", text), ("tables", tables), ("slots", slots)], provenance);
    }

    private static void Write(Stream stream, MixerPrior prior, string form, long slotBytes, int textLength, (string Name, byte[] Bytes)[] codes,
        ReadOnlySpan<KeyValuePair<string, string>> provenance)
    {
        var settings = new Settings();
        var description = new Description(form, prior.Level, prior.Structure, textLength, slotBytes, "");
        _ = Description.Ask(settings, description with { Hash = HashOf(description, codes.Select(code => code.Bytes)) });
        SafetensorsTensor[] tensors = [.. codes.Select(code => new SafetensorsTensor(code.Name, ElementType.U8, [code.Bytes.Length], code.Bytes))];
        SafetensorsWriter.Write(stream, ModelFile.Describe(Kind.Name, settings.ToJson(), provenance), tensors);
    }

    // Of the description and all codes: what is damaged still decodes, to nonsense.
    private static string HashOf(Description d, IEnumerable<byte[]> codes)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> number = stackalloc byte[sizeof(long)];
        foreach (long value in (ReadOnlySpan<long>)[d.Form == "text" ? 0 : 1, d.Level, (long)d.Structure.Kind, d.Structure.RowLength, d.TextLength, d.SlotBytes])
        {
            BinaryPrimitives.WriteInt64LittleEndian(number, value);
            hash.AppendData(number);
        }
        foreach (byte[] code in codes)
            hash.AppendData(code);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    // The last part of the text that fits: less and less until it does.
    private static (byte[] Code, int Length) CodeText(MixerPrior prior, int room)
    {
        using var model = new ContextMixer(new ContextMixerOptions { Level = TextLevel });
        int length = (int)Math.Min(prior.Text.Length, 6L * room);
        while (true)
        {
            model.ResetToPrime(length, prior.Structure);
            byte[] code = MixedBytes.Encode(prior.Text.Span[^length..], model, room, out int taken);
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

    private static (byte[] Code, long SlotBytes) CodeSlots(MixerPrior prior, int room)
    {
        byte[] buffer = new byte[room], best = [];
        long bestBytes = MixerPlan.LeastPrimedSlotBytes;
        using var memory = new NativeBuffer();
        int least = 0, most = SlotTable.MostWorth;
        while (least < most)
        {
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

    // The prior, and for a while the mixer that learns it.
    private static long MemoryOf(ModelFile file)
    {
        Description d = Read(file);
        MixerPlan plan = MixerPrior.PlanToPrime(d.Level, d.Structure.Kind, d.TextLength);
        long slots = d.Form == "text" ? 2 * plan.SlotBytes : d.SlotBytes;
        return slots + 2 * plan.SmallSize + plan.HistoryLength + plan.MatchSize + d.TextLength;
    }

    private static Description Read(ModelFile file)
    {
        Settings settings = file.Settings;
        Description d = Description.Ask(settings, new Description("", 1, default, 0, 0, ""));
        settings.RefuseUnknown();
        return d.Structure.IsPossible && d.Structure.Kind != BlockKind.Bilevel ? d
            : throw new InvalidDataException($"A prior for blocks of the structure {d.Structure} cannot be.");
    }

    private static MixerPrior Load(ModelFile file)
    {
        Description d = Read(file);
        byte[][] codes = [.. (d.Form == "text" ? (string[])["text"] : ["text", "tables", "slots"]).Select(name => Read(file, name))];
        if (HashOf(d, codes) != d.Hash)
            throw new InvalidDataException("The prior is damaged: its tensors are not what its settings say.");
        if (d.TextLength > MostRatio * (codes[0].Length + 1L))
            throw new InvalidDataException($"A prior's text of {d.TextLength} bytes cannot come from {codes[0].Length}.");
        byte[] text = new byte[d.TextLength];
        if (d.Form == "text")
            return MixerPrior.OfCode(codes[0], text, d.Level, d.Structure);
        using (var model = new ContextMixer(new ContextMixerOptions { Level = TextLevel }))
        {
            model.ResetToPrime(text.Length, d.Structure);
            MixedBytes.Decode(codes[0], text, model);
        }
        return MixerPrior.OfState(text, d.Level, d.Structure, codes[1], codes[2], d.SlotBytes);
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

    private readonly record struct Description(string Form, int Level, BlockStructure Structure, int TextLength, long SlotBytes, string Hash)
    {
        public static Description Ask(Settings settings, Description d)
        {
            string form = settings.Text("form", d.Form);
            if (form is not ("text" or "state"))
                throw new InvalidDataException($"A prior's form is text or state, not '{form}'.");
            int level = settings.Whole("level", d.Level, MixerPlan.MinLevel, MixerPlan.MaxLevel);
            int kind = settings.Whole("structure", (int)d.Structure.Kind, 0, (int)BlockStructure.LastKind);
            int row = settings.Whole("row_length", d.Structure.RowLength, 0, BlockStructure.MaxRowLength);
            int length = settings.Whole("text_length", d.TextLength, 0, MixerPrior.MaxLength);
            long slots = settings.Whole("slot_bytes", d.SlotBytes, 0L, 1L << 30);
            if (form == "state" && (!long.IsPow2(slots) || slots < MixerPlan.LeastPrimedSlotBytes))
                throw new InvalidDataException($"A prior's table of {slots} bytes cannot be.");
            return new Description(form, level, new BlockStructure((BlockKind)kind, row), length, slots, settings.Text("sha256", d.Hash));
        }
    }
}

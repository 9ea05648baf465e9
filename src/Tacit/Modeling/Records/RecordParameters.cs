using System.Runtime.CompilerServices;
using Tacit.Learning.Safetensors;
using Tacit.Modeling.ContextMixing;

namespace Tacit.Modeling.Records;

/// <summary>All that coding reads: what follows the contexts, maps from counts to opinions, weights. Fixed once trained.</summary>
/// <remarks>
/// A map's entry is an expert's two inputs of the mixers (<see cref="Logistic.InputTable"/>). In a file an entry is its
/// stretched probability in steps of 2^-4, or <see cref="Untouched"/> for what the teacher begins with.
/// </remarks>
internal sealed unsafe class RecordParameters
{
    private const int Untouched = 256, Symbols = 257, StepBits = 4;

    private const int Alignment = 64;

    private readonly byte[] _memory;    // pinned

    /// <summary>Parameters as they are before anything is learnt.</summary>
    public RecordParameters(RecordProfile profile, RecordSyntax syntax, byte separator, SymbolTable table, RecordLinks links)
    {
        Profile = profile;
        Plan = RecordPlan.Of(profile);
        Syntax = syntax;
        Separator = separator;
        Table = table;
        Links = links;
        int weights = Plan.Sets * Plan.Inputs, final = RecordPlan.FinalSets * RecordPlan.FinalInputs;
        int size = sizeof(short) * (weights + final) + sizeof(int) * (Plan.MapLength + RecordPlan.DirectLength);
        _memory = GC.AllocateArray<byte>(size + Alignment, pinned: true);
        byte* memory = (byte*)((nuint)Unsafe.AsPointer(ref _memory[0]) + Alignment - 1 & ~(nuint)(Alignment - 1));
        Maps = (int*)memory;
        Direct = (uint*)(Maps + Plan.MapLength);
        Weights = (short*)(Direct + RecordPlan.DirectLength);
        FinalWeights = Weights + weights;
    }

    /// <summary>What it is made for.</summary>
    public RecordProfile Profile { get; }

    /// <summary>The sizes.</summary>
    public RecordPlan Plan { get; }

    /// <summary>What the records look like.</summary>
    public RecordSyntax Syntax { get; }

    /// <summary>Between the cells of rows.</summary>
    public byte Separator { get; }

    /// <summary>What follows the contexts.</summary>
    public SymbolTable Table { get; set; }

    /// <summary>Which words repeat which.</summary>
    public RecordLinks Links { get; }

    /// <summary>P(the record ends at <see cref="RecordPredictor.EndByte"/>), in units of 2^-32.</summary>
    public uint EndProbability { get; set; } = uint.MaxValue - (1 << 16);

    /// <summary>(experts, <see cref="RecordPlan.MapSize"/>): inputs of the mixers.</summary>
    public int* Maps { get; }

    /// <summary>(8, 256): P(1) of the bits of a byte nobody foresaw; then <see cref="RecordPlan.QuickLength"/> P(a quick guess is right).</summary>
    public uint* Direct { get; }

    /// <summary>(sets, inputs), 13 fraction bits, aligned to 64 bytes.</summary>
    public short* Weights { get; }

    /// <summary>(<see cref="RecordPlan.FinalSets"/>, <see cref="RecordPlan.FinalInputs"/>).</summary>
    public short* FinalWeights { get; }

    /// <summary>The tensors of what a teacher has taught.</summary>
    /// <param name="contexts">The code of <see cref="Table"/>.</param>
    /// <param name="teacher">What it learnt.</param>
    /// <param name="maxWeights">Most bytes of the code of weights.</param>
    public SafetensorsTensor[] Tensors(byte[] contexts, RecordTeacher teacher, int maxWeights)
    {
        int[] symbols = new int[Plan.MapLength + RecordPlan.DirectLength];
        for (int i = 0; i < symbols.Length; i++)
        {
            uint p = i < Plan.MapLength ? teacher.Maps[i] : teacher.Direct[i - Plan.MapLength];
            symbols[i] = (p & AdaptiveProbability.MaxCount) == 0 ? Untouched
                : (short)Logistic.InputTable[p >> 20] + (1 << 7 + StepBits) >> StepBits;
        }
        byte[] links = new byte[Links.Links.Count * RecordLinks.EntrySize];
        Links.Write(links);
        return
        [
            Bytes("contexts", contexts),
            Bytes("links", links),
            Bytes("maps", RangeCodes.WriteAll(symbols, Symbols)),
            Bytes("weights", WeightCode.Write(teacher.Weights, teacher.Uses, Plan.Inputs, maxWeights)),
            Bytes("final_weights", WeightCode.Write(teacher.FinalWeights, teacher.FinalUses, RecordPlan.FinalInputs, maxWeights)),
        ];
    }

    /// <summary>Reads what <see cref="Tensors"/> gave.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static RecordParameters Read(SafetensorsReader file, RecordProfile profile, RecordSyntax syntax, byte separator)
    {
        SymbolTable table = SymbolTableCode.Read(Bytes(file, "contexts"));
        var model = new RecordParameters(profile, syntax, separator, table, RecordLinks.Read(Bytes(file, "links")));
        RecordTeacher.Start(model);
        RecordPlan plan = model.Plan;
        int[] symbols = new int[plan.MapLength + RecordPlan.DirectLength];
        RangeCodes.ReadAll(Bytes(file, "maps"), Symbols, symbols);
        for (int i = 0; i < symbols.Length; i++)
        {
            if (symbols[i] == Untouched)
                continue;
            int stretched = (symbols[i] << StepBits) - (1 << 7 + StepBits) + (1 << StepBits - 1);
            uint p = Logistic.Squash(Logistic.SquashTable, stretched << Logistic.SumBits - Logistic.InputBits);
            if (i < plan.MapLength)
                model.Maps[i] = Logistic.InputTable[p >> 20];
            else
                model.Direct[i - plan.MapLength] = p;
        }
        WeightCode.Read(Bytes(file, "weights"), new Span<short>(model.Weights, plan.Sets * plan.Inputs), plan.Sets, plan.Inputs);
        WeightCode.Read(Bytes(file, "final_weights"), new Span<short>(model.FinalWeights, RecordPlan.FinalSets * RecordPlan.FinalInputs),
            RecordPlan.FinalSets, RecordPlan.FinalInputs);
        return model;
    }

    private static SafetensorsTensor Bytes(string name, byte[] bytes) => new(name, ElementType.U8, [bytes.Length], bytes);

    private static byte[] Bytes(SafetensorsReader file, string name)
    {
        SafetensorsEntry entry = file.Find(name) is { Type: ElementType.U8, Shape.Count: 1 } found ? found
            : throw new InvalidDataException($"The model has no tensor '{name}' of bytes.");
        if (entry.Count > RecordModel.MaxFileSize)
            throw new InvalidDataException($"The model's tensor '{name}' is longer than any model of records.");
        byte[] bytes = new byte[entry.Count];
        file.ReadBytes(entry, 0, bytes);
        return bytes;
    }
}

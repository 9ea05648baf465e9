using Tacit.Modeling.ContextMixing;

namespace Tacit.Modeling.Records;

internal sealed unsafe class RankModel
{
    private readonly NativeBuffer _memory = new();

    public RankModel(RecordProfile profile, RecordSyntax syntax, byte separator, SymbolTable table)
    {
        Profile = profile;
        Plan = RecordPlan.Of(profile);
        Maps = GC.AllocateArray<int>(Plan.Experts * RecordPlan.MapSize, pinned: true);
        Syntax = syntax;
        Separator = separator;
        Table = table;
        int sets = Plan.Sets;
        byte* p = _memory.Clear((nuint)(2 * (sets * Plan.Inputs + RecordPlan.FinalSets * 16)));
        Weights = p;
        FinalWeights = p + 2 * sets * Plan.Inputs;
        for (int i = 0; i < Literals.Length; i++)
            Literals[i] = AdaptiveProbability.Start(32768);
    }

    public RecordProfile Profile { get; }

    public RecordPlan Plan { get; }

    public RecordSyntax Syntax { get; }

    public byte Separator { get; }

    public SymbolTable Table { get; set; }

    public required RecordLinks Links { get; init; }

    public int[] Maps { get; }

    public uint[] Literals { get; } = GC.AllocateArray<uint>(RecordPlan.LiteralSize, pinned: true);

    public byte* Weights { get; }

    public byte* FinalWeights { get; }

    public uint EndProbability { get; set; } = uint.MaxValue - 65535;
}

/// <summary>What learns: adaptive maps and weights in floats.</summary>
internal sealed unsafe class RankTeacher
{
    private readonly int[] _uses;

    public RankTeacher(RankModel model)
    {
        RecordPlan plan = model.Plan;
        int sets = plan.Sets;
        Weights = new float[sets * plan.Inputs];
        FinalWeights = new float[RecordPlan.FinalSets * 16];
        Maps = new uint[model.Maps.Length];
        _uses = new int[sets];
        short* w = (short*)model.Weights, f = (short*)model.FinalWeights;
        for (int s = 0; s < sets; s++)
        {
            for (int i = 0; i < plan.Experts; i++)
            {
                Weights[s * plan.Inputs + 2 * i] = 0.15f;
                w[s * plan.Inputs + 2 * i] = (short)(0.15f * 8192);
            }
        }
        for (int s = 0; s < RecordPlan.FinalSets; s++)
        {
            for (int i = 0; i < plan.Mixers; i++)
            {
                FinalWeights[s * 16 + i] = 1f / plan.Mixers;
                f[s * 16 + i] = (short)(8192 / plan.Mixers);
            }
        }
        for (int index = 0; index < Maps.Length; index++)
        {
            int e = index / RecordPlan.MapSize, c = index % RecordPlan.RankSize;
            int p;
            if (e < plan.Contexts.Length)
            {
                int size = c >> 4, rest = c & 15;
                int n1 = size == 0 ? 0 : CountClasses.Values[size - 1], n0 = rest == 0 ? 0 : CountClasses.Values[rest - 1];
                p = (int)((10L * n1 + 4) * 65536 / (10L * (n0 + n1) + 8));
            }
            else if (e < plan.MatchExpert)
            {
                p = (c >> 4) switch { 1 => 50000, 2 => 40000, 3 => 40000, 4 => 16000, _ => 6000 };
            }
            else
            {
                p = (c & 1) == 1 ? 50000 : 6000;
            }
            Maps[index] = AdaptiveProbability.Start(Math.Clamp(p, 16, 65520));
            model.Maps[index] = Logistic.InputTable[Maps[index] >> 20];
        }
    }

    public float[] Weights { get; }

    public float[] FinalWeights { get; }

    public uint[] Maps { get; }

    public int MapLimit { get; set; } = 1023;

    public float StartRate { get; set; } = 0.012f;

    public float EndRate { get; set; } = 0.0015f;

    public float FinalRate { get; set; } = 0.002f;

    public float Rate(int set)
    {
        int uses = _uses[set];
        if (uses < 100000)
            _uses[set]++;
        return EndRate + (StartRate - EndRate) * 512 / (512 + uses);
    }
}

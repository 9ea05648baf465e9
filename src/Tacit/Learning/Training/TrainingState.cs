using System.Buffers.Binary;
using Tacit.Learning.Safetensors;
using Tacit.Numerics;

namespace Tacit.Learning;

/// <summary>A loss after some steps.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Loss">The loss.</param>
public readonly record struct LossPoint(long Step, double Loss);

/// <summary>All that a run knows besides the model: with it a run goes on to the same bits.</summary>
internal sealed class TrainingState(Optimiser optimiser, Tensor[] best)
{
    /// <summary>The metadata key of the options.</summary>
    public const string OptionsKey = "training";

    private const string StateKey = "training_state";
    private const string BestPrefix = ModuleFile.TrainingPrefix + "best.";
    private const string OptimiserPrefix = ModuleFile.TrainingPrefix + "optimiser.";
    private const string LossesName = ModuleFile.TrainingPrefix + "losses", ValidationsName = ModuleFile.TrainingPrefix + "validations";

    private long _optimiserSteps;
    private ulong _bestLossBits = BitConverter.DoubleToUInt64Bits(double.PositiveInfinity), _lossSumBits;

    /// <summary>Steps done.</summary>
    public long Step { get; set; }

    /// <summary>The step of the last validation; −1 for none.</summary>
    public long ValidatedAt { get; set; } = -1;

    /// <summary>Steps of the best validation; −1 for none.</summary>
    public long BestStep { get; set; } = -1;

    /// <summary>Validations since the best.</summary>
    public int Misses { get; set; }

    /// <summary>Losses in <see cref="LossSum"/>.</summary>
    public long LossCount { get; set; }

    /// <summary>The sum of the losses since the last report.</summary>
    public double LossSum
    {
        get => BitConverter.UInt64BitsToDouble(_lossSumBits);
        set => _lossSumBits = BitConverter.DoubleToUInt64Bits(value);
    }

    /// <summary>The best validation's loss.</summary>
    public double BestLoss
    {
        get => BitConverter.UInt64BitsToDouble(_bestLossBits);
        set => _bestLossBits = BitConverter.DoubleToUInt64Bits(value);
    }

    /// <summary>Training losses, as they were reported.</summary>
    public List<LossPoint> Losses { get; } = [];

    /// <summary>Validation losses.</summary>
    public List<LossPoint> Validations { get; } = [];

    /// <summary>The steps of a checkpoint; null if the file is none.</summary>
    public static long? StepOf(SafetensorsReader file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return file.FindMetadata(StateKey) is { } state ? Settings.Parse(state).Whole("step", 0L, 0L, 1L << 32) : null;
    }

    /// <summary>Writes a checkpoint: a model file with more in it.</summary>
    public void Save(Stream stream, Module model, TrainingOptions options, IReadOnlyList<KeyValuePair<string, string>> metadata)
    {
        var tensors = new List<SafetensorsTensor>(ModuleFile.Tensors(model));
        if (BestStep >= 0)
        {
            for (int i = 0; i < best.Length; i++)
                tensors.Add(new SafetensorsTensor(BestPrefix + model.Parameters[i].Name, best[i]));
        }
        foreach ((string name, Tensor value) in optimiser.State)
            tensors.Add(new SafetensorsTensor(OptimiserPrefix + name, value));
        tensors.Add(Pack(LossesName, Losses));
        tensors.Add(Pack(ValidationsName, Validations));
        _optimiserSteps = optimiser.Steps;
        var settings = new Settings();
        Exchange(settings);
        SafetensorsWriter.Write(stream, [.. metadata, new(OptionsKey, options.ToJson()), new(StateKey, settings.ToJson())], tensors);
    }

    /// <summary>Reads a checkpoint into model, optimiser and this.</summary>
    /// <exception cref="InvalidDataException">It is none, of another model or of a run with other options.</exception>
    public void Load(SafetensorsReader file, Module model, TrainingOptions options)
    {
        if (file.FindMetadata(StateKey) is not { } state || file.FindMetadata(OptionsKey) is not { } began)
            throw new InvalidDataException("The file is no checkpoint of a training run.");
        if (began != options.ToJson())
            throw new InvalidDataException($"The checkpoint is of a run with other options: {began}, not {options.ToJson()}.");
        var settings = Settings.Parse(state);
        Exchange(settings);
        settings.RefuseUnknown();
        Unpack(file, LossesName, Losses);
        Unpack(file, ValidationsName, Validations);
        Check(options);
        ModuleFile.Load(file, model);
        if (BestStep >= 0)
        {
            for (int i = 0; i < best.Length; i++)
                ModuleFile.Load(file, BestPrefix + model.Parameters[i].Name, best[i]);
        }
        foreach ((string name, Tensor value) in optimiser.State)
            ModuleFile.Load(file, OptimiserPrefix + name, value);
        optimiser.Resume(_optimiserSteps);
    }

    // A checkpoint is a file like any other: what cannot be after any run would lead astray.
    private void Check(TrainingOptions options)
    {
        bool validated = BestStep >= 0;
        if (Step > options.Steps || _optimiserSteps != Step || ValidatedAt > Step || BestStep > ValidatedAt || LossCount > Step
            || Misses > Validations.Count || validated != (ValidatedAt >= 0) || validated != Validations.Count > 0
            || (LossCount == 0 && Step > 0 && Losses.Count == 0)
            || !double.IsFinite(LossSum) || (validated ? !double.IsFinite(BestLoss) : !double.IsPositiveInfinity(BestLoss))
            || !IsUpTo(Step, Losses) || !IsUpTo(Step, Validations))
        {
            throw new InvalidDataException($"The checkpoint contradicts itself: step {Step} of {options.Steps}, {_optimiserSteps} steps of the optimiser, " +
                $"validated at {ValidatedAt}, best at {BestStep}, {LossCount} losses since the last report.");
        }
    }

    // Steps rise, and end at the latest here.
    private static bool IsUpTo(long step, List<LossPoint> points)
    {
        for (int i = points.Count - 1; i >= 0; i--)
        {
            if (points[i].Step > step || (i > 0 && points[i - 1].Step >= points[i].Step))
                return false;
        }
        return true;
    }

    private void Exchange(Settings s)
    {
        Step = s.Whole("step", Step, 0, 1L << 32);
        _optimiserSteps = s.Whole("optimiser_steps", _optimiserSteps, 0, 1L << 32);
        ValidatedAt = s.Whole("validated_at", ValidatedAt, -1, 1L << 32);
        BestStep = s.Whole("best_step", BestStep, -1, 1L << 32);
        Misses = s.Whole("misses", Misses, 0, int.MaxValue);
        LossCount = s.Whole("loss_count", LossCount, 0, 1L << 32);
        _lossSumBits = s.Whole("loss_sum_bits", _lossSumBits, 0UL, ulong.MaxValue);
        _bestLossBits = s.Whole("best_loss_bits", _bestLossBits, 0UL, ulong.MaxValue);
    }

    // (N, 2) doubles: steps and losses.
    private static SafetensorsTensor Pack(string name, List<LossPoint> points)
    {
        byte[] bytes = new byte[points.Count * 2 * sizeof(double)];
        for (int i = 0; i < points.Count; i++)
        {
            BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(16 * i), points[i].Step);
            BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(16 * i + 8), points[i].Loss);
        }
        return new SafetensorsTensor(name, ElementType.F64, [points.Count, 2], bytes);
    }

    private static void Unpack(SafetensorsReader file, string name, List<LossPoint> points)
    {
        if (file.Find(name) is not { Type: ElementType.F64 } entry || entry.Shape is not [var count and <= 1 << 24, 2])
            throw new InvalidDataException($"The checkpoint has no list '{name}'.");
        Span<byte> pair = stackalloc byte[16];
        points.Clear();
        for (long i = 0; i < count; i++)
        {
            file.ReadBytes(entry, 16 * i, pair);
            double step = BinaryPrimitives.ReadDoubleLittleEndian(pair), loss = BinaryPrimitives.ReadDoubleLittleEndian(pair[8..]);
            if (!(step >= 0 && step <= 1L << 32) || !double.IsFinite(loss))
                throw new InvalidDataException($"The checkpoint's list '{name}' has the step {step} and the loss {loss}.");
            points.Add(new LossPoint((long)step, loss));
        }
    }
}

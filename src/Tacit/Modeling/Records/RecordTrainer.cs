namespace Tacit.Modeling.Records;

/// <summary>Makes a model of samples.</summary>
/// <remarks>
/// What follows each context is counted over all samples. Then every fold, a stretch of neighbouring samples, is taken out
/// of the counts and read record by record as it will be in use, and what weighs the contexts learns from that: how far to
/// trust counts for records that are not among the counted. Then once more, but each fold with the counts of those before it
/// only: of what changes with time, the samples to come will show values that none had before.
/// </remarks>
internal sealed class RecordTrainer
{
    private const int Folds = 8;
    private const float LastEndRate = 0.0004f, LastFinalRate = 0.0005f;

    // Bytes of samples that are read to weigh contexts, each time: weights need no more.
    private const long MostRead = 3 << 20;

    private readonly IReadOnlyList<byte[]> _samples;
    private readonly RecordPlan _plan;
    private readonly ContextCounts _counts = new();
    private RecordScanner _scanner;

    private RecordTrainer(IReadOnlyList<byte[]> samples, RecordPlan plan, RecordSyntax syntax, byte separator)
    {
        _samples = samples;
        _plan = plan;
        _scanner = new RecordScanner(syntax, separator, plan.Tokens);
    }

    /// <summary>Trains.</summary>
    /// <param name="samples">Records, two at least.</param>
    /// <param name="profile">What for.</param>
    /// <param name="syntax">What they look like.</param>
    /// <param name="separator">Between the cells of rows.</param>
    /// <param name="maxSize">Most bytes of the code of contexts.</param>
    /// <param name="maxLinks">Most links.</param>
    /// <param name="cancellationToken">Stops it soon.</param>
    /// <returns>The parameters, with the code of the contexts and the teacher, from whom a file is made.</returns>
    public static (RecordParameters Model, byte[] Contexts, RecordTeacher Teacher) Fit(IReadOnlyList<byte[]> samples, RecordProfile profile,
        RecordSyntax syntax, byte separator, int maxSize, int maxLinks, CancellationToken cancellationToken)
    {
        var trainer = new RecordTrainer(samples, RecordPlan.Of(profile), syntax, separator);
        int level = trainer.Count(maxSize, out byte[] contexts, cancellationToken);
        SymbolTable table = SymbolTableCode.Read(contexts);
        var model = new RecordParameters(profile, syntax, separator, table, RecordLinks.Learn(samples, trainer._scanner, maxLinks))
        {
            EndProbability = EndProbability(samples),
        };
        var teacher = new RecordTeacher(model);
        trainer.Weigh(model, teacher, level, cancellationToken);
        model.Table = table;
        return (model, contexts, teacher);
    }

    // Counts, and finds the least level at which the contexts fit: the higher, the fewer are kept.
    private int Count(int maxSize, out byte[] contexts, CancellationToken cancellationToken)
    {
        foreach (byte[] sample in _samples)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _counts.Add(sample, _plan.Contexts, ref _scanner, 1);
        }
        foreach (byte[] sample in _samples)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _counts.MarkNeeded(sample, _plan, ref _scanner);
        }
        int tooLow = -1, level = 0;
        byte[]? code;
        while ((code = CodeAt(level, maxSize, cancellationToken)) is null)
            (tooLow, level) = (level, level == 0 ? 1 : 2 * level);
        contexts = code;
        while (level - tooLow > 1)
        {
            int middle = (tooLow + level) / 2;
            if (CodeAt(middle, maxSize, cancellationToken) is { } smaller)
                (level, contexts) = (middle, smaller);
            else
                tooLow = middle;
        }
        return level;
    }

    // The code of the contexts of a level, or null if it is too long or no table can hold them.
    private byte[]? CodeAt(int level, int maxSize, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        long kept = _counts.Kept(Keep(level));
        if (kept * SymbolTableCode.LeastBits / 8 > maxSize)
            return null;
        var code = new SymbolTableCode(_counts, Keep(level));
        return code.Fits && code.Write() is var bytes && (bytes.Length <= maxSize || kept == 0) ? bytes : null;
    }

    private void Weigh(RecordParameters model, RecordTeacher teacher, int level, CancellationToken cancellationToken)
    {
        int folds = Math.Min(Folds, _samples.Count);
        for (int fold = 0; fold < folds; fold++)
        {
            (int from, int to) = Fold(fold, folds);
            Add(from, to, -1);
            model.Table = new SymbolTableCode(_counts, Keep(level)).Build();
            Add(from, to, 1);
            Read(model, teacher, from, to, MostRead / folds, cancellationToken);
        }
        teacher.EndRate = LastEndRate;
        teacher.FinalRate = LastFinalRate;
        Add(0, _samples.Count, -1);
        for (int fold = 0; fold < folds; fold++)
        {
            (int from, int to) = Fold(fold, folds);
            if (fold > 0)
            {
                model.Table = new SymbolTableCode(_counts, Keep(level)).Build();
                Read(model, teacher, from, to, MostRead / folds, cancellationToken);
            }
            Add(from, to, 1);
        }
    }

    private (int From, int To) Fold(int fold, int folds) =>
        ((int)((long)_samples.Count * fold / folds), (int)((long)_samples.Count * (fold + 1) / folds));

    private void Add(int from, int to, int sign)
    {
        for (int i = from; i < to; i++)
            _counts.Add(_samples[i], _plan.Contexts, ref _scanner, sign);
    }

    private void Read(RecordParameters model, RecordTeacher teacher, int from, int to, long most, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var predictor = new RecordPredictor(model, teacher);
        long read = 0;
        for (int i = from; i < to && read < most; i++)
        {
            Read(predictor, _samples[i]);
            read += _samples[i].Length + 1;
        }
    }

    private static void Read(RecordPredictor predictor, byte[] sample)
    {
        var coder = new NoCoder();
        predictor.Restart();
        foreach (byte value in sample)
        {
            predictor.Code(ref coder, value);
            predictor.Add(value);
        }
        predictor.Code(ref coder, RecordPredictor.EndByte);
    }

    // The higher the level, the more often a context must have been seen, those that have no parent less often.
    private Func<int, long, bool> Keep(int level) => (context, seen) => seen >= (_plan.Parents[context] >= 0 ? level + 1L : level - 1L);

    private static uint EndProbability(IReadOnlyList<byte[]> samples)
    {
        long inner = 0;
        foreach (byte[] sample in samples)
            inner += sample.AsSpan().Count(RecordPredictor.EndByte);
        return inner == 0 ? uint.MaxValue - (1 << 16) : (uint)((((ulong)samples.Count << 16) / (ulong)(samples.Count + inner)) << 16 | 1 << 15);
    }
}

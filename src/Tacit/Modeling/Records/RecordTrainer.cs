namespace Tacit.Modeling.Records;

internal static class RecordTrainer
{
    public static RankModel TrainRank(IReadOnlyList<byte[]> samples, RecordProfile profile, RecordSyntax syntax, byte separator, int maxSize = 1 << 20, int folds = 8, int epochs = 2, Action<string>? log = null)
    {
        var plan = RecordPlan.Of(profile);
        byte[] contexts = plan.Contexts;
        var counts = new ContextCounts();
        var scanner = new RecordScanner(syntax, separator);
        foreach (byte[] sample in samples)
            counts.Add(sample, contexts, ref scanner, 1);
        foreach (byte[] sample in samples)
            counts.MarkNeeded(sample, plan, ref scanner);
        int level = 0;
        SymbolTableCode code;
        byte[] written;
        while (true)
        {
            code = new SymbolTableCode(counts, Keep(plan, level));
            written = code.Write();
            if (written.Length <= maxSize)
                break;
            level++;
        }
        var table = SymbolTableCode.Read(written);
        var model = new RankModel(profile, syntax, separator, table) { Links = RecordLinks.Learn(samples, scanner) };
        log?.Invoke($"{counts.ContextCount} contexts, {code.Count} kept, {written.Length} bytes, {table.Memory} memory, level {level}, {model.Links.Links.Count} links");
        var teacher = new RankTeacher(model);
        var tables = new SymbolTable[folds];
        for (int epoch = 0; epoch < epochs; epoch++)
        {
            if (epoch > 0)
            {
                teacher.EndRate = 0.0004f;
                teacher.FinalRate = 0.0005f;
            }
            for (int fold = 0; fold < folds; fold++)
            {
                int from = (int)((long)samples.Count * fold / folds), to = (int)((long)samples.Count * (fold + 1) / folds);
                if (epoch == 0)
                {
                    for (int i = from; i < to; i++)
                        counts.Add(samples[i], contexts, ref scanner, -1);
                    tables[fold] = new SymbolTableCode(counts, Keep(plan, level)).Build();
                    for (int i = from; i < to; i++)
                        counts.Add(samples[i], contexts, ref scanner, 1);
                }
                model.Table = tables[fold];
                using var predictor = new RankPredictor(model, teacher);
                var coder = new NoCoder();
                for (int i = from; i < to; i++)
                {
                    predictor.Restart();
                    foreach (byte value in samples[i])
                    {
                        predictor.Code(ref coder, value);
                        predictor.Add(value);
                    }
                    predictor.Code(ref coder, RankPredictor.EndByte);
                }
            }
        }
        model.Table = table;
        return model;
    }

    private static Func<int, int[], int, bool> Keep(RecordPlan plan, int level) => (context, counts, n) =>
    {
        int least = plan.Parents[context] >= 0 ? level + 1 : level - 1;
        if (least <= 1)
            return true;
        int sum = 0;
        for (int i = 0; i < n; i++)
            sum += counts[i];
        return sum >= least;
    };
}

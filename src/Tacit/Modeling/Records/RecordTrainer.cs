namespace Tacit.Modeling.Records;

internal static class RecordTrainer
{
    public static RankModel TrainRank(IReadOnlyList<byte[]> samples, RecordProfile profile, RecordSyntax syntax, byte separator, int folds = 8, int epochs = 2, Action<string>? log = null)
    {
        byte[] contexts = RecordPlan.Of(profile).Contexts;
        var counts = new ContextCounts();
        var scanner = new RecordScanner(syntax, separator);
        foreach (byte[] sample in samples)
            counts.Add(sample, contexts, ref scanner, 1);
        var model = new RankModel(profile, syntax, separator, Freeze(counts)) { Links = RecordLinks.Learn(samples, scanner) };
        log?.Invoke($"{counts.ContextCount} contexts, {model.Links.Links.Count} links");
        var teacher = new RankTeacher(model);
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
                for (int i = from; i < to; i++)
                    counts.Add(samples[i], contexts, ref scanner, -1);
                model.Table = Freeze(counts);
                using (var predictor = new RankPredictor(model, teacher))
                {
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
                for (int i = from; i < to; i++)
                    counts.Add(samples[i], contexts, ref scanner, 1);
            }
        }
        var code = new SymbolTableCode(counts, Keep);
        byte[] written = code.Write();
        model.Table = SymbolTableCode.Read(written);
        log?.Invoke($"{code.Count} kept, {written.Length} bytes, {model.Table.Memory} memory");
        return model;
    }

    private static SymbolTable Freeze(ContextCounts counts) => new SymbolTableCode(counts, Keep).Build();

    private static bool Keep(int context, int[] counts, int n) => n > 1 || counts[0] >= MinCount[context];

    public static int[] MinCount = [1, 1, 1, 1, 1, 2, 2, 2, 2, 1, 2, 1, 2, 1, 2, 2, 2, 1, 1, 1];
}

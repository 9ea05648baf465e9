using System.CommandLine;
using System.Globalization;
using System.Text;
using Tacit.Cli.Commands;
using Tacit.Cli.Files;
using Tacit.Cli.Series;
using Tacit.Cli.Terminal;
using Tacit.Modeling.Recurrent;
using Tacit.Numerics;
using Tacit.Reports;

namespace Tacit.Cli.Sequences;

/// <summary>tacit reconstruct for sequences: what comes back of them, and how wrong it is.</summary>
internal static class ReconstructSequencesCommand
{
    private const int Pictured = 12, UsualWorst = 5;

    private const string Help = """
        usage: tacit reconstruct --model MODEL [OPTION…] DATA…        (a model of 'tacit train lstm-ae')

        Puts sequences through the model and back, the decoder on its own: of text, how many tokens
        and whole lines are the same; of values, the squared error. Of a variational model also its
        negative evidence lower bound, values being in units of their deviation, and how many of its
        latents say something.

          --model MODEL       the model
          -o, --output OUT    OUT.csv: a row per sequence with its errors and its anomaly score, of text
                              with both texts; of a model of sounds OUT.wav: each of the first twelve and
                              what came back, one after another; any other name: the lines or values
                              that came back
          --svg OUT           draw the first sequences of values and what came back
          --rival DATA        of values: principal components of DATA, as many as the latent has
                              numbers, do the same; DATA is what the model was trained on
          --worst N           show the N sequences with the highest anomaly scores (default 5)
          -T, --threads N     use N threads (default: all processors); same numbers for any N
          -f, --force         overwrite
          -q, --quiet         no notes

        A sequence's anomaly score says how much worse than usual the model does on it among DATA, in
        units of the usual difference; of text by its surprise with teacher forcing.

        """;

    public static Command Create()
    {
        var options = new DataOptions();
        var sequences = new SequenceOptions();
        Option<string> output = CommandLine.Value("--output", "-o"), svg = CommandLine.Value("--svg"),
            rival = CommandLine.Value("--rival"),
            worst = CommandLine.Value("--worst");
        var command = new Command("reconstruct", Help + SequenceOptions.Help) { output, svg, rival, worst };
        options.AddTo(command);
        sequences.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using DataRequest asked = options.Read(parsed);
            int shown = WholeNumber.Parse("--worst", parsed.GetValue(worst), UsualWorst, 0, 1_000_000);
            OutputFile? table = asked.Open(parsed.GetValue(output)), picture = asked.Open(parsed.GetValue(svg));
            SequenceModel loaded = await SequenceModel.LoadAsync(asked.Model, parsed.GetValue(output), cancellationToken);
            SequenceData data = await sequences.ReadAsync(parsed, loaded, asked.Files, asked, cancellationToken);
            if (data.Set.IsText && (picture is not null || parsed.GetValue(rival) is not null))
                throw new UsageException("--svg and --rival are for sequences of values");
            using WorkPool workers = new(asked.Threads);
            SequenceData? training = parsed.GetValue(rival) is { } rivals
                ? await sequences.ReadAsync(parsed, loaded, [rivals], asked, cancellationToken) : null;
            var summary = new List<string>();
            await Task.Run(() =>
            {
                if (data.Set.IsText)
                    Texts(data, table, parsed.GetValue(output), shown, workers, summary, cancellationToken);
                else
                    Values(data, training, table, parsed.GetValue(output), loaded.Rate, picture, Path.GetFileName(asked.Model),
                        shown, workers, summary,
                        cancellationToken);
            }, cancellationToken);
            return await asked.FinishAsync(summary, cancellationToken);
        });
        return command;
    }

    private static void Texts(SequenceData data, OutputFile? table, string? tableName, int shown, WorkPool workers,
        List<string> summary, CancellationToken cancellationToken)
    {
        LstmAutoencoder network = data.Model.Model;
        int[][] said = network.ReconstructTokens(data.Set, workers, cancellationToken);
        SequenceAccuracy accuracy = SequenceAccuracy.Of(data.Set, said,
            network.Surprise(data.Set, workers, cancellationToken));
        summary.Add(string.Create(CultureInfo.InvariantCulture, $"{data.Set.Count} sequences of {accuracy.Tokens} " +
            $"tokens: {100.0 * accuracy.RightTokens / Math.Max(1, accuracy.Tokens):0.00} % of the tokens, ")
            + string.Create(CultureInfo.InvariantCulture, $"{100.0 * accuracy.Exact / data.Set.Count:0.00} % of the " +
                $"sequences come back; {accuracy.Surprise.Average():0.0000} nats per token with teacher forcing"));
        Bound(data, workers, summary, cancellationToken);
        string[] texts = [.. said.Select(s => SequenceText.Of(data.Model.Tokenizer!, s))];
        foreach (int i in accuracy.Worst(shown))
        {
            summary.Add(string.Create(CultureInfo.InvariantCulture, $"{accuracy.Anomaly[i],8:0.00}  " +
                $"{Report.Printable(data.Names[i])}: {Report.Printable(Encoding.UTF8.GetString(data.Lines[i].Span))}"));
            summary.Add($"          -> {Report.Printable(texts[i])}");
        }
        if (table is null)
            return;
        using StreamWriter writer = table.OpenWriter();
        if (!IsTable(tableName))
        {
            foreach (string text in texts)
                writer.WriteLine(text.ReplaceLineEndings(" "));
            return;
        }
        writer.WriteLine("item,tokens,right,exact,nats_per_token,anomaly,original,reconstruction");
        for (int i = 0; i < texts.Length; i++)
        {
            (int right, bool exact) = SequenceAccuracy.Compare(data.Set.Tokens(i), said[i]);
            writer.WriteLine(string.Join(',', CsvCell.Of(data.Names[i]), Number(data.Set.Length(i)), Number(right),
                exact ? "1" : "0", Number(accuracy.Surprise[i]), Number(accuracy.Anomaly[i]),
                CsvCell.Of(Encoding.UTF8.GetString(data.Lines[i].Span)), CsvCell.Of(texts[i])));
        }
    }

    private static void Values(SequenceData data, SequenceData? training, OutputFile? table, string? tableName, int? rate,
        OutputFile? picture, string model, int shown, WorkPool workers,
        List<string> summary, CancellationToken cancellationToken)
    {
        LstmAutoencoder network = data.Model.Model;
        float[][] given = network.ReconstructValues(data.Set, workers, cancellationToken);
        SequenceErrors errors = SequenceErrors.Of(data.Set, given);
        summary.Add($"{data.Set.Count} sequences, {errors.Values} values: {Sentence(errors)}, with " +
            $"{network.Options.Latent} numbers for each"
            + (network.Options.Attention > 0 ? " and attention to all of the encoder's states" : ""));
        Bound(data, workers, summary, cancellationToken);
        if (training is not null)
        {
            (float[][] linear, int components) = SequenceRival.Reconstruct(training.Set, data.Set,
                network.Options.Length, network.Options.Latent, workers, cancellationToken);
            SequenceErrors rival = SequenceErrors.Of(data.Set, linear);
            summary.Add($"principal components, {components} of them: {Sentence(rival)}");
            summary.Add(string.Create(CultureInfo.InvariantCulture,
                $"the model's squared error is {errors.Mean / rival.Mean:0.000} of theirs"));
        }
        foreach (int i in errors.Worst(shown))
            summary.Add(string.Create(CultureInfo.InvariantCulture, $"{errors.Anomaly[i],8:0.00}  " +
                $"{Report.Printable(data.Names[i])}: RMS error {SeriesText.Short(Math.Sqrt(errors.Each[i]))}"));
        if (picture is not null)
        {
            using StreamWriter writer = picture.OpenWriter();
            int count = Math.Min(Pictured, data.Set.Count);
            int[] some = [.. Enumerable.Range(0, count).Select(i => (int)((long)i * data.Set.Count / count))];
            SequenceChart.Write(writer, $"{model}: {Sentence(errors)}",
                [.. some.Select(i => (data.Names[i], data.Set.Values(i), given[i]))]);
        }
        if (table is null)
            return;
        if (SoundClips.IsSoundName(tableName!))
        {
            SoundClips.Write(table.Stream, [.. Enumerable.Range(0, Math.Min(Pictured, given.Length))
                .SelectMany(i => new[] { data.Set.Values(i), given[i] })], rate!.Value);
            return;
        }
        using StreamWriter rows = table.OpenWriter();
        bool isTable = IsTable(tableName);
        rows.WriteLine(isTable ? "item,values,squared_error,anomaly" : "item,place,original,reconstruction");
        for (int i = 0; i < given.Length; i++)
        {
            string name = CsvCell.Of(data.Names[i]);
            if (isTable)
                rows.WriteLine(string.Join(',', name, Number(data.Set.Length(i)), Number(errors.Each[i]),
                    Number(errors.Anomaly[i])));
            for (int t = 0; t < given[i].Length && !isTable; t++)
                rows.WriteLine(string.Join(',', name, Number(t),
                    data.Set.Values(i).Span[t].ToString("R", CultureInfo.InvariantCulture),
                    given[i][t].ToString("R", CultureInfo.InvariantCulture)));
        }
    }

    private static void Bound(SequenceData data, WorkPool workers, List<string> summary, CancellationToken cancellationToken)
    {
        LstmAutoencoder network = data.Model.Model;
        if (!network.Options.Variational)
            return;
        SequenceBound bound = SequenceBound.Of(network, data.Set, workers, cancellationToken);
        summary.Add(string.Create(CultureInfo.InvariantCulture, $"{bound.Nats:0.0000} nats per {(data.Set.IsText ? "token" : "value")}, of them {bound.Divergence:0.0000} of " +
            $"divergence; {bound.ActiveLatents} of {network.Options.Latent} latents say something"));
    }

    private static string Sentence(SequenceErrors e) => string.Create(CultureInfo.InvariantCulture,
        $"RMS error {SeriesText.Short(Math.Sqrt(e.Mean))}, {100 * e.Share:0.00} % of the variance");

    private static bool IsTable(string? name) => name is not null
        && (name == "-" || name.EndsWith(".csv", StringComparison.OrdinalIgnoreCase));

    private static string Number(double value) => value.ToString("G6", CultureInfo.InvariantCulture);
}

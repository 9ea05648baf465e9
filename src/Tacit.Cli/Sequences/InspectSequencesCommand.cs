using System.CommandLine;
using System.Text;
using Tacit.Cli.Commands;
using Tacit.Cli.Files;
using Tacit.Cli.Series;
using Tacit.Cli.Terminal;
using Tacit.Media;
using Tacit.Modeling.Recurrent;
using Tacit.Numerics;
using Tacit.Reports;

namespace Tacit.Cli.Sequences;

/// <summary>tacit inspect for models of the kind 'lstm-ae': where the decoder looks.</summary>
internal static class InspectSequencesCommand
{
    // Cells of a map: a page with more is slow to look at.
    private const int MostSteps = 400;

    private const string Help = """
        usage: tacit inspect --model MODEL [OPTION…] DATA… -o REPORT.html   (a model of 'tacit train lstm-ae')

        Draws where the decoder looks in the encoder's states while it gives sequences back on its own.

          --model MODEL       a model with attention
          -n N                the first N sequences (default 8)
          -o, --output OUT    the HTML page
          -T, --threads N     use N threads (default: all processors); same page for any N
          -f, --force         overwrite
          -q, --quiet         no notes

        """;

    public static Command Create()
    {
        var options = new DataOptions();
        var sequences = new SequenceOptions();
        Option<string> output = CommandLine.Value("--output", "-o"), number = CommandLine.Value("-n");
        var command = new Command("inspect", Help + SequenceOptions.Help) { output, number };
        options.AddTo(command);
        sequences.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using DataRequest asked = options.Read(parsed);
            int most = WholeNumber.Parse("-n", parsed.GetValue(number), 8, 1, 1000);
            OutputFile file = asked.Open(parsed.GetValue(output))
                ?? throw new UsageException("-o REPORT.html is missing");
            SequenceData data = await sequences.ReadAsync(parsed, asked, cancellationToken);
            if (data.Model.Model.Options.Attention == 0)
                throw new InvalidDataException($"{ModelInput.NameOf(asked.Model)}: has no attention to draw");
            int count = Math.Min(most, data.Set.Count);
            if (Enumerable.Range(0, count).Any(i => data.Model.Model.Steps(data.Set, i) > MostSteps))
                throw new InvalidDataException($"a sequence has more than {MostSteps} steps, too many to draw");
            using WorkPool workers = new(asked.Threads);
            await Task.Run(() =>
            {
                var maps = Enumerable.Range(0, count).Select(i => Map(data, i, workers)).ToList();
                using StreamWriter writer = file.OpenWriter();
                AttentionPage.Write(writer, Path.GetFileName(asked.Model), maps);
            }, cancellationToken);
            return await asked.FinishAsync([], cancellationToken);
        });
        return command;
    }

    private static AttentionPage.Map Map(SequenceData data, int index, WorkPool workers)
    {
        (int[] said, float[][] weights) = data.Model.Model.Look(data.Set, index, workers);
        return data.Model.Tokenizer is { } tokenizer
            ? new AttentionPage.Map($"{data.Names[index]}: " +
                $"{Report.Printable(Encoding.UTF8.GetString(data.Lines[index].Span))}",
                Tokens(tokenizer, data.Set.Tokens(index)), Tokens(tokenizer, said), weights)
            : new AttentionPage.Map(data.Names[index], [], [], weights);
    }

    // And the end, which has a step of its own.
    private static string[] Tokens(ITokenizer tokenizer, int[] tokens) =>
        [.. tokens.Select(t => Report.Printable(SequenceText.Of(tokenizer, [t])).Replace(' ', '·')), "(end)"];
}

using System.CommandLine;
using System.Globalization;
using Tacit.Cli.Files;
using Tacit.Cli.Terminal;
using Tacit.Modeling.LanguageModels;
using Tacit.Numerics;

namespace Tacit.Cli.Commands;

/// <summary>tacit evaluate: how well a model foresees files it was not trained on.</summary>
internal static class EvaluateCommand
{
    private const int LongestFile = 1 << 30;

    private const string Help = """
        usage: tacit evaluate --model MODEL [OPTION…] FILE…

        Shows how well a model of text foresees each FILE: bits per byte, which is what compressing with
        it would cost; perplexity per token; how often the token that came was the likeliest, or one of
        the five likeliest. Each token is foreseen from half a window before it at least.

          --model MODEL       the model
          -T, --threads N     use N threads (default: all processors); same numbers for any N
          -q, --quiet         no warnings
        """;

    public static Command Create()
    {
        var options = new CodingOptions();
        Option<string> model = CommandLine.Value("--model");
        var command = new Command("evaluate", Help) { model };
        options.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            Report report = options.Report(parsed);
            string path = parsed.GetValue(model)
                ?? throw new UsageException("--model MODEL is missing: 'tacit evaluate --model MODEL FILE…'");
            IReadOnlyList<string> files = options.Files(parsed);
            ModelInput.CheckStandardInput(path, files.Contains("-"));
            LanguageModel loaded = await ModelInput.LoadAsync<LanguageModel>(path, cancellationToken);
            using WorkPool workers = new(options.Threads(parsed));
            var all = new List<Evaluation>();
            await Jobs.RunAsync(FileWalk.Expand(files, recursive: false, report), report, async file =>
            {
                using InputFile input = InputFile.Open(file.Path);
                byte[] data = await input.ReadAllAsync(LongestFile, cancellationToken);
                Evaluation evaluation = await Task.Run(() => ModelInput.OfText(data.Length,
                    () => Evaluation.Of(loaded, data, workers, null, cancellationToken)), cancellationToken);
                if (all.Count == 0)
                    Write("bytes", "tokens", "bits/byte", "perplexity", "top-1", "top-5", "");
                Write(evaluation, Report.Printable(input.Name));
                all.Add(evaluation);
            }, cancellationToken);
            if (all.Count > 1)
            {
                Write(new Evaluation
                {
                    Tokens = all.Sum(e => e.Tokens),
                    Bytes = all.Sum(e => e.Bytes),
                    Nats = all.Sum(e => e.Nats),
                    Top1 = all.Sum(e => e.Top1),
                    Top5 = all.Sum(e => e.Top5),
                }, $"({all.Count} files)");
            }
            return report.ExitCode;
        });
        return command;
    }

    private static void Write(Evaluation e, string name)
    {
        CultureInfo plain = CultureInfo.InvariantCulture;
        Write(e.Bytes.ToString(plain), e.Tokens.ToString(plain), e.BitsPerByte.ToString("0.0000", plain),
            e.Perplexity.ToString("0.000", plain), Share(e.Top1), Share(e.Top5), name);

        string Share(long count) => (100.0 * count / e.Tokens).ToString("0.00", plain) + " %";
    }

    private static void Write(
        string bytes, string tokens, string bits, string perplexity, string top1, string top5, string name) =>
        Console.WriteLine($"{bytes,12} {tokens,12} {bits,10} {perplexity,12} {top1,8} {top5,8}  {name}".TrimEnd());
}

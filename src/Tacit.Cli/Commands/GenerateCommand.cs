using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Tacit.Cli.Files;
using Tacit.Cli.Terminal;
using Tacit.Modeling.LanguageModels;

namespace Tacit.Cli.Commands;

/// <summary>tacit generate: a prompt and what a model makes of it.</summary>
internal static class GenerateCommand
{
    private const int LongestPrompt = 1 << 26;

    private const string Help = """
        usage: tacit generate --model MODEL [--prompt TEXT] [OPTION…]

        Writes the prompt and what follows it by the model, and nothing else, to standard output, as
        it is made. The same model, options and seed give the same text on any machine.

          --model MODEL       a model of text: 'tacit train gpt' and 'tacit import' make such
          --prompt TEXT       what to continue; - takes it from standard input, byte for byte
          -n N                tokens to add (default 256; of models of bytes a token is a byte)
          --temperature T     what logits are divided by (default 1; 0: always the likeliest token)
          --top-k K           only the K likeliest tokens (default 0: all)
          --top-p P           only the likeliest that together reach this probability (default 1)
          --min-p P           only those at least P times as likely as the likeliest (default 0)
          --repetition-penalty R
                              what logits of tokens among the last 64 are divided by (default 1)
          --seed S            the key of the random numbers (default 1)
          --stop TEXT         end before this text; may be given several times
          -v, --verbose       say how fast it went
          -q, --quiet         no warnings

        example:
          tacit generate --model shakespeare.tacitmodel --prompt 'ROMEO:' --temperature 0.8 -n 500
        """;

    public static Command Create()
    {
        Option<string> model = CommandLine.Value("--model"), prompt = CommandLine.Value("--prompt");
        var stops = new Option<string[]>("--stop") { Arity = ArgumentArity.OneOrMore };
        var count = new NumberOption<int>("-n", 256, 0, int.MaxValue);
        var temperature = new NumberOption<float>("--temperature", 1f, 0f, 1000f);
        var topK = new NumberOption<int>("--top-k", 0, 0, int.MaxValue);
        var topP = new NumberOption<float>("--top-p", 1f, 1e-6f, 1f);
        var minP = new NumberOption<float>("--min-p", 0f, 0f, 1f);
        var penalty = new NumberOption<float>("--repetition-penalty", 1f, 0.01f, 100f);
        var seed = new NumberOption<ulong>("--seed", 1, 0, ulong.MaxValue);
        Option<bool> verbose = CommandLine.Flag("--verbose", "-v"), quiet = CommandLine.Flag("--quiet", "-q");
        var command = new Command("generate", Help)
        {
            model, prompt, stops, count.Option, temperature.Option, topK.Option, topP.Option, minP.Option, penalty.Option, seed.Option,
            verbose, quiet,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new Report(parsed.GetValue(quiet) ? Verbosity.Quiet
                : parsed.GetValue(verbose) ? Verbosity.Verbose : Verbosity.Normal);
            string path = parsed.GetValue(model) ?? throw new UsageException("--model MODEL is missing: 'tacit generate --model MODEL'");
            var sampling = new SamplingOptions
            {
                Temperature = temperature.Read(parsed),
                TopK = topK.Read(parsed),
                TopP = topP.Read(parsed),
                MinP = minP.Read(parsed),
                RepetitionPenalty = penalty.Read(parsed),
                Seed = seed.Read(parsed),
            };
            byte[][] ends = [.. (parsed.GetValue(stops) ?? []).Select(Encoding.UTF8.GetBytes)];
            int tokens = count.Read(parsed);
            string begins = parsed.GetValue(prompt) ?? "";
            ModelInput.CheckStandardInput(path, begins == "-");
            LanguageModel loaded = await ModelInput.LoadAsync<LanguageModel>(path, cancellationToken);
            byte[] begin = await ReadPromptAsync(begins, cancellationToken);
            await Task.Run(() => Write(loaded, begin, tokens, sampling, ends, report, cancellationToken), cancellationToken);
            return report.ExitCode;
        });
        return command;
    }

    private static void Write(LanguageModel model, byte[] prompt, int tokens, SamplingOptions sampling, byte[][] stops, Report report,
        CancellationToken cancellationToken)
    {
        using var output = new StandardStream(Posix.StandardOutput);
        output.Write(prompt);
        var clock = Stopwatch.StartNew();
        long bytes = 0;
        foreach (byte[] piece in model.Generate(prompt, tokens, sampling, stops))
        {
            cancellationToken.ThrowIfCancellationRequested();
            output.Write(piece);
            bytes += piece.Length;
        }
        report.Detail(string.Create(CultureInfo.InvariantCulture,
            $"{bytes} bytes in {clock.Elapsed.TotalSeconds:0.000} s, {bytes / clock.Elapsed.TotalSeconds:N0} a second"));
    }

    private static async Task<byte[]> ReadPromptAsync(string prompt, CancellationToken cancellationToken)
    {
        if (prompt != "-")
            return Encoding.UTF8.GetBytes(prompt);
        using InputFile input = InputFile.Open("-");
        return await input.ReadAllAsync(LongestPrompt, cancellationToken);
    }
}

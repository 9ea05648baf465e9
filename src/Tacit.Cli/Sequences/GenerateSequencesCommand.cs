using System.CommandLine;
using System.Text;
using Tacit.Cli.Commands;
using Tacit.Cli.Files;
using Tacit.Cli.Series;
using Tacit.Cli.Terminal;
using Tacit.Modeling.Recurrent;
using Tacit.Numerics;

namespace Tacit.Cli.Sequences;

/// <summary>tacit generate for variational autoencoders of lines: lines of the prior, and between lines.</summary>
internal static class GenerateSequencesCommand
{
    private const int Steps = 7, UsualLines = 10, UsualPairs = 3;

    private const string Help = """
        usage: tacit generate --model MODEL [OPTION…]     (of 'tacit train lstm-ae --variational true')

        Draws latents from the prior, the normal distribution, and writes the likeliest line for each.

          --model MODEL       the model
          -n N                lines (default 10); with --between pairs (default 3)
          --temperature T     what the latents' deviation is multiplied by (default 1)
          --between DATA      instead: for each two lines of DATA seven, from one to the other
          --seed S            the seed (default 1); the same everywhere
          -o, --output OUT    default: standard output
          -T, --threads N     use N threads (default: all processors); same lines for any N
          -f, --force         overwrite
          -q, --quiet         no warnings

        """ + SequenceOptions.Help;

    public static Command Create()
    {
        var options = new SequenceOptions();
        Option<string> model = CommandLine.Value("--model"), output = CommandLine.Value("--output", "-o"), threads = CommandLine.Value("--threads", "-T");
        Option<string> between = CommandLine.Value("--between"), given = CommandLine.Value("-n");
        var temperature = new NumberOption<float>("--temperature", 1f, 0f, 100f);
        var seed = new NumberOption<ulong>("--seed", 1, 0, ulong.MaxValue);
        Option<bool> force = CommandLine.Flag("--force", "-f"), quiet = CommandLine.Flag("--quiet", "-q");
        var command = new Command("generate", Help) { model, output, threads, given, temperature.Option, seed.Option, between, force, quiet };
        options.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string path = parsed.GetValue(model)!;
            string? data = parsed.GetValue(between);
            ModelInput.CheckStandardInput(path, data == "-");
            int count = WholeNumber.Parse("-n", parsed.GetValue(given), data is null ? UsualLines : UsualPairs, 1, 10_000);
            var report = new Report(parsed.GetValue(quiet) ? Verbosity.Quiet : Verbosity.Normal);
            LstmAutoencoderModel loaded = await ModelInput.LoadAsync<LstmAutoencoderModel>(path, cancellationToken);
            if (!loaded.Model.Options.Variational)
                throw new InvalidDataException($"{ModelInput.NameOf(path)}: only a model that is variational has a prior to draw from ('tacit train lstm-ae --variational true')");
            await using var outputs = new OutputSet(parsed.GetValue(force));
            OutputFile file = outputs.Open(parsed.GetValue(output) ?? "-");
            using WorkPool workers = new(WholeNumber.Parse("-T", parsed.GetValue(threads), Environment.ProcessorCount, 1, 1024));
            int z = loaded.Model.Options.Latent;
            float[] latents = new float[checked(count * z)];
            if (data is null)
                RandomFill.Normal(seed.Read(parsed), stream: 0, latents, deviation: temperature.Read(parsed));
            else
            {
                SequenceData lines = await options.ReadAsync(parsed, loaded, [data], outputs.Contain, report, cancellationToken);
                latents = Between(loaded.Model.Encode(lines.Set.Part(Enumerable.Range(0, Math.Min(2 * count, lines.Set.Count) / 2 * 2)), workers, cancellationToken), z);
            }
            int[][] said = await Task.Run(() => loaded.Model.DecodeTokens(latents, workers), cancellationToken);
            await using (var writer = new StreamWriter(file.Stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" })
            {
                for (int i = 0; i < said.Length; i++)
                {
                    if (data is not null && i > 0 && i % Steps == 0)
                        writer.WriteLine();
                    writer.WriteLine(SequenceText.Of(loaded.Tokenizer!, said[i]));
                }
            }
            await outputs.PublishAsync(cancellationToken);
            return report.ExitCode;
        });
        return command;
    }

    // From the latents of lines 0, 2, 4, … straight to those of lines 1, 3, 5, ….
    private static float[] Between(float[] ends, int z)
    {
        if (ends.Length < 2 * z)
            throw new InvalidDataException("--between takes two lines or more");
        float[] all = new float[ends.Length / 2 * Steps];
        for (int i = 0; i < all.Length; i++)
        {
            int pair = i / (Steps * z), step = i / z % Steps;
            float from = ends[2 * pair * z + i % z], to = ends[(2 * pair + 1) * z + i % z];
            all[i] = from + (to - from) * step / (Steps - 1);
        }
        return all;
    }
}

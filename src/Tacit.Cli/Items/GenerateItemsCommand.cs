using System.CommandLine;
using Tacit.Cli.Commands;
using Tacit.Cli.Files;
using Tacit.Cli.Terminal;
using Tacit.Modeling;
using Tacit.Modeling.Autoencoders;
using Tacit.Numerics;

namespace Tacit.Cli.Items;

/// <summary>tacit generate for autoencoders: items of latents that are drawn.</summary>
internal static class GenerateItemsCommand
{
    private const string Help = """
        usage: tacit generate --model MODEL [OPTION…] -o OUT        (a model of 'tacit train ae')

        Draws latents from the normal distribution that fits those of the training data, and makes
        items of them: a PNG of all images, one WAV file of pieces of sound, or CSV with a row for each
        vector. An autoencoder is not taught where its latents lie, so many of these items are not like
        the data.

          -n N                items (default 64)
          --temperature T     what the latents' deviation is multiplied by (default 1; 0: their mean)
          --draw              draw each value, 0 or 1, of its probability, and foresee the next ones from
                              it: of models of ar or transformer that were taught cross-entropy
          --seed S            the seed (default 1); the same everywhere
          -o, --output OUT    OUT.csv for CSV, OUT.wav for sound; images are PNG else; - is standard output
          -T, --threads N     use N threads (default: all processors); same items for any N
          -f, --force         overwrite
        """;

    public static Command Create()
    {
        Option<string> model = CommandLine.Value("--model"), name = CommandLine.Value("--output", "-o"),
            threads = CommandLine.Value("--threads", "-T");
        var count = new NumberOption<int>("-n", 64, 1, 10_000);
        var temperature = new NumberOption<float>("--temperature", 1f, 0f, 100f);
        var seed = new NumberOption<ulong>("--seed", 1, 0, ulong.MaxValue);
        Option<bool> draw = CommandLine.Flag("--draw"), force = CommandLine.Flag("--force", "-f"),
            quiet = CommandLine.Flag("--quiet", "-q");
        var command = new Command("generate", Help) { model, name, threads, count.Option, temperature.Option,
            seed.Option, draw, force, quiet };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string path = parsed.GetValue(name)
                ?? throw new UsageException("-o OUT is missing: 'tacit generate --model MODEL -o OUT.png'");
            int items = count.Read(parsed), cores = parsed.GetValue(threads) is null ? Environment.ProcessorCount
                : Series.WholeNumber.Parse("-T", parsed.GetValue(threads), 1, 1, 1024);
            using OpenModel opened = await OpenModel.OpenAsync(parsed.GetValue(model)!, cancellationToken);
            Autoencoder autoencoder = ModelInput.OfFile(parsed.GetValue(model)!, () => ModelRegistry.Standard.Load<Autoencoder>(opened.File));
            if (parsed.GetValue(draw) && !autoencoder.CanDraw)
                throw new UsageException("--draw is for models of ar or transformer that were taught cross-entropy");
            var output = new MadeItems(path, autoencoder, opened, items, (int)Math.Ceiling(Math.Sqrt(items)));
            using WorkPool workers = new(cores);
            await using var outputs = new OutputSet(parsed.GetValue(force));
            OutputFile file = outputs.Open(path);
            output.Write(file, await Task.Run(() =>
                autoencoder.Generate(items, seed.Read(parsed), temperature.Read(parsed), parsed.GetValue(draw), workers,
                cancellationToken), cancellationToken));
            await outputs.PublishAsync(cancellationToken);
            return ExitCode.Success;
        });
        return command;
    }
}

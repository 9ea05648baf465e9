using System.CommandLine;
using System.Globalization;
using Tacit.Cli.Commands;
using Tacit.Cli.Files;
using Tacit.Cli.Terminal;
using Tacit.Media.DataSets;
using Tacit.Media.Images;
using Tacit.Modeling.Autoencoders;
using Tacit.Numerics;
using Tacit.Reports;

namespace Tacit.Cli.Items;

/// <summary>tacit generate for autoencoders: items of latents that are drawn.</summary>
internal static class GenerateItemsCommand
{
    private const long MostValues = 1 << 29;

    private const string Help = """
        usage: tacit generate --model MODEL [OPTION…] -o OUT        (a model of 'tacit train ae')

        Draws latents from the normal distribution that fits those of the training data, and makes
        items of them: a PNG of all images, or CSV with a row for each vector. An autoencoder is not
        taught where its latents lie, so many of these items are not like the data.

          -n N                items (default 64)
          --temperature T     what the latents' deviation is multiplied by (default 1; 0: their mean)
          --draw              draw each value, 0 or 1, of its probability, and foresee the next ones from
                              it: of models of ar or transformer that were taught cross-entropy
          --seed S            the seed (default 1); the same everywhere
          -o, --output OUT    OUT.csv for CSV; images are PNG else; - is standard output
          -T, --threads N     use N threads (default: all processors); same items for any N
          -f, --force         overwrite
        """;

    public static Command Create()
    {
        Option<string> model = CommandLine.Value("--model"), output = CommandLine.Value("--output", "-o"),
            threads = CommandLine.Value("--threads", "-T");
        var count = new NumberOption<int>("-n", 64, 1, 10_000);
        var temperature = new NumberOption<float>("--temperature", 1f, 0f, 100f);
        var seed = new NumberOption<ulong>("--seed", 1, 0, ulong.MaxValue);
        Option<bool> draw = CommandLine.Flag("--draw"), force = CommandLine.Flag("--force", "-f"),
            quiet = CommandLine.Flag("--quiet", "-q");
        var command = new Command("generate", Help) { model, output, threads, count.Option, temperature.Option,
            seed.Option, draw, force, quiet };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string path = parsed.GetValue(output)
                ?? throw new UsageException("-o OUT is missing: 'tacit generate --model MODEL -o OUT.png'");
            int items = count.Read(parsed), cores = parsed.GetValue(threads) is null ? Environment.ProcessorCount
                : Series.WholeNumber.Parse("-T", parsed.GetValue(threads), 1, 1, 1024);
            Autoencoder autoencoder = await ModelInput.LoadAsync<Autoencoder>(parsed.GetValue(model)!,
                cancellationToken);
            AutoencoderOptions options = autoencoder.Options;
            if (parsed.GetValue(draw) && !autoencoder.CanDraw)
                throw new UsageException("--draw is for models of ar or transformer that were taught cross-entropy");
            ItemShape shape = options.Shape;
            bool drawn = shape.IsImage && !path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase);
            int columns = (int)Math.Ceiling(Math.Sqrt(items));
            ImageGrid? grid = drawn ? ItemGrid.Of(shape, columns, (items + columns - 1) / columns) : null;
            if ((long)items * shape.Size > MostValues)
                throw new InvalidDataException($"{items} items of {shape} are too many at once; a smaller -n");
            using WorkPool workers = new(cores);
            await using var outputs = new OutputSet(parsed.GetValue(force));
            OutputFile file = outputs.Open(path);
            float[] made = await Task.Run(() =>
                autoencoder.Generate(items, seed.Read(parsed), temperature.Read(parsed), parsed.GetValue(draw), workers,
                cancellationToken), cancellationToken);
            if (grid is not null)
            {
                for (int i = 0; i < items; i++)
                    grid.Draw(i % columns, i / columns, made.AsSpan(i * shape.Size, shape.Size));
                Png.Encode(file.Stream, grid.ToImage());
            }
            else
            {
                autoencoder.Scale.Undo(made);
                using StreamWriter writer = file.OpenWriter();
                foreach (float[] row in made.Chunk(shape.Size))
                    writer.WriteLine(string.Join(',', row.Select(v => v.ToString("R", CultureInfo.InvariantCulture))));
            }
            await outputs.PublishAsync(cancellationToken);
            return ExitCode.Success;
        });
        return command;
    }
}

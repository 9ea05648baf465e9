using System.CommandLine;
using Tacit.Cli.Commands;
using Tacit.Cli.Files;
using Tacit.Cli.Items;
using Tacit.Cli.Terminal;
using Tacit.Media.DataSets;
using Tacit.Modeling;
using Tacit.Modeling.Variational;
using Tacit.Numerics;

namespace Tacit.Cli.Variational;

/// <summary>tacit generate for variational autoencoders: items of the prior, between items, and along latents.</summary>
internal static class GenerateVariationalCommand
{
    private const int Columns = 11;
    private const float Widest = 3f;

    private const string Help = """
        usage: tacit generate --model MODEL [OPTION…] -o OUT        (a model of 'tacit train vae')

        Draws latents from the prior, the normal distribution, and makes items of them: a PNG of all
        images, one WAV file of pieces of sound with silence between, or CSV with a row for each vector.
        Each value is the mean of what the model says of it; of a model with neighbours it is drawn, but
        with --between and --along.

          -n N                items (default 64); with --between and --along rows (default 8)
          --temperature T     what the latents' deviation is multiplied by (default 1; 0: their mean)
          --between DATA      instead: a row for each two items of DATA, eleven steps from one to the other
          --along DATA        instead: the first item of DATA with one latent after another from -3 to 3
                              deviations of its prior, a row for each of the latents that say most
          --seed S            the seed (default 1); the same everywhere
          -o, --output OUT    OUT.csv for CSV, OUT.wav for sound; images are PNG else; - is standard output

        """ + ItemInput.CommandOptions.Help + """

          -T, --threads N     use N threads (default: all processors); same items for any N
          -f, --force         overwrite
          -q, --quiet         no warnings
        """;

    public static Command Create()
    {
        var options = new DataOptions();
        var input = new ItemInput.CommandOptions();
        Option<string> output = CommandLine.Value("--output", "-o"), between = CommandLine.Value("--between"), along = CommandLine.Value("--along"), given = CommandLine.Value("-n");
        var temperature = new NumberOption<float>("--temperature", 1f, 0f, 100f);
        var seed = new NumberOption<ulong>("--seed", 1, 0, ulong.MaxValue);
        var command = new Command("generate", Help) { output, given, temperature.Option, seed.Option, between, along };
        options.AddTo(command);
        input.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string path = parsed.GetValue(output) ?? throw new UsageException("-o OUT is missing: 'tacit generate --model MODEL -o OUT.png'");
            string? data = parsed.GetValue(between) ?? parsed.GetValue(along);
            if (parsed.GetValue(between) is not null && parsed.GetValue(along) is not null)
                throw new UsageException("--between and --along exclude each other");
            int count = Series.WholeNumber.Parse("-n", parsed.GetValue(given), data is null ? 64 : 8, 1, 10_000);
            await using DataRequest asked = options.Read(parsed, data is null ? [] : [data]);
            OutputFile file = asked.Outputs.Open(path);
            using OpenModel opened = await OpenModel.OpenAsync(asked.Model, cancellationToken);
            VariationalAutoencoder autoencoder = ModelInput.OfFile(asked.Model, () => ModelRegistry.Standard.Load<VariationalAutoencoder>(opened.File));
            using WorkPool workers = new(asked.Threads);
            float[]? latents = null;
            if (data is not null)
            {
                ItemSet items = ReconstructItemsCommand.ItemsOf(autoencoder, await input.ReadAsync(parsed, opened.File, asked, cancellationToken));
                latents = parsed.GetValue(between) is not null ? Between(autoencoder, items, count, workers) : Along(autoencoder, items, count, workers);
            }
            int all = latents is null ? count : latents.Length / autoencoder.Latents, columns = latents is null ? (int)Math.Ceiling(Math.Sqrt(all)) : Columns;
            var made = new MadeItems(path, autoencoder, opened, all, columns);
            made.Write(file, await Task.Run(() => latents is null ? autoencoder.Generate(count, seed.Read(parsed), temperature.Read(parsed), workers, cancellationToken)
                : autoencoder.Decode(latents, workers, cancellationToken), cancellationToken));
            return await asked.FinishAsync([], cancellationToken);
        });
        return command;
    }

    // From the latents of items 0, 2, 4, … straight to those of items 1, 3, 5, ….
    private static float[] Between(VariationalAutoencoder model, ItemSet items, int rows, WorkPool workers)
    {
        rows = Math.Min(rows, items.Count / 2);
        if (rows == 0)
            throw new InvalidDataException("--between takes two items or more");
        int d = model.Latents;
        float[] ends = model.Encode(items, [.. Enumerable.Range(0, 2 * rows)], workers), all = new float[rows * Columns * d];
        for (int i = 0; i < all.Length; i++)
        {
            int row = i / (Columns * d), column = i / d % Columns;
            float from = ends[2 * row * d + i % d], to = ends[(2 * row + 1) * d + i % d];
            all[i] = from + (to - from) * column / (Columns - 1);
        }
        return all;
    }

    // Of the latents whose posterior means differ most over the training data one after another goes from −3 to 3.
    private static float[] Along(VariationalAutoencoder model, ItemSet items, int rows, WorkPool workers)
    {
        int d = model.Latents;
        float[] item = model.Encode(items, [0], workers), deviations = model.Deviations();
        (float[] centre, float[] spread) = model.PriorMoments();
        int[] latents = [.. Enumerable.Range(0, d).OrderByDescending(i => deviations[i] / spread[i]).Take(rows)];
        float[] all = new float[latents.Length * Columns * d];
        for (int row = 0; row < latents.Length; row++)
        {
            for (int column = 0; column < Columns; column++)
            {
                Span<float> z = all.AsSpan((row * Columns + column) * d, d);
                item.CopyTo(z);
                z[latents[row]] = centre[latents[row]] + spread[latents[row]] * Widest * (2f * column / (Columns - 1) - 1f);
            }
        }
        return all;
    }
}

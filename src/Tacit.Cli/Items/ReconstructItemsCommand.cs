using System.CommandLine;
using Tacit.Cli.Commands;
using Tacit.Cli.Files;
using Tacit.Cli.Series;
using Tacit.Cli.Terminal;
using Tacit.Media.DataSets;
using Tacit.Media.Images;
using Tacit.Modeling;
using Tacit.Modeling.Autoencoders;
using Tacit.Numerics;
using Tacit.Reports;

namespace Tacit.Cli.Items;

/// <summary>tacit reconstruct for images and vectors: what comes back of them from their latents.</summary>
internal static class ReconstructItemsCommand
{
    private const string Help = """
        usage: tacit reconstruct --model MODEL [OPTION…] DATA… [-o OUT]     (a model of ae or vae)

        Makes latents of the items of DATA and items of the latents again, and says how large the
        squared error of a value is, in units of the range 0 to 1, and how it compares with the error
        on the items kept for validation, or without such on those learnt from: an item's score is how
        many of their deviations it lies above their mean, large for what the model has not seen the
        like of.

          --model MODEL       the model
          -o, --output OUT    draw items, what came back and the differences (light: more), as PNG;
                              OUT.wav: pieces of sound, each before what came back of it
          -n N                items in it (default 16)
          --worst             those with the largest errors, not the first
          --errors OUT.csv    write each item's error and score; - is standard output

        """ + ItemInput.CommandOptions.Help + """

          -T, --threads N     use N threads (default: all processors); same numbers for any N
          -f, --force         overwrite
          -q, --quiet         no notes, no totals
        """;

    public static Command Create()
    {
        var options = new DataOptions();
        var input = new ItemInput.CommandOptions();
        Option<string> output = CommandLine.Value("--output", "-o"), errors = CommandLine.Value("--errors");
        var count = new NumberOption<int>("-n", ItemGrid.RowLength, 1, 1000);
        Option<bool> worst = CommandLine.Flag("--worst");
        var command = new Command("reconstruct", Help) { output, errors, count.Option, worst };
        options.AddTo(command);
        input.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using DataRequest asked = options.Read(parsed);
            OutputFile? picture = asked.Open(parsed.GetValue(output)), table = asked.Open(parsed.GetValue(errors));
            using OpenModel opened = await OpenModel.OpenAsync(asked.Model, cancellationToken);
            IItemModel autoencoder = ModelInput.OfFile(asked.Model, () =>
                ModelRegistry.Standard.Load<IItemModel>(opened.File));
            var known = new KnownErrors(autoencoder, opened.File);
            ItemSet items = ItemsOf(autoencoder, await input.ReadAsync(parsed, opened.File, asked, cancellationToken));
            int drawn = Math.Min(count.Read(parsed), items.Count);
            int rate = picture is not null && SoundClips.IsSoundName(parsed.GetValue(output)!) ? SoundClips.RateOf(opened) : 0;
            if (rate > 0)
                SoundClips.CheckLength(2L * drawn * items.Shape.Size, 2 * drawn, rate);
            ImageGrid? grid = picture is null || rate > 0 ? null : ItemGrid.OfItems(items.Shape, drawn, tiles: 3);
            using WorkPool workers = new(asked.Threads);
            ItemReconstruction result = await Task.Run(() =>
                ItemReconstruction.Of(autoencoder, items, workers, cancellationToken), cancellationToken);
            if (grid is not null)
            {
                result.Draw(grid, drawn, parsed.GetValue(worst), workers);
                Png.Encode(picture!.Stream, grid.ToImage());
            }
            if (rate > 0)
                SoundClips.Write(picture!.Stream, result.Sounds(drawn, parsed.GetValue(worst), workers), rate);
            if (table is not null)
            {
                using StreamWriter writer = table.OpenWriter();
                result.WriteErrors(writer, known);
            }
            return await asked.FinishAsync(asked.Report.Verbosity == Verbosity.Quiet ? [] : [result.Summary(known)],
                cancellationToken);
        });
        return command;
    }

    /// <summary>Passes items that are of the model's shape.</summary>
    public static ItemSet ItemsOf(IItemModel model, ItemSet items) => items.Shape == model.Shape ? items
        : throw new InvalidDataException($"the items are {items.Shape}, those the model was trained on " +
            $"{model.Shape}");
}

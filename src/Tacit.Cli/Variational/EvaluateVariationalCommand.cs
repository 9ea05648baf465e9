using System.CommandLine;
using System.Globalization;
using Tacit.Cli.Commands;
using Tacit.Cli.Files;
using Tacit.Cli.Items;
using Tacit.Media.DataSets;
using Tacit.Modeling;
using Tacit.Modeling.Variational;
using Tacit.Numerics;

namespace Tacit.Cli.Variational;

/// <summary>tacit evaluate for variational autoencoders: the evidence lower bound of items.</summary>
internal static class EvaluateVariationalCommand
{
    private const string Help = """
        usage: tacit evaluate --model MODEL [OPTION…] DATA…        (a model of 'tacit train vae')

        Shows how well a variational autoencoder knows items: the negative evidence lower bound in nats
        for each, which is what coding them with bits back approaches, as bits for each value too; its two
        parts, the cost of the item given its latents and the divergence of the posterior from the prior;
        with several samples a closer bound (importance weighted); how many latents say something.

          --model MODEL       the model
          --samples N         samples of the latents of each item (default 1)
          --seed S            of these samples (default 1)
          --items OUT         write the items as the model sees them as an IDX file: drawn to be 0 or 1, if
                              that is what it knows. 'tacit compress --model MODEL OUT' codes that

        """ + ItemInput.CommandOptions.Help + """

          -T, --threads N     use N threads (default: all processors); same numbers for any N
          -f, --force         overwrite
          -q, --quiet         no warnings
        """;

    public static Command Create()
    {
        var options = new DataOptions();
        var input = new ItemInput.CommandOptions();
        Option<string> written = CommandLine.Value("--items");
        var samples = new NumberOption<int>("--samples", 1, 1, 100_000);
        var seed = new NumberOption<ulong>("--seed", 1, 0, ulong.MaxValue);
        var command = new Command("evaluate", Help) { written, samples.Option, seed.Option };
        options.AddTo(command);
        input.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using DataRequest asked = options.Read(parsed);
            OutputFile? idx = asked.Open(parsed.GetValue(written));
            using OpenModel opened = await OpenModel.OpenAsync(asked.Model, cancellationToken);
            VariationalAutoencoder autoencoder = ModelInput.OfFile(asked.Model, () => ModelRegistry.Standard.Load<VariationalAutoencoder>(opened.File));
            ItemSet items = ReconstructItemsCommand.ItemsOf(autoencoder, await input.ReadAsync(parsed, opened.File, asked, cancellationToken));
            int count = samples.Read(parsed);
            using WorkPool workers = new(asked.Threads);
            VariationalEvaluation found = await Task.Run(() => VariationalEvaluation.Of(autoencoder, items, count, seed.Read(parsed), workers, cancellationToken), cancellationToken);
            if (idx is not null)
                autoencoder.AsSeen(items).Write(idx.Stream);
            return await asked.FinishAsync([Describe(found)], cancellationToken);
        });
        return command;
    }

    private static string Describe(VariationalEvaluation e)
    {
        string text = string.Create(CultureInfo.InvariantCulture,
            $"{e.Items} items: {e.Nats:0.000} nats each ({e.BitsPerValue:0.00000} bits per value), of them {e.Reconstruction:0.000} given the latents " +
            $"and {e.Divergence:0.000} of divergence");
        if (e.Samples > 1)
            text += string.Create(CultureInfo.InvariantCulture, $"; at most {e.ImportanceWeighted:0.000} importance weighted by {e.Samples} samples");
        return text + $"; {e.ActiveLatents} latents say something";
    }
}

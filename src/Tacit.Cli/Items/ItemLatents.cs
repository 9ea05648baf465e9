using System.CommandLine;
using Tacit.Cli.Commands;
using Tacit.Cli.Files;
using Tacit.Media.DataSets;
using Tacit.Modeling;
using Tacit.Modeling.Autoencoders;
using Tacit.Modeling.Latents;
using Tacit.Numerics;

namespace Tacit.Cli.Items;

/// <summary>What 'tacit embed' shows of images and vectors: the latents an autoencoder makes of them.</summary>
internal sealed class ItemLatents : LatentSource
{
    private readonly ItemInput.CommandOptions _input = new();

    public override string OptionHelp => ItemInput.CommandOptions.Help + "\n";

    public override bool FindsLabels => true;

    public override void AddTo(Command command) => _input.AddTo(command);

    public override async Task<LatentTable> ReadAsync(ParseResult parsed, DataRequest asked, WorkPool workers,
        CancellationToken cancellationToken)
    {
        using OpenModel opened = await OpenModel.OpenAsync(asked.Model, cancellationToken);
        IItemModel autoencoder = ModelInput.OfFile(asked.Model, () =>
            ModelRegistry.Standard.Load<IItemModel>(opened.File));
        if (autoencoder.Latents == 0)
            throw new InvalidDataException($"{ModelInput.NameOf(asked.Model)}: the model has no latents");
        ItemSet items = ReconstructItemsCommand.ItemsOf(autoencoder,
            await _input.ReadAsync(parsed, opened.File, asked, cancellationToken));
        Items = new ItemsToDraw(items, autoencoder);
        int[] all = [.. Enumerable.Range(0, items.Count)];
        float[] latents = await Task.Run(() => autoencoder.Encode(items, all, workers, cancellationToken),
            cancellationToken);
        return new LatentTable([.. all.Select(items.NameOf)], items.Labels, latents, autoencoder.Latents);
    }
}

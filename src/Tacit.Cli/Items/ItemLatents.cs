using System.CommandLine;
using Tacit.Cli.Commands;
using Tacit.Cli.Files;
using Tacit.Cli.Terminal;
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

    public override async Task<LatentTable> ReadAsync(ParseResult parsed, string model, IReadOnlyList<string> files, Func<FileStatus?, bool> isOutput,
        WorkPool workers, Report report, CancellationToken cancellationToken)
    {
        using OpenModel opened = await OpenModel.OpenAsync(model, cancellationToken);
        IItemModel autoencoder = ModelInput.OfFile(model, () => ModelRegistry.Standard.Load<IItemModel>(opened.File));
        if (autoencoder.Latents == 0)
            throw new InvalidDataException($"{ModelInput.NameOf(model)}: the model has no latents");
        ItemInput input = _input.Read(parsed, opened.File);
        FileBytes data = await FileBytes.ReadAsync(files, isOutput, report, cancellationToken);
        ItemSet items = ReconstructItemsCommand.ItemsOf(autoencoder, input.Read(data.Files));
        int[] all = [.. Enumerable.Range(0, items.Count)];
        float[] latents = await Task.Run(() => autoencoder.Encode(items, all, workers, cancellationToken), cancellationToken);
        return new LatentTable([.. all.Select(items.NameOf)], items.Labels, latents, autoencoder.Latents);
    }
}

using System.CommandLine;
using Tacit.Cli.Commands;
using Tacit.Modeling.Latents;
using Tacit.Modeling.Recurrent;
using Tacit.Numerics;

namespace Tacit.Cli.Sequences;

/// <summary>Latents of sequences, for 'tacit embed'.</summary>
internal sealed class SequenceLatents : LatentSource
{
    private readonly SequenceOptions _options = new();

    public override string OptionHelp => SequenceOptions.Help;

    public override void AddTo(Command command) => _options.AddTo(command);

    public override async Task<LatentTable> ReadAsync(ParseResult parsed, DataRequest asked, WorkPool workers,
        CancellationToken cancellationToken)
    {
        SequenceData data = await _options.ReadAsync(parsed, asked, cancellationToken);
        Kept = (data.Places, data.Lines.Count > 0 ? data.AllLines : data.Set.Count);
        LstmAutoencoder network = data.Model.Model;
        float[] latents = await Task.Run(() => network.Encode(data.Set, workers, cancellationToken), cancellationToken);
        return new LatentTable(data.Names, null, latents, network.Options.Latent);
    }
}

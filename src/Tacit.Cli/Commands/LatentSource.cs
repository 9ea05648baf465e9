using System.CommandLine;
using Tacit.Media.DataSets;
using Tacit.Modeling.Autoencoders;
using Tacit.Modeling.Latents;
using Tacit.Numerics;

namespace Tacit.Cli.Commands;

/// <summary>What makes latents of a kind's data: the front half of 'tacit embed' and 'tacit cluster'.</summary>
internal abstract class LatentSource
{
    /// <summary>The lines of --help about the data, each ended.</summary>
    public abstract string OptionHelp { get; }

    /// <summary>Whether the data's options say where labels are, so that the command does not ask.</summary>
    public virtual bool FindsLabels => false;

    /// <summary>Where what was embedded stands among all items of the data, those left out too, and how many these are; null if none were.</summary>
    public (IReadOnlyList<int> Places, int Count)? Kept { get; protected set; }

    /// <summary>What was embedded, where it are images that can be drawn.</summary>
    public ItemsToDraw? Items { get; protected set; }

    /// <summary>Adds the options about the data.</summary>
    public abstract void AddTo(Command command);

    /// <summary>Reads the data and makes the latents.</summary>
    /// <param name="parsed">The options.</param>
    /// <param name="asked">The model's file, what is named, and what is written.</param>
    /// <param name="workers">Threads.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public abstract Task<LatentTable> ReadAsync(ParseResult parsed, DataRequest asked, WorkPool workers, CancellationToken cancellationToken);
}

/// <summary>Items with the model that brings their values to 0 to 1.</summary>
internal readonly record struct ItemsToDraw(ItemSet Items, IItemModel Model);

using Tacit.Compression.Blocks;
using Tacit.Compression.Container;

namespace Tacit.Compression.Codecs;

/// <summary>Where one reader gets the models of frames: those it was given, those it can find, those embedded in what it reads.</summary>
/// <remarks>
/// Keeps what the last frame needed, so that one frame after another with the same models loads them once. What it loaded itself it
/// frees as soon as a frame does not name it, before that frame's own are loaded. Not thread-safe.
/// </remarks>
internal sealed class ModelShelf(TacitDecompressionOptions options)
{
    private readonly List<TacitModel> _kept = [], _own = [];

    /// <summary>A model that is here already, or null.</summary>
    public TacitModel? Find(byte[] hash) =>
        options.Models.Concat(_kept).FirstOrDefault(model => model.Hash.AsSpan().SequenceEqual(hash));

    /// <summary>Forgets what a frame does not name. Nothing may be at work with the models of the frame before.</summary>
    public void Begin(FrameHeader frame)
    {
        bool IsNamed(TacitModel model) => frame.ModelHashes.Any(hash => hash.AsSpan().SequenceEqual(model.Hash));
        _kept.RemoveAll(model => !IsNamed(model));
        foreach (TacitModel model in _own.Where(model => !IsNamed(model)))
            model.Free();
        _own.RemoveAll(model => !IsNamed(model));
    }

    /// <summary>What the memory limit leaves beside the models of a frame that are here.</summary>
    /// <exception cref="InsufficientMemoryException">They exceed it.</exception>
    public long LimitBeside(FrameHeader frame) =>
        BlockWorker.LimitBeside(options.MemoryLimit, frame.ModelHashes.Select(Find).OfType<TacitModel>().Sum(model => model.Memory));

    /// <summary>The models of a frame, one after another; none of them may be missing.</summary>
    /// <param name="frame">The frame's header, with which <see cref="Begin"/> was called.</param>
    /// <param name="embedded">Loads the model of a number from the frame within a limit, or gives null; null if none is there.</param>
    /// <param name="cancellationToken">Stops the work before the next model.</param>
    /// <exception cref="InvalidDataException">One is missing or damaged.</exception>
    /// <exception cref="InsufficientMemoryException">Together they exceed the memory limit.</exception>
    public IReadOnlyList<TacitModel> For(FrameHeader frame, Func<int, long, TacitModel?>? embedded = null, CancellationToken cancellationToken = default)
    {
        var models = new TacitModel[frame.ModelHashes.Length];
        for (int i = 0; i < models.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            byte[] hash = frame.ModelHashes[i];
            TacitModel? model = Find(hash);
            if (model is null)
            {
                model = embedded?.Invoke(i, LimitBeside(frame));
                if (model is not null)
                    _own.Add(model);
                model ??= Look(hash);
                _kept.Add(model);
            }
            models[i] = model;
        }
        LimitBeside(frame);
        return models;
    }

    /// <summary>Frees what it loaded itself, sooner than the collector would. Nothing may be at work with it.</summary>
    public void Clear()
    {
        foreach (TacitModel model in _own)
            model.Free();
        _own.Clear();
        _kept.Clear();
    }

    private TacitModel Look(byte[] hash)
    {
        string name = Convert.ToHexStringLower(hash);
        TacitModel model = options.FindModel?.Invoke(name)
            ?? throw new InvalidDataException($"The frame needs the model with SHA-256 {name}, which is neither in it, intact, nor given.");
        return model.Sha256 == name ? model
            : throw new InvalidDataException($"The frame needs the model with SHA-256 {name}; the one that was found has {model.Sha256}.");
    }
}

using Tacit.Compression.Container;

namespace Tacit.Compression.Codecs;

/// <summary>Where one reader gets the models of frames: those it was given, those it can find, those embedded in what it reads.</summary>
/// <remarks>Keeps what the last frame needed, so that one frame after another with the same models loads them once. Not thread-safe.</remarks>
internal sealed class ModelShelf(TacitDecompressionOptions options)
{
    private readonly List<TacitModel> _kept = [];

    /// <summary>A model that is here already, or null.</summary>
    public TacitModel? Find(byte[] hash) =>
        options.Models.Concat(_kept).FirstOrDefault(model => model.Hash.AsSpan().SequenceEqual(hash));

    /// <summary>The models of a frame, one after another.</summary>
    /// <param name="frame">The frame's header.</param>
    /// <param name="embedded">Loads the model of a number from the frame, or gives null; null if none is there.</param>
    /// <exception cref="InvalidDataException">One is missing or damaged.</exception>
    public IReadOnlyList<TacitModel> For(FrameHeader frame, Func<int, TacitModel?>? embedded = null)
    {
        var models = new TacitModel[frame.ModelHashes.Length];
        for (int i = 0; i < models.Length; i++)
            models[i] = Find(frame.ModelHashes[i]) ?? embedded?.Invoke(i) ?? Look(frame.ModelHashes[i]);
        Keep(models);
        return models;
    }

    /// <summary>Makes these the models that are kept, and forgets the others.</summary>
    public void Keep(IReadOnlyList<TacitModel> models)
    {
        _kept.Clear();
        _kept.AddRange(models);
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

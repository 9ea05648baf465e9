namespace Tacit.Compression;

/// <summary>How to decompress. Safe to share between threads while nobody sets a property.</summary>
public sealed class TacitDecompressionOptions
{
    /// <summary>Most blocks decoded at the same time; 1 unless set. With more, blocks are read ahead of what was asked for.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public int Threads
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 1;

    /// <summary>Models that frames may need. One that is embedded in its frame need not be here.</summary>
    public IReadOnlyList<TacitModel> Models
    {
        get;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            field = [.. value];
        }
    } = [];

    /// <summary>Asked for a model by its SHA-256 in lower-case hex when a frame needs one that is neither in it nor in <see cref="Models"/>; null, or an answer of null, for none.</summary>
    /// <remarks>It may throw <see cref="InvalidDataException"/> to say where it looked.</remarks>
    public Func<string, TacitModel?>? FindModel { get; set; }

    /// <summary>Most memory for buffers and models, in bytes; 0, unless set, stands for half of the memory the runtime may use.</summary>
    /// <remarks>Data that needs more fails with <see cref="InsufficientMemoryException"/> before anything is allocated for it.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public long MemoryLimit
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
        }
    }
}

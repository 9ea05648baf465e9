using Tacit.Compression.Codecs;
using Tacit.Compression.Codecs.BitsBack;
using Tacit.Compression.Codecs.Language;
using Tacit.Compression.Codecs.Numeric;
using Tacit.Compression.Codecs.Records;
using Tacit.Compression.Container;
using Tacit.Media;
using Tacit.Media.Audio;
using Tacit.Media.Numeric;
using Tacit.Modeling.Series;

namespace Tacit.Compression;

/// <summary>How to compress. The bytes written depend on codec, level, block size, models, mixing, records, SHA-256 and metadata only.</summary>
/// <remarks>Safe to share between threads while nobody sets a property.</remarks>
public sealed class TacitCompressionOptions
{
    private BinaryLayout? _layout;

    /// <summary>The codec; <see cref="TacitCodec.ContextMixing"/> unless set.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not a member of the enumeration.</exception>
    public TacitCodec Codec
    {
        get;
        set => field = Enum.IsDefined(value) ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Unknown codec.");
    } = TacitCodec.ContextMixing;

    /// <summary>From 1 (fast) to 9 (small); 5 unless set.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside 1 to 9.</exception>
    public int Level
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 9);
            field = value;
        }
    } = 5;

    /// <summary>What codec numeric takes the data for, such as <c>int16</c>, <c>uint32be</c> or <c>float64*8</c>; null, unless set, to find it out.</summary>
    /// <remarks>
    /// Numbers as they lie in memory: int8 … int64, uint8 … uint64, float32 or float64; be after it if the highest byte comes
    /// first; * and the number of columns if a row has several, at most 64. Other codecs take no notice of it.
    /// </remarks>
    /// <exception cref="ArgumentException">There are no such numbers.</exception>
    public string? Elements
    {
        get;
        set
        {
            BinaryLayout layout = default;
            if (value is not null && !BinaryLayout.TryParse(value, SeriesPlan.MaxColumns, out layout))
                throw new ArgumentException($"'{value}' are no numbers: such as int16, uint32be, float64 or float64*8.", nameof(value));
            field = value;
            _layout = value is null ? null : layout;
        }
    }

    /// <summary>For <see cref="TacitCodec.Audio"/>: what the data is, all of it, or null, unless set, for what its WAV or AIFF header says.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such format.</exception>
    public PcmFormat? Pcm
    {
        get;
        set => field = value is { IsPossible: false } ? throw new ArgumentOutOfRangeException(nameof(value), value, "No such format.") : value;
    }

    /// <summary>Raw bytes per block, 1 to 268,435,456; 0, unless set, stands for 4, 16 or 64 MiB by level.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside that range.</exception>
    public int BlockSize
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, FormatConstants.MaxBlockLength);
            field = value;
        }
    }

    /// <summary>Most blocks coded at the same time; 1 unless set. Does not change the bytes written.</summary>
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

    /// <summary>Most memory for buffers and models, in bytes; 0, unless set, stands for half of the memory the runtime may use.</summary>
    /// <remarks>Fewer threads are used to keep it; if one does not fit, work fails with <see cref="InsufficientMemoryException"/>.</remarks>
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

    /// <summary>Raw bytes to come at most, or null if that is not known. Saves memory and time for small inputs; not a bound.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public long? SourceLength
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value.GetValueOrDefault(), nameof(value));
            field = value;
        }
    }

    /// <summary>Adds the SHA-256 of all raw bytes, 32 bytes a frame, checked on decompression.</summary>
    public bool IncludeSha256 { get; set; }

    /// <summary>Text kept with the data, or null: keys of 1 to 255 UTF-8 bytes, 65,536 bytes in all.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; set; }

    /// <summary>Trained models to code with, at most 4, in the codec's order; frames name them by their SHA-256, and decompressing takes the same.</summary>
    /// <exception cref="ArgumentException">There are more, or one twice.</exception>
    public IReadOnlyList<TacitModel> Models
    {
        get;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            if (value.Count > FormatConstants.MaxModels)
                throw new ArgumentException($"{value.Count} models; a frame names {FormatConstants.MaxModels} at most.");
            if (value.DistinctBy(model => model.Sha256).Count() < value.Count)
                throw new ArgumentException("A model is given twice.");
            field = [.. value];
        }
    } = [];

    /// <summary>Puts the models into the frame, so that decompressing needs nothing else.</summary>
    public bool EmbedModels { get; set; }

    /// <summary>For <see cref="TacitCodec.LanguageModel"/>: whether the model is mixed with <see cref="TacitCodec.ContextMixing"/>; null, unless set, if it is a model of bytes.</summary>
    public bool? Mix { get; set; }

    /// <summary>
    /// For <see cref="TacitCodec.ContextMixing"/> at levels 7 to 9: whether a network learns each block while it is coded, and foresees it together
    /// with the contexts. Smaller, and some thirty times slower, both ways; blocks it makes no smaller are written without it.
    /// </summary>
    public bool Network { get; set; }

    /// <summary>
    /// For <see cref="TacitCodec.BitsBack"/>: items become what the model gives back of them, which takes far fewer bytes. What is decompressed, and what
    /// check sums are of, is that; levels stand for steps the latents are rounded to, from coarse (1) to fine (9).
    /// </summary>
    public bool Lossy { get; set; }

    /// <summary>For <see cref="TacitCodec.Records"/>: how the data is divided into records; <see cref="RecordFormat.Lines"/> unless set.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not a member of the enumeration.</exception>
    public RecordFormat RecordFormat
    {
        get;
        set => field = Enum.IsDefined(value) ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Unknown format of records.");
    }

    /// <summary>For <see cref="TacitCodec.Records"/>: records of a block, 1 to 65,535; 256 unless set. Fewer make it longer, and less to read for one record.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside that range.</exception>
    public int RecordsPerBlock
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, ushort.MaxValue);
            field = value;
        }
    } = RecordDescription.RecordsPerBlock;

    /// <summary>Checks that codec, models and mixing fit together, as whatever compresses with these options does.</summary>
    /// <exception cref="ArgumentException">They do not; the message says why.</exception>
    public void Check() => _ = Description;

    internal int EffectiveBlockSize => Description.FirstBlockLength(BlockSize) is > 0 and int length ? length
        : Description is LanguageDescription { Mixes: false } ? LanguageDescription.BlockLength : Level <= 3 ? 4 << 20 : Level <= 6 ? 16 << 20 : 64 << 20;

    /// <summary>The least raw bytes of a block that is not its frame's last.</summary>
    internal int LeastBlockSize => Description.LaterBlockLength(EffectiveBlockSize);

    internal CodecDescription Description
    {
        get
        {
            CodecDescription codec = (Codec == TacitCodec.Numeric && _layout is not null ? new NumericDescription(_layout) : CodecRegistry.Get((byte)Codec)).With(Models);
            if (Lossy && codec is not BitsBackDescription)
                throw new ArgumentException("only codec 'bitsback' is lossy where that is asked for");
            if (codec is ContextMixingDescription cm)
                return cm.At(Level, Network);
            if (Network)
                throw new ArgumentException("a network learns with codec 'cm' only");
            return codec switch
            {
                LanguageDescription language => language.Mixing(Mix, Level),
                BitsBackDescription items => items.Lossy(Lossy),
                RecordDescription records => records.Cutting(RecordFormat, RecordsPerBlock),
                _ => codec,
            };
        }
    }
}

using Tacit.Compression;
using Tacit.Compression.Codecs;
using Tacit.Media;
using Tacit.Media.DataSets;
using Tacit.Tests.Records;
using Tacit.Tests.Support;

namespace Tacit.Tests.Fuzz;

/// <summary>The intact archives that are changed: every codec, and small ones that are nearly all headers.</summary>
internal sealed class FuzzCorpus
{
    /// <summary>The archives with their data and the lengths of their frames' data.</summary>
    public List<(byte[] Packed, byte[] Data)> Archives { get; } = [];

    /// <summary>Frames and blocks of all archives, for splicing.</summary>
    public List<byte[]> Pieces { get; } = [];

    private readonly List<byte[]> _frameData = [];

    /// <param name="codecName">Only archives of this codec; null for all.</param>
    public FuzzCorpus(string? codecName = null)
    {
        foreach (CodecDescription description in CodecRegistry.All.Where(c => codecName is null || c.Name == codecName))
        {
            var codec = (TacitCodec)description.Id;
            if (codec == TacitCodec.Records)
            {
                AddRecords();
                continue;
            }
            byte[] text = Samples.Text(900, description.Id), mixed = Samples.Mixed(700, description.Id);
            Add(text, Options(codec));
            Add(text, Options(codec, 300, sha: true, metadata: ("name", "a.txt")));
            Add(mixed, Options(codec, 111, level: 9, metadata: [("a", "1"), ("b", ""), ("c", "ü")]));
            Add(Samples.Noise(64), Options(codec, 16));
            Add([], Options(codec, sha: true));
            Add([1], Options(codec));
            // Three of the same length with the same first block, and so the same tag.
            for (ulong twin = 0; twin < 3; twin++)
                Add([.. text[..40], .. Samples.Noise(120, twin)], Options(codec, 40));
            Add(text[..300], Options(codec, 1 << 28, sha: true, level: 5));
            if (codec == TacitCodec.ContextMixing)
            {
                Add(text[..300], new() { Level = 5, Models = [TinyModels.Prior], EmbedModels = true });
                Add(text, new() { Level = 5, Models = [TinyModels.Prior], BlockSize = 333 });
            }
            if (codec == TacitCodec.LanguageModel)
                Add(text, new() { Codec = codec, Level = 5, Models = [TinyModels.Small, TinyModels.Prior], BlockSize = 333 });
            if (codec == TacitCodec.BitsBack)
            {
                byte[] items = TinyItems.File(new ItemShape(1, 6, 6), 40, black: true);
                Add(items, Options(codec));
                Add(items, Options(codec, 400));
                var lossy = new TacitCompressionOptions { Codec = codec, Models = [TinyItems.Black], Lossy = true, Level = 3 };
                byte[] kept = [.. items];
                Add(kept, lossy);
                TacitDecoder.TryDecompress(Archives[^1].Packed, kept, out _, new() { Models = lossy.Models });      // what is left of them
            }
            if (codec == TacitCodec.Audio)
            {
                Add(SelfTestSamples.Sound(700), Options(codec));
                Add(SelfTestSamples.Sound(900), Options(codec, 401));
            }
        }
        if (Archives.Count == 0)
            throw new ArgumentException($"There is no codec '{codecName}'.");
        (byte[] Packed, byte[] Data)[] simple = [.. Archives];
        // Tiny blocks, tiny frames, one inside the other.
        TacitCodec first = (TacitCodec)CodecRegistry.All.First(c => codecName is null || c.Name == codecName).Id;
        first = first == TacitCodec.Records ? TacitCodec.Store : first;     // whose blocks go by records
        Add(Samples.Text(40), Options(first, 1));
        Add(Samples.Text(90), Options(first, 3, sha: true, metadata: [.. Enumerable.Range(0, 20).Select(i => ($"k{i}", $"v{i}"))]));
        Join([.. Enumerable.Range(0, 12).Select(i => simple[i % simple.Length])]);
        Join([.. simple.Where(s => s.Data.Length < 2), .. simple.Where(s => s.Data.Length < 2)]);
        Join(simple[0], simple[0]);
        Add(simple[1].Packed, Options(TacitCodec.Store, 200));
        foreach ((byte[] packed, _) in Archives)
        {
            foreach (TacitFrame frame in TacitArchive.Open(new MemoryStream(packed)).Frames)
            {
                Pieces.Add(packed[(int)frame.Offset..(int)(frame.Offset + frame.CompressedLength)]);
                Pieces.AddRange(frame.Blocks.Take(6).Select(b => packed[(int)b.Offset..(int)(b.Offset + 27 + b.CodedLength)]));
            }
        }
    }

    /// <summary>
    /// True if this could honestly come out of a splice of intact structures: frames in any number and order, each whole.
    /// </summary>
    public bool IsFramesOfTheCorpus(ReadOnlySpan<byte> data)
    {
        var reachable = new bool[data.Length + 1];
        reachable[0] = true;
        for (int at = 0; at < data.Length; at++)
        {
            if (!reachable[at])
                continue;
            foreach (byte[] part in _frameData)
            {
                if (data[at..].StartsWith(part))
                    reachable[at + part.Length] = true;
            }
        }
        return reachable[data.Length];
    }

    private void AddRecords()
    {
        byte[] users = [.. RecordSamples.Users(30, 8).SelectMany(u => u.Append((byte)'\n'))], mixed = Samples.Mixed(300, 8);
        foreach ((byte[] data, RecordFormat format, int perBlock, bool embed) in ((byte[], RecordFormat, int, bool)[])
            [(users, RecordFormat.Lines, 256, true), (users, RecordFormat.Rows, 3, false), (users[..^1], RecordFormat.Lines, 1, false), (mixed, RecordFormat.Lines, 2, false),
                ([5, 0, 0, 0, .. users[..5], 0, 0, 0, 0, .. "\x20\0\0\0"u8, .. users[..32], 1], RecordFormat.Prefixed, 2, false), ([], RecordFormat.Lines, 9, false)])
        {
            Add(data, new() { Codec = TacitCodec.Records, Models = [TinyModels.Records], RecordFormat = format, RecordsPerBlock = perBlock, EmbedModels = embed });
        }
    }

    private void Add(byte[] data, TacitCompressionOptions options)
    {
        byte[] packed = new byte[TacitEncoder.GetMaxCompressedLength(data.Length, options)];
        if (!TacitEncoder.TryCompress(data, packed, out int length, options))
            throw new InvalidOperationException("The bound on the compressed length does not hold.");
        Archives.Add((packed[..length], data));
        _frameData.Add(data);
    }

    private static TacitCompressionOptions Options(TacitCodec codec, int blockSize = 0, bool sha = false, int level = 1,
        params (string Key, string Value)[] metadata) => new()
        {
            Codec = codec,
            Models = codec == TacitCodec.LanguageModel ? [TinyModels.Small] : codec == TacitCodec.BitsBack ? [TinyItems.Black] : [],
            EmbedModels = (codec is TacitCodec.LanguageModel or TacitCodec.BitsBack) && sha,
            Mix = codec == TacitCodec.LanguageModel ? level > 1 : null,
            Level = level,
            BlockSize = blockSize,
            IncludeSha256 = sha,
            Metadata = metadata.ToDictionary(m => m.Key, m => m.Value),
        };

    private void Join(params (byte[] Packed, byte[] Data)[] parts) =>
        Archives.Add(([.. parts.SelectMany(p => p.Packed)], [.. parts.SelectMany(p => p.Data)]));
}

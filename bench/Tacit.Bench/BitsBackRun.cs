using System.Globalization;
using Tacit.Compression;
using Tacit.Media;
using Tacit.Media.DataSets;
using Tacit.Media.Images;
using Tacit.Modeling.Variational;

namespace Tacit.Bench;

/// <summary>A trained variational autoencoder in this process: an IDX file with bits back at several lengths of blocks, lossy at several rates, PNG and cm beside it.</summary>
internal static class BitsBackRun
{
    private static readonly int[] s_blocks = [64, 256, 1024, 4096, 1 << 20];

    /// <summary>Runs; arguments are an IDX file, --model MODEL, --quick for the usual blocks only.</summary>
    public static int Run(string[] args)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        int at = Array.IndexOf(args, "--model");
        string? file = args.Where((a, i) => !a.StartsWith('-') && (at < 0 || i != at + 1)).FirstOrDefault();
        if (at < 0 || at + 1 == args.Length || file is null)
        {
            Console.Error.WriteLine("bitsback FILE.idx --model MODEL [--quick]");
            return 1;
        }
        byte[] data = File.ReadAllBytes(file);
        TacitModel loaded = TacitModel.Load(args[at + 1]);
        var model = (VariationalAutoencoder)loaded.Content;
        ItemSet items = ItemReader.Read([new DataFile(file, null, data)], new ItemOptions());
        int count = items.Count, size = items.Shape.Size;
        VariationalEvaluation bound = VariationalEvaluation.Of(model, items, 10);
        Console.WriteLine($"{Path.GetFileName(file)}: {count} items of {items.Shape}, {data.Length} bytes; the model has {loaded.FileLength}; one thread, its own time");
        Console.WriteLine($"bound {bound.Nats:0.00} nats an item, {bound.BitsPerValue:0.0000} bits a value, {bound.Nats / Math.Log(2) / 8 * count:0} bytes");
        foreach (int block in args.Contains("--quick") ? [4096] : s_blocks)
            Show($"blocks of {Math.Min(block, count)}", new TacitCompressionOptions { Codec = TacitCodec.BitsBack, Models = [loaded], BlockSize = (int)Math.Min(1L << 28, 20 + (long)block * size) });
        if (args.Contains("--quick"))
            return 0;
        for (int level = 1; level <= 9; level++)
            Show($"lossy -{level}", new TacitCompressionOptions { Codec = TacitCodec.BitsBack, Models = [loaded], Lossy = true, Level = level });
        Show("cm -9", new TacitCompressionOptions { Level = 9 });
        Console.WriteLine($"{"PNG, each",-16} {Pngs(items),9} {8.0 * Pngs(items) / count / size,7:f4}");
        return 0;

        void Show(string name, TacitCompressionOptions options)
        {
            byte[] packed = new byte[TacitEncoder.GetMaxCompressedLength(data.Length, options)], back = new byte[data.Length];
            int length = 0;
            double started = ThreadTime.Now;
            TacitEncoder.TryCompress(data, packed, out length, options);
            double coded = ThreadTime.Now;
            TacitDecoder.TryDecompress(packed.AsSpan(0, length), back, out _, new() { Models = options.Models });
            double decoded = ThreadTime.Now, squares = data.Zip(back, (a, b) => (double)(a - b) * (a - b)).Sum() / (count * (double)size);
            string said = options.Lossy ? $"  {8.0 * length / count:0.0} bits an item, PSNR {10 * Math.Log10(255 * 255 / squares):0.00} dB"
                : $"  {100 * (length / (bound.Nats / Math.Log(2) / 8 * count) - 1):+0.00;-0.00} % of the bound{(squares > 0 ? ", NOT THE SAME" : "")}";
            Console.WriteLine($"{name,-16} {length,9} {8.0 * length / count / size,7:f4} {count / (coded - started),9:f0} {count / (decoded - coded),9:f0} items/s{said}");
        }
    }

    private static long Pngs(ItemSet items)
    {
        long length = 0;
        ItemShape shape = items.Shape;
        if (!shape.IsImage || shape.Channels is not (1 or 3))
            return 0;
        int pixels = shape.Height * shape.Width;
        ushort[] samples = new ushort[shape.Size];
        for (int n = 0; n < items.Count; n++)
        {
            ReadOnlySpan<byte> item = items.Bytes.Span.Slice(n * shape.Size, shape.Size);
            for (int i = 0; i < samples.Length; i++)
                samples[i] = item[i % shape.Channels * pixels + i / shape.Channels];
            using var file = new MemoryStream();
            Png.Encode(file, new Image(shape.Width, shape.Height, shape.Channels, 255, [.. samples]));
            length += file.Length;
        }
        return length;
    }
}

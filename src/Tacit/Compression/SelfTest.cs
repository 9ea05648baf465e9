using System.Buffers.Binary;
using System.Security.Cryptography;
using Tacit.Coding;
using Tacit.Compression.Records;
using Tacit.Learning;
using Tacit.Modeling;
using Tacit.Modeling.ContextMixing;
using Tacit.Modeling.Linear;
using Tacit.Modeling.Nonlinear;
using Tacit.Modeling.Recurrent;
using Tacit.Modeling.Records;
using Tacit.Numerics;

namespace Tacit.Compression;

/// <summary>Computes digests that must be the same on every machine.</summary>
public static class SelfTest
{
    private const int SampleLength = 1 << 15, ModelSampleLength = 1 << 13, LanguageSampleLength = 1100;    // more than a model's windows and positions

    // What the digests are everywhere. A change here is a change of the format.
    private static readonly (string Name, Func<byte[]> Make, string Expected)[] Digests =
    [
        ("coding/binary", BinaryCode, "b4749942d484e4f5"),
        ("coding/range", RangeCode, "0f0e75d0b7892d26"),
        ("coding/rans", RansCode, "c9870cf12c15a441"),
        ("coding/golomb-rice", GolombRiceCode, "7530d80711d65b8c"),
        ("coding/elias-gamma", EliasGammaCode, "ba6a503a26db7845"),
        ("coding/elias-delta", EliasDeltaCode, "313ece25c82a2258"),
        ("coding/varint", VarIntCode, "10f6e16f497a9e9d"),
        ("coding/frequencies", Frequencies, "334ebdb974d9d1a9"),
        ("numerics/products", NumericDigests.Products, "2856b3530868e961"),
        ("numerics/functions", NumericDigests.Functions, "c717465fbe068aea"),
        ("numerics/layers", NumericDigests.Layers, "4d0c9ef8c403bbd2"),
        ("numerics/attention", NumericDigests.Attentions, "56fb8f3a7fc6a72f"),
        ("numerics/convolution", NumericDigests.Convolutions, "7e6d3c2d0536c022"),
        ("numerics/random", NumericDigests.RandomNumbers, "275f003859a7ccf5"),
        ("numerics/training", NumericDigests.Training, "afd9d8611207a120"),
        ("learning/transformer", TrainingDigests.Transformer, "073972507259a497"),
        ("learning/cached-logits", TrainingDigests.CachedLogits, "d53ed4f7eb32d0bf"),
        ("learning/item-autoencoders", ItemDigests.Autoencoders, "a521af171c478006"),
        ("learning/sounds", ItemDigests.Sounds, "1f4914b1ad6893fe"),
        ("learning/classifiers", ItemDigests.Classifiers, "b5ade1b699b5355a"),
        ("learning/sequence-autoencoder", TrainingDigests.SequenceAutoencoder, "01cef30d6a5a7950"),
        ("learning/lstm", LearningDigests.Lstm, "185867c9f6af0974"),
        ("learning/conv-vae", LearningDigests.ConvolutionalAutoencoder, "f0702f2952e46407"),
        ("cm/text-1", () => Compressed(SelfTestSamples.Text, 1), "64f1318eba53a342"),
        ("cm/records-1", () => Compressed(SelfTestSamples.Records, 1), "0cf5d71eb29b0696"),
        ("cm/skewed-1", () => Compressed(SelfTestSamples.Skewed, 1), "f5fef27e3b890494"),
        ("cm/text-5", () => Compressed(SelfTestSamples.Text, 5), "5900609eb89c4993"),
        ("cm/records-5", () => Compressed(SelfTestSamples.Records, 5), "ce06cf555508010b"),
        ("cm/skewed-5", () => Compressed(SelfTestSamples.Skewed, 5), "71ec9bf229120282"),
        ("cm/text-9", () => Compressed(SelfTestSamples.Text, 9), "8259f1c99a853e38"),
        ("cm/records-9", () => Compressed(SelfTestSamples.Records, 9), "1b19a0b10be34b55"),
        ("cm/skewed-9", () => Compressed(SelfTestSamples.Skewed, 9), "2469ce9c455447f1"),
        ("numeric/records-1", () => Compressed(SelfTestSamples.Records, 1, TacitCodec.Numeric), "54446f5f278648e9"),
        ("numeric/records-5", () => Compressed(SelfTestSamples.Records, 5, TacitCodec.Numeric), "74d4e49165b1480a"),
        ("numeric/table-5", () => Compressed(SelfTestSamples.Table, 5, TacitCodec.Numeric), "db973c8ce98f6030"),
        ("numeric/table-9", () => Compressed(SelfTestSamples.Table, 9, TacitCodec.Numeric), "b492a8b9354cd8aa"),
        ("audio/sound-1", () => Compressed(SelfTestSamples.Sound, 1, TacitCodec.Audio), "59edb3130238aca2"),
        ("audio/sound-5", () => Compressed(SelfTestSamples.Sound, 5, TacitCodec.Audio), "509e59a4caffce61"),
        ("audio/sound-9", () => Compressed(SelfTestSamples.Sound, 9, TacitCodec.Audio), "f44e9dec03bff804"),
        ("cm/prior-text-5", () => Primed(state: false), "436189d1029901eb"),
        ("cm/prior-state-7", () => Primed(state: true), "f8de041e4bffe224"),
        ("cm/network", RecurrentDigests.Network, "a331db1d5e25caef"),
        ("lm/text", () => LanguageCompressed(mix: false), "9f441cadc4fee424"),
        ("lm/mixed-5", () => LanguageCompressed(mix: true), "52241da31b4af732"),
        ("lm/primed-5", () => LanguageCompressed(mix: true, primed: true), "666836bd01d10ad8"),
        ("bitsback/black", () => ItemsCompressed(black: true, lossy: false), "1f5403736787d42c"),
        ("bitsback/colour", () => ItemsCompressed(black: false, lossy: false), "dacb8be8e7fc01a1"),
        ("bitsback/lossy-7", () => ItemsCompressed(black: false, lossy: true), "c035121303255dbf"),
        ("bitsback/layers", () => ItemsCompressed(black: true, lossy: false, top: 2), "824a448a3c63a403"),
        ("bitsback/neighbours", () => ItemsCompressed(black: false, lossy: false, neighbours: 5), "b67a774705f8036b"),
        ("records/best", () => RecordDigests.Coded(RecordProfile.Best), "8488792c2363e4d4"),
        ("records/fast", () => RecordDigests.Coded(RecordProfile.Fast), "d61aaf93008f3bc0"),
        ("records/frame", RecordDigests.Frame, "abf16e69e3e4dc28"),
        ("linear/fits", LinearDigests.Fits, "512de9a3a7c53771"),
        ("nonlinear/model", NonlinearDigests.Model, "723fe154edb67597"),
    ];

    /// <summary>Runs all digests, one at a time as they are asked for.</summary>
    public static IEnumerable<SelfTestResult> Run() => Digests.Select(d => new SelfTestResult(d.Name, Digest(d.Make()), d.Expected));

    // The first 64 bits of the SHA-256: for comparing, not against attack.
    private static string Digest(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 8));

    private static byte[] Compressed(Func<int, byte[]> sample, int level, TacitCodec codec = TacitCodec.ContextMixing)
    {
        byte[] data = sample(ModelSampleLength);
        return Compressed(data, new TacitCompressionOptions { Codec = codec, Level = level });
    }

    // The model file, and what a block that begins with it becomes.
    private static byte[] Primed(bool state)
    {
        int level = state ? 7 : 5;
        byte[] file = PriorOf(level, state), data = SelfTestSamples.Text(2 * ModelSampleLength)[ModelSampleLength..];
        return [.. file, .. Compressed(data, new TacitCompressionOptions { Level = level, Models = [TacitModel.FromBytes(file, long.MaxValue)] })];
    }

    private static byte[] PriorOf(int level, bool state = false, int length = ModelSampleLength)
    {
        using MixerPrior prior = MixerPrior.Learn(SelfTestSamples.Text(length), level, new BlockStructure(BlockKind.Text));
        using var stream = new MemoryStream();
        if (state)
            PriorModel.WriteState(stream, prior, 1 << 17);
        else
            PriorModel.WriteText(stream, prior);
        return stream.ToArray();
    }

    internal static byte[] LanguageCompressed(bool mix, bool primed = false) => Compressed(SelfTestSamples.Text(LanguageSampleLength), new TacitCompressionOptions
    {
        Codec = TacitCodec.LanguageModel,
        Models = primed ? [SelfTestModel.Model, TacitModel.FromBytes(PriorOf(5, length: 100), long.MaxValue)] : [SelfTestModel.Model],     // little, so that the model has something to add
        Mix = mix,
        BlockSize = LanguageSampleLength - 1,       // an only block need not name what helps it little
    });

    private static byte[] ItemsCompressed(bool black, bool lossy, int top = 0, int neighbours = 0)
    {
        TacitModel model = SelfTestItems.Model(black, top, neighbours);
        var options = new TacitCompressionOptions { Codec = TacitCodec.BitsBack, Models = [model], Lossy = lossy, Level = 7 };
        byte[] data = SelfTestItems.File(black);
        return lossy ? Packed(data, options) : Compressed(data, options);
    }

    private static byte[] Packed(byte[] data, TacitCompressionOptions options)
    {
        byte[] packed = new byte[TacitEncoder.GetMaxCompressedLength(data.Length, options)];
        TacitEncoder.TryCompress(data, packed, out int length, options);
        return packed[..length];
    }

    private static byte[] Compressed(byte[] data, TacitCompressionOptions options)
    {
        byte[] packed = Packed(data, options), restored = new byte[data.Length];
        // A machine that does not even undo its own work must not pass by luck.
        return TacitDecoder.TryDecompress(packed, restored, out _, new() { Models = options.Models }) && restored.AsSpan().SequenceEqual(data) ? packed : [];
    }

    private static byte[] BinaryCode()
    {
        byte[] bytes = new byte[SampleLength];
        var encoder = new BinaryEncoder(bytes);
        var random = new SelfTestSamples.Generator(1);
        for (int i = 0; i < SampleLength; i++)
        {
            uint probability = (uint)(random.Next() >> 32) >> (i & 31) | 1;
            encoder.Encode((uint)random.Next() < probability ? 1 : 0, probability);
        }
        return bytes[..encoder.Finish()];
    }

    private static byte[] RangeCode()
    {
        byte[] bytes = new byte[SampleLength];
        var encoder = new RangeEncoder(bytes);
        var random = new SelfTestSamples.Generator(2);
        for (int i = 0; i < SampleLength / 8; i++)
        {
            int totalBits = 1 + i % RangeEncoder.MaxTotalBits;
            uint start = (uint)random.Next() & (1u << totalBits) - 1;
            encoder.Encode(start, 1 + (uint)(random.Next() % ((1u << totalBits) - start)), totalBits);
        }
        return bytes[..encoder.Finish()];
    }

    private static byte[] RansCode()
    {
        var coder = new RansCoder();
        var random = new SelfTestSamples.Generator(3);
        for (int i = 0; i < SampleLength / 8; i++)
        {
            int totalBits = 1 + i % RansCoder.MaxTotalBits;
            uint start = (uint)random.Next() & (1u << totalBits) - 1;
            coder.Push(start, 1 + (uint)(random.Next() % ((1u << totalBits) - start)), totalBits);
        }
        byte[] bytes = new byte[coder.ByteCount];
        coder.WriteTo(bytes);
        return bytes;
    }

    private static byte[] GolombRiceCode()
    {
        var writer = new BitWriter();
        var random = new SelfTestSamples.Generator(4);
        for (int i = 0; i < SampleLength / 8; i++)
            GolombRice.Write(writer, random.Next() >> (i & 63), k: i % 24);
        return writer.ToArray();
    }

    private static byte[] EliasGammaCode()
    {
        var writer = new BitWriter();
        var random = new SelfTestSamples.Generator(5);
        for (int i = 0; i < SampleLength / 8; i++)
            EliasGamma.Write(writer, random.Next() >> (i & 63) | 1);
        return writer.ToArray();
    }

    private static byte[] EliasDeltaCode()
    {
        var writer = new BitWriter();
        var random = new SelfTestSamples.Generator(6);
        for (int i = 0; i < SampleLength / 8; i++)
            EliasDelta.Write(writer, random.Next() >> (i & 63) | 1);
        return writer.ToArray();
    }

    private static byte[] VarIntCode()
    {
        byte[] bytes = new byte[SampleLength / 8 * VarInt.MaxLength];
        var random = new SelfTestSamples.Generator(7);
        int length = 0;
        for (int i = 0; i < SampleLength / 8; i++)
            length += VarInt.Write(bytes.AsSpan(length), random.Next() >> (i & 63));
        return bytes[..length];
    }

    // Many equal counts and remainders, so that ties are broken, and counts too large to be taken as they are.
    private static byte[] Frequencies()
    {
        const int Symbols = 300, Rounds = 48;
        ulong[] counts = new ulong[Symbols];
        uint[] frequencies = new uint[Symbols];
        byte[] bytes = new byte[Rounds * Symbols * sizeof(uint)];
        var random = new SelfTestSamples.Generator(8);
        int length = 0;
        for (int round = 0; round < Rounds; round++)
        {
            for (int i = 0; i < Symbols; i++)
                counts[i] = random.Next() >> round >> (int)(random.Next() & 15);
            FrequencyQuantiser.Quantise(counts, frequencies, totalBits: 9 + round % (FrequencyQuantiser.MaxTotalBits - 8));
            foreach (uint frequency in frequencies)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(length), frequency);
                length += sizeof(uint);
            }
        }
        return bytes;
    }
}

using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Tacit.Media;
using Tacit.Modeling.LanguageModels;
using Tacit.Modeling.Transformers;
using Tacit.Tests.Support;

namespace Tacit.Tests.Checkpoints;

public sealed class Llama2cCheckpointTests
{
    [DataFact]
    public void TheRealModelSaysWhatRunCSays()
    {
        using FileStream file = File.OpenRead(Data("aidreams260K.bin"));
        var model = new LanguageModel(Llama2cCheckpoint.Read(file), Llama2cTokenizer.Parse(File.ReadAllBytes(Data("tok512.bin"))));
        int[] expected = [.. File.ReadLines(Data("greedy-empty-prompt.ids.txt")).Where(l => l.Length > 0).Select(int.Parse)];
        var greedy = new SamplingOptions { Temperature = 0f };
        Assert.Equal(expected, model.GenerateTokens([], greedy).Take(expected.Length));
        byte[] text = [.. model.Generate(default, expected.Length, greedy).SelectMany(p => p)];
        Assert.Equal(File.ReadAllText(Data("greedy-empty-prompt.txt")).TrimEnd(), Encoding.UTF8.GetString(text).TrimEnd());
    }

    /// <summary>Golden/checkpoints/llama2c-prompts.txt, made by tests/golden/torch/make_llama2c.py, which computes in double.</summary>
    [DataFact]
    public void ToOtherPromptsItSaysWhatAnotherImplementationSays()
    {
        using FileStream file = File.OpenRead(Data("aidreams260K.bin"));
        var model = new LanguageModel(Llama2cCheckpoint.Read(file), Llama2cTokenizer.Parse(File.ReadAllBytes(Data("tok512.bin"))));
        string[] lines = File.ReadAllLines(Path.Combine(Repository.Root, "tests", "Tacit.Tests", "Golden", "checkpoints", "llama2c-prompts.txt"));
        Assert.Equal(5, lines.Length);
        foreach (string line in lines)
        {
            string[] parts = line.Split('\t');
            string prompt = JsonSerializer.Deserialize<string>(parts[0])!;
            int[] ids = Numbers(parts[1]), following = Numbers(parts[2]);
            Assert.True(ids.Length > 3 && following.Length > 30, prompt);
            Assert.Equal(ids, model.Tokenizer.Encode(Encoding.UTF8.GetBytes(prompt)));
            Assert.Equal(following, model.GenerateTokens(ids, new SamplingOptions { Temperature = 0f }).Take(following.Length));
        }

        static int[] Numbers(string text) => [.. text.Split(' ').Select(int.Parse)];
    }

    [DataFact]
    public void WrittenAgainTheFileIsTheSameButForTablesReadersPassOver()
    {
        byte[] original = File.ReadAllBytes(Data("aidreams260K.bin"));
        Gpt model = Llama2cCheckpoint.Read(new MemoryStream(original));
        using var written = new MemoryStream();
        Llama2cCheckpoint.Write(written, model);
        byte[] again = written.ToArray();
        int tables = 2 * sizeof(float) * 128 * 8, weights = original.Length - tables;      // tied: nothing comes after them
        Assert.Equal(original.Length, again.Length);
        Assert.True(original.AsSpan(0, weights).SequenceEqual(again.AsSpan(0, weights)));
        for (int at = weights; at < original.Length; at += sizeof(float))
            Assert.Equal(BitConverter.ToSingle(original, at), BitConverter.ToSingle(again, at), 5e-6);
    }

    [Theory]
    [InlineData(true, 2)]
    [InlineData(false, 1)]
    public void AModelComesBackBitForBit(bool tied, int keyHeads)
    {
        Gpt model = Small(tied, keyHeads);
        byte[] file = Write(model);
        Gpt again = Llama2cCheckpoint.Read(new MemoryStream(file));
        Assert.Equal(model.Options with { Hidden = 96, KeyHeads = keyHeads }, again.Options);
        for (int i = 0; i < model.Parameters.Count; i++)
            Assert.Equal(model.Parameters[i].Value.Span, again.Parameters[i].Value.Span);
        Assert.Equal(file, Write(again));
    }

    [Fact]
    public void AnotherKindOfModelIsNotWritten() =>
        Assert.Throws<InvalidDataException>(() => Write(new Gpt(new GptOptions { Context = 8, Layers = 1, Columns = 8, Heads = 2, Norm = NormKind.Layer })));

    [Fact]
    public void HostileFilesAreRefused()
    {
        byte[] good = Write(Small(true, 2));
        foreach (int length in (int[])[0, 1, 27, 28, 100, good.Length - 4, good.Length - 1])
            Refused(good[..length]);
        Refused([.. good, 0]);
        // Every size, absurd: none may be believed.
        for (int field = 0; field < 7; field++)
        {
            foreach (int value in (int[])[0, -1, 1, 3, 1 << 16, 1 << 20, int.MaxValue, int.MinValue, int.MinValue + 1])
            {
                byte[] bad = [.. good];
                if (BinaryPrimitives.ReadInt32LittleEndian(bad.AsSpan(4 * field)) == value)
                    continue;
                BinaryPrimitives.WriteInt32LittleEndian(bad.AsSpan(4 * field), value);
                Refused(bad);
            }
        }
        foreach (float value in (float[])[float.NaN, float.PositiveInfinity])
        {
            byte[] bad = [.. good];
            BinaryPrimitives.WriteSingleLittleEndian(bad.AsSpan(28 + 400), value);
            Refused(bad, "finite");
        }
        byte[] later = [.. good];
        "24ka"u8.CopyTo(later);
        Refused(later, "version 0");
        Refused(Samples.Noise(5000));
    }

    private static void Refused(byte[] file, string expected = "llama2.c") =>
        Assert.Contains(expected, Assert.Throws<InvalidDataException>(() => Llama2cCheckpoint.Read(new MemoryStream(file))).Message);

    private static Gpt Small(bool tied, int keyHeads)
    {
        var model = new Gpt(new GptOptions { Vocabulary = 300, Context = 8, Layers = 2, Columns = 32, Heads = 4, KeyHeads = keyHeads, TiedOutput = tied });
        model.Initialize(3);
        return model;
    }

    private static byte[] Write(Gpt model)
    {
        using var file = new MemoryStream();
        Llama2cCheckpoint.Write(file, model);
        return file.ToArray();
    }

    private static string Data(string name) => Path.Combine(DataFactAttribute.Folder, "llama2c", name);
}

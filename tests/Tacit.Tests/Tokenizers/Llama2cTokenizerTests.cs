using System.Buffers.Binary;
using System.Text;
using Tacit.Media;
using Tacit.Tests.Support;

namespace Tacit.Tests.Tokenizers;

public sealed class Llama2cTokenizerTests
{
    [DataFact]
    public void TokensAreThoseOfRunC()
    {
        byte[] file = Real();
        Llama2cTokenizer tokenizer = Llama2cTokenizer.Parse(file);
        Assert.Equal(512, tokenizer.Vocabulary);
        var reference = new RunC(file);
        string[] texts = ["Once upon a time", "I believe the meaning of life is", " two  spaces ", "\n", "Ärger 日本 €", "<s></s><0x41><unk>", "x", " ", "The the THE", "\t\0é"];
        foreach (string text in texts)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            int[] tokens = tokenizer.Encode(bytes);
            Assert.Equal(reference.Encode(bytes), tokens);
            Assert.Equal(bytes, BytePairTests.Decode(tokenizer, tokens));
        }
        for (ulong seed = 0; seed < 60; seed++)
        {
            byte[] text = Samples.Mixed(200, seed);
            int[] tokens = tokenizer.Encode(text);
            Assert.Equal(reference.Encode(text), tokens);
            Assert.Equal(text, BytePairTests.Decode(tokenizer, tokens));
        }
        Assert.Empty(tokenizer.Encode([]));
        Assert.Equal(file, tokenizer.ToFile());
        var metadata = TokenizerText.Describe(tokenizer).ToDictionary(m => m.Key, m => m.Value);
        Assert.Equal(file, ((Llama2cTokenizer)TokenizerText.Read(metadata.GetValueOrDefault, 512)).ToFile());
        Assert.Throws<InvalidDataException>(() => TokenizerText.Read(metadata.GetValueOrDefault, 511));
    }

    [Fact]
    public void OfEqualScoresTheLeftmostIsMergedFirst()
    {
        // "aaa": both pairs become 'aa'; the left one does.
        Llama2cTokenizer tokenizer = Llama2cTokenizer.Parse(File((" ", 0), ("a", 0), ("aa", -1), ("aaa", -2e10f), ("b", -0f), ("ab", -1), ("aab", -3)));
        Assert.Equal([259, 261, 260], tokenizer.Encode("aaa"u8));           // the score of 'aaa' is too low for run.c
        Assert.Equal([259, 265], tokenizer.Encode("aab"u8));                // aa + b
        Assert.Equal([259, 260 - 1 + 5], tokenizer.Encode("ab"u8));
    }

    [Fact]
    public void HostileFilesAreRefused()
    {
        byte[] good = File((" ", 0), ("a", 0));
        Llama2cTokenizer.Parse(good);
        Refused([], "cut short");
        Refused(good[..101], "cut short");
        Refused(good[..^1], "cut short");
        Refused([.. good, 1, 2, 3], "cut short");
        Refused(File(), "space");
        Refused(File(("a", 0), ("b", 0)), "space");
        Refused(File((" ", float.NaN)), "score");
        Refused(File((" ", float.PositiveInfinity)), "score");
        foreach (int length in (int[])[-1, int.MinValue, int.MaxValue, 2000])
        {
            byte[] bad = [.. good];
            BinaryPrimitives.WriteInt32LittleEndian(bad.AsSpan(8), length);
            Refused(bad, "token 0");
        }
        byte[] other = [.. good];
        other[other.AsSpan().IndexOf("<0x41>"u8)] = (byte)'[';
        Refused(other, "<0x41>");
        Refused(good[..(good.AsSpan().IndexOf("<0xFF>"u8) - 8)], "at least 259");
        Assert.Throws<InvalidDataException>(() => TokenizerText.Read(k => k == TokenizerText.NameKey ? "llama2c" : "!!", 300));
        Assert.Throws<InvalidDataException>(() => TokenizerText.Read(_ => "magic", 300));
        Assert.Throws<InvalidDataException>(() => TokenizerText.Read(_ => null, 300));
        Assert.IsType<ByteTokenizer>(TokenizerText.Read(_ => null, 256));
    }

    private static void Refused(byte[] file, string expected) =>
        Assert.Contains(expected, Assert.Throws<InvalidDataException>(() => Llama2cTokenizer.Parse(file)).Message);

    private static byte[] Real() => System.IO.File.ReadAllBytes(Path.Combine(DataFactAttribute.Folder, "llama2c/tok512.bin"));

    // Three control tokens, the bytes, and these.
    private static byte[] File(params (string Text, float Score)[] pieces)
    {
        var file = new MemoryStream();
        using var writer = new BinaryWriter(file);
        writer.Write(20);
        foreach ((string text, float score) in Enumerable.Empty<(string, float)>().Append(("<unk>", 0)).Append(("\n<s>\n", 0)).Append(("\n</s>\n", 0))
            .Concat(Enumerable.Range(0, 256).Select(b => ($"<0x{b:X2}>", 0f))).Concat(pieces))
        {
            writer.Write(score);
            writer.Write(text.Length);
            writer.Write(Encoding.Latin1.GetBytes(text));
        }
        return file.ToArray();
    }

    // encode of karpathy/llama2.c's run.c, line by line.
    private sealed class RunC
    {
        private readonly List<(string Text, float Score)> _vocab = [];

        public RunC(byte[] file)
        {
            for (int at = 4; at < file.Length;)
            {
                int length = BitConverter.ToInt32(file, at + 4);
                _vocab.Add((Encoding.Latin1.GetString(file, at + 8, length), BitConverter.ToSingle(file, at)));
                at += 8 + length;
            }
        }

        public List<int> Encode(byte[] text)
        {
            var tokens = new List<int>();
            if (text.Length > 0)
                tokens.Add(Lookup(" "));
            var buffer = new List<byte>();
            for (int c = 0; c < text.Length; c++)
            {
                if ((text[c] & 0xC0) != 0x80)
                    buffer.Clear();
                buffer.Add(text[c]);
                if (c + 1 < text.Length && (text[c + 1] & 0xC0) == 0x80 && buffer.Count < 4)
                    continue;
                int id = Lookup(Encoding.Latin1.GetString([.. buffer]));
                if (id != -1)
                    tokens.Add(id);
                else
                    tokens.AddRange(buffer.Select(b => b + 3));
                buffer.Clear();
            }
            while (true)
            {
                float bestScore = -1e10f;
                int bestId = -1, bestIndex = -1;
                for (int i = 0; i < tokens.Count - 1; i++)
                {
                    int id = Lookup(_vocab[tokens[i]].Text + _vocab[tokens[i + 1]].Text);
                    if (id != -1 && _vocab[id].Score > bestScore)
                        (bestScore, bestId, bestIndex) = (_vocab[id].Score, id, i);
                }
                if (bestIndex == -1)
                    return tokens;
                tokens[bestIndex] = bestId;
                tokens.RemoveAt(bestIndex + 1);
            }
        }

        private int Lookup(string text) => _vocab.FindIndex(v => v.Text == text);
    }
}

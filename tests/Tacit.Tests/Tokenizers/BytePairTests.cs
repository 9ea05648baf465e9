using System.Text;
using Tacit.Media;
using Tacit.Tests.Support;

namespace Tacit.Tests.Tokenizers;

public sealed class BytePairTests
{
    [Fact]
    public void TrainingMergesTheMostFrequentPairFirst()
    {
        // Worked by hand: "aa" 4 (in aaaa 3, in aab 1, " aa"), then what is left.
        byte[] text = "low low low lower lower newest newest newest newest widest widest"u8.ToArray();
        BytePairTokenizer tokenizer = Train(text, 256 + 4);
        // Like Sennrich et al.'s example, but with spaces before words: " l" and "lo", "ow" are there 5 times, "es" and "st" 6.
        Assert.Equal(["es", "est", "lo", "low"], [.. Enumerable.Range(256, 4).Select(t => Text(tokenizer, t))]);
        Assert.Equal([(byte)' ', (byte)'w', (byte)'i', (byte)'d', 257], tokenizer.Encode(" widest"u8));
    }

    [Fact]
    public void TrainingIsThatOfThePlainAlgorithm()
    {
        for (ulong seed = 0; seed < 20; seed++)
        {
            byte[] text = [.. Samples.Text(400, seed), .. Samples.Noise(60, seed).Select(b => (byte)(b % 3 + 'a')), .. "aaaaaaa aaaa aaaaaa"u8];
            BytePairTokenizer tokenizer = Train(text, 300);
            List<string> expected = PlainTraining(text, 300);
            Assert.Equal(expected, [.. Enumerable.Range(256, tokenizer.Vocabulary - 256).Select(t => Text(tokenizer, t))]);
        }
    }

    [Fact]
    public void AnyBytesComeBack()
    {
        BytePairTokenizer tokenizer = Train([.. Samples.Text(5000), .. Samples.Noise(3000)], 600);
        for (ulong seed = 0; seed < 50; seed++)
        {
            byte[] data = Samples.Mixed(2000, seed);
            Assert.Equal(data, Decode(tokenizer, tokenizer.Encode(data)));
        }
        Assert.Empty(tokenizer.Encode([]));
        Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.Decode(tokenizer.Vocabulary));
        Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.Decode(-1));
    }

    [Fact]
    public void EncodingIsThatOfThePlainAlgorithm()
    {
        BytePairTokenizer tokenizer = Train(Samples.Text(20000), 500);
        List<byte[]> tokens = [.. Enumerable.Range(0, tokenizer.Vocabulary).Select(t => tokenizer.Decode(t).ToArray())];
        foreach (ulong seed in (ulong[])[3, 4, 5])
        {
            byte[] text = Samples.Text(700, seed);
            Assert.Equal(PlainEncoding(text, tokens), tokenizer.Encode(text));
        }
        byte[] runs = Encoding.ASCII.GetBytes("thethethethe" + new string('u', 300) + "nsaidunsaid");
        Assert.Equal(PlainEncoding(runs, tokens), tokenizer.Encode(runs));
    }

    [Fact]
    public void APieceOfAMillionBytesTakesNoQuadraticTime()
    {
        BytePairTokenizer tokenizer = Train(Encoding.ASCII.GetBytes(new string('a', 300)), 300);
        byte[] text = Encoding.ASCII.GetBytes(new string('a', 1_000_001));
        int[] tokens = tokenizer.Encode(text);
        Assert.InRange(tokens.Length, 1_000_001 / 256, 1_000_001 / 64);
        Assert.Equal(text, Decode(tokenizer, tokens));
    }

    [Fact]
    public void TheSameTextGivesTheSameFileAndTheFileTheSameTokens()
    {
        byte[] text = Samples.Text(10_000, 9);
        BytePairTokenizer tokenizer = Train(text, 400);
        Assert.Equal(tokenizer.Json, Train(text, 400).Json);
        BytePairTokenizer again = BytePairTokenizer.Parse(Encoding.UTF8.GetBytes(tokenizer.Json));
        Assert.Equal(tokenizer.Encode(text), again.Encode(text));
        var metadata = TokenizerText.Describe(BytePairTokenizer.Parse(Encoding.UTF8.GetBytes(tokenizer.Json), 410, 3)).ToDictionary(m => m.Key, m => m.Value);
        var read = (BytePairTokenizer)TokenizerText.Read(metadata.GetValueOrDefault, 410);
        Assert.Equal((410, 3, null), (read.Vocabulary, read.End, read.Start));
        Assert.Equal(0, read.Decode(409).Length);
        Assert.Equal(tokenizer.Json, read.Json);
        Assert.Throws<InvalidDataException>(() => TokenizerText.Read(metadata.GetValueOrDefault, 300));
    }

    [DataFact]
    public void TenThousandTokensOfShakespeare()
    {
        byte[] text = File.ReadAllBytes(Path.Combine(DataFactAttribute.Folder, "text/tinyshakespeare/input.txt"));
        BytePairTokenizer tokenizer = Train(text, 10_000);
        int[] tokens = tokenizer.Encode(text);
        Assert.Equal(text, Decode(tokenizer, tokens));
        Assert.Equal(10_000, tokenizer.Vocabulary);
        Assert.InRange((double)text.Length / tokens.Length, 3.5, 3.7);     // bytes per token
    }

    private static BytePairTokenizer Train(byte[] text, int vocabulary)
    {
        var trainer = new BytePairTrainer();
        trainer.Add(text);
        return trainer.Train(vocabulary);
    }

    internal static byte[] Decode(ITokenizer tokenizer, int[] tokens)
    {
        var bytes = new List<byte>();
        for (int i = 0; i < tokens.Length; i++)
            bytes.AddRange(tokenizer.Decode(tokens[i], i == 0 ? tokenizer.Start ?? -1 : tokens[i - 1]).Span);
        return [.. bytes];
    }

    private static string Text(BytePairTokenizer tokenizer, int token) => Encoding.Latin1.GetString(tokenizer.Decode(token).Span);

    private static IEnumerable<byte[]> Pieces(byte[] text)
    {
        for (int at = 0, length; at < text.Length; at += length)
        {
            length = TextPieces.First(text.AsSpan(at));
            yield return text[at..(at + length)];
        }
    }

    // Everything counted anew before each merge.
    private static List<string> PlainTraining(byte[] text, int vocabulary)
    {
        List<List<int>> words = [.. Pieces(text).Select(p => p.Select(b => (int)b).ToList())];
        List<string> tokens = [.. Enumerable.Range(0, 256).Select(b => ((char)b).ToString())];
        var refused = new HashSet<(int, int)>();
        while (tokens.Count < vocabulary)
        {
            var counts = new SortedDictionary<(int Left, int Right), int>();
            foreach (List<int> word in words)
            {
                for (int i = 1; i < word.Count; i++)
                    counts[(word[i - 1], word[i])] = counts.GetValueOrDefault((word[i - 1], word[i])) + 1;
            }
            var best = counts.Where(c => c.Value > 1 && !refused.Contains(c.Key)).OrderByDescending(c => c.Value).ThenBy(c => c.Key).FirstOrDefault();
            if (best.Value < 2)
                break;
            (int left, int right) = best.Key;
            if (tokens.Contains(tokens[left] + tokens[right]))
            {
                refused.Add(best.Key);
                continue;
            }
            foreach (List<int> word in words)
                Replace(word, left, right, tokens.Count);
            tokens.Add(tokens[left] + tokens[right]);
        }
        return tokens[256..];
    }

    // The earliest learnt pair everywhere, until there is none; tokens from 256 on were made by merges in their order.
    private static List<int> PlainEncoding(byte[] text, List<byte[]> tokens)
    {
        var all = new List<int>();
        foreach (byte[] piece in Pieces(text))
        {
            List<int> word = [.. piece.Select(b => (int)b)];
            while (true)
            {
                (int best, int left, int right) = (int.MaxValue, 0, 0);
                for (int i = 1; i < word.Count; i++)
                {
                    int merged = tokens.FindIndex(t => t.AsSpan().SequenceEqual([.. tokens[word[i - 1]], .. tokens[word[i]]]));
                    if (merged >= 256 && merged < best)
                        (best, left, right) = (merged, word[i - 1], word[i]);
                }
                if (best == int.MaxValue)
                    break;
                Replace(word, left, right, best);
            }
            all.AddRange(word);
        }
        return all;
    }

    private static void Replace(List<int> word, int left, int right, int merged)
    {
        for (int i = 0; i + 1 < word.Count; i++)
        {
            if (word[i] == left && word[i + 1] == right)
            {
                word[i] = merged;
                word.RemoveAt(i + 1);
            }
        }
    }
}

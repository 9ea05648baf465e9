using System.Text;
using System.Text.Json.Nodes;
using Tacit.Media;

namespace Tacit.Tests.Tokenizers;

public sealed class TokenizerJsonTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void MergesMayBeTextsOrPairs(bool pairs)
    {
        BytePairTokenizer tokenizer = Parse(Small(pairs));
        // 'Ġ' is the space: "Ġh" (256), "el" (257), "Ġhel" (258), "lo" (259).
        Assert.Equal([258, 259], tokenizer.Encode(" hello"u8));
        Assert.Equal(" hello"u8, BytePairTests.Decode(tokenizer, [258, 259]));
        Assert.Equal([Token('h'), 257, 259], tokenizer.Encode("hello"u8));
    }

    [Fact]
    public void AddedTokensAreFoundInTheTextTheLongestFirst()
    {
        JsonNode json = Small(false);
        json["added_tokens"] = new JsonArray(Added("<|end|>", 260), Added("<|e", 261), Added("é", 262));
        BytePairTokenizer tokenizer = Parse(json);
        Assert.Equal(263, tokenizer.Vocabulary);
        Assert.Equal([Token('x'), 260, 258, 259], tokenizer.Encode("x<|end|> hello"u8));
        Assert.Equal([261, Token('n'), 262, 260], tokenizer.Encode("<|ené<|end|>"u8));
        Assert.Equal("<|ené<|end|>"u8, BytePairTests.Decode(tokenizer, [261, Token('n'), 262, 260]));
        // Spaces before an added token are at the end of their text, as if nothing followed.
        Assert.Equal([Token(' '), Token(' '), 260], tokenizer.Encode("  <|end|>"u8));
    }

    [Fact]
    public void ATemplateSaysHowTextsBegin()
    {
        JsonNode json = Small(false);
        json["added_tokens"] = new JsonArray(Added("<s>", 300));
        json["post_processor"] = JsonNode.Parse("""
            {"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],
             "special_tokens":{"<s>":{"id":"<s>","ids":[300],"tokens":["<s>"]}}}
            """);
        BytePairTokenizer tokenizer = Parse(json);
        Assert.Equal((301, 300), (tokenizer.Vocabulary, tokenizer.Start));
        Assert.Equal(0, tokenizer.Decode(280).Length);      // no token has this number
        json["added_tokens"] = new JsonArray();
        Refused(json, "no added token");
    }

    [Fact]
    public void IgnoringMergesTakesWholePieces()
    {
        JsonNode json = Small(false);
        json["model"]!["vocab"]!["lle"] = 260;      // no merge makes it
        Assert.Equal(3, Parse(json).Encode("lle"u8).Length);
        json["model"]!["ignore_merges"] = true;
        Assert.Equal([260], Parse(json).Encode("lle"u8));
    }

    [Fact]
    public void HostileFilesAreRefused()
    {
        Refused("", "not valid JSON");
        Refused("[]", "no model");
        Refused("{}", "no model");
        Refused("{\"model\":" + new string('[', 100), "not valid JSON");
        Change(j => j["model"]!["type"] = "Unigram", "Unigram");
        Change(j => j["model"]!["type"] = 3, "wrong type");
        Change(j => j["model"]!["dropout"] = 0.1, "dropout");
        Change(j => j["model"]!["end_of_word_suffix"] = "</w>", "end_of_word_suffix");
        Change(j => j["normalizer"] = JsonNode.Parse("{\"type\":\"NFC\"}"), "normalizer");
        Change(j => j["pre_tokenizer"] = null, "pre_tokenizer");
        Change(j => j["pre_tokenizer"]!["type"] = "Metaspace", "Metaspace");
        Change(j => j["pre_tokenizer"]!["add_prefix_space"] = true, "space");
        Change(j => j["pre_tokenizer"]!["use_regex"] = false, "regular expression");
        Change(j => j["model"]!["vocab"] = null, "vocab");
        Change(j => j["model"]!["merges"] = null, "merges");
        Change(j => j["model"]!["vocab"]!["new"] = -1, "number");
        Change(j => j["model"]!["vocab"]!["new"] = int.MaxValue, "number");
        Change(j => j["model"]!["vocab"]!["new"] = 1.5, "number");
        Change(j => j["model"]!["vocab"]!["new"] = 12, "two tokens");
        Change(j => j["model"]!["vocab"]!["日"] = 260, "GPT-2's characters");
        Change(j => j["model"]!["vocab"]![""] = 260, "empty");
        Change(j => j["model"]!["vocab"]![new string('a', 5000)] = 260, "too long");
        Change(j => ((JsonObject)j["model"]!["vocab"]!).Remove("a"), "byte 97");
        Change(j => ((JsonArray)j["model"]!["merges"]!).Add("e l"), "twice");
        Change(j => ((JsonArray)j["model"]!["merges"]!).Add("a b"), "does not have");
        Change(j => ((JsonArray)j["model"]!["merges"]!).Add("a b c"), "does not have");
        Change(j => ((JsonArray)j["model"]!["merges"]!).Add(7), "wrong type");
        Change(j => j["added_tokens"] = new JsonArray(Added("", 260)), "empty");
        Change(j => j["added_tokens"] = new JsonArray(Added("x", 260), Added("x", 261)), "like another");
        Change(j => j["added_tokens"] = new JsonArray(Added("x", 260), Added("y", 260)), "twice");
        Change(j => j["added_tokens"] = JsonNode.Parse("[{\"content\":\"x\",\"id\":260,\"lstrip\":true}]"), "lstrip");
        string twice = Small(false).ToJsonString().Replace("\"a\":", "\"b\":", StringComparison.Ordinal);
        Refused(twice, "two tokens");
        Assert.Contains("none of them", Assert.Throws<InvalidDataException>(() => BytePairTokenizer.Parse(Bytes(Small(false)), 0, 260)).Message);
        Assert.Contains("260 tokens, the model 100", Assert.Throws<InvalidDataException>(() => BytePairTokenizer.Parse(Bytes(Small(false)), 100)).Message);
    }

    [Fact]
    public void EveryCutAndManyFlippedBytesAreReadOrRefused()
    {
        byte[] file = Bytes(Small(true));
        for (int i = 0; i < file.Length; i += 7)
        {
            Try(file[..i]);
            byte[] changed = [.. file];
            changed[i] ^= 0x55;
            Try(changed);
        }

        static void Try(byte[] file)
        {
            try
            {
                BytePairTokenizer.Parse(file);
            }
            catch (InvalidDataException)
            {
                // As it should be.
            }
        }
    }

    private static void Change(Action<JsonNode> change, string expected)
    {
        JsonNode json = Small(false);
        change(json);
        Refused(json, expected);
    }

    private static void Refused(JsonNode json, string expected) => Refused(json.ToJsonString(), expected);

    private static void Refused(string json, string expected) =>
        Assert.Contains(expected, Assert.Throws<InvalidDataException>(() => BytePairTokenizer.Parse(Encoding.UTF8.GetBytes(json))).Message);

    private static BytePairTokenizer Parse(JsonNode json) => BytePairTokenizer.Parse(Bytes(json));

    private static byte[] Bytes(JsonNode json) => Encoding.UTF8.GetBytes(json.ToJsonString());

    private static JsonObject Added(string content, int id) =>
        new JsonObject { ["id"] = id, ["content"] = content, ["single_word"] = false, ["lstrip"] = false, ["rstrip"] = false, ["normalized"] = false, ["special"] = true };

    // GPT-2's numbers of the bytes: by their visible characters, '!' first.
    private static int Token(char c) => Array.IndexOf(Visible, c == ' ' ? 'Ġ' : c);

    private static readonly char[] Visible = [.. Enumerable.Range('!', 94).Concat(Enumerable.Range(0xA1, 12)).Concat(Enumerable.Range(0xAE, 82))
        .Concat(Enumerable.Range(0x100, 68)).Select(c => (char)c)];

    private static JsonObject Small(bool pairs)
    {
        var vocabulary = new JsonObject();
        for (int i = 0; i < 256; i++)
            vocabulary[Visible[i].ToString()] = i;
        (string Left, string Right)[] merges = [("Ġ", "h"), ("e", "l"), ("Ġh", "el"), ("l", "o")];
        var list = new JsonArray();
        foreach ((string left, string right) in merges)
        {
            vocabulary[left + right] = vocabulary.Count;
            list.Add(pairs ? new JsonArray(left, right) : $"{left} {right}");
        }
        return new JsonObject
        {
            ["version"] = "1.0",
            ["added_tokens"] = new JsonArray(),
            ["normalizer"] = null,
            ["pre_tokenizer"] = new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["trim_offsets"] = true },
            ["post_processor"] = null,
            ["model"] = new JsonObject { ["type"] = "BPE", ["dropout"] = null, ["unk_token"] = null, ["vocab"] = vocabulary, ["merges"] = list },
        };
    }
}

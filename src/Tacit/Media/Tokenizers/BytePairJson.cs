using System.Text;
using System.Text.Json;

namespace Tacit.Media;

/// <summary>Hugging Face's tokenizer.json, as far as it is byte-level BPE.</summary>
/// <remarks>Read strictly: what is not known, or would change or lose bytes, is refused with its name.</remarks>
internal static class BytePairJson
{
    /// <summary>Most bytes of a file; that of a vocabulary of 250,000 has 20 million.</summary>
    public const int LongestFile = 1 << 26;

    /// <summary>Most tokens.</summary>
    public const int MostTokens = 1 << 22;

    /// <summary>Most bytes of a token.</summary>
    public const int LongestToken = 1024;

    /// <summary>Reads and checks a file.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or describes something else.</exception>
    public static BytePairModel Read(ReadOnlyMemory<byte> utf8)
    {
        if (utf8.Length > LongestFile)
            throw Bad($"has {utf8.Length} bytes; at most {LongestFile} are read");
        try
        {
            using JsonDocument document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = 32 });
            return Read(document.RootElement);
        }
        catch (JsonException e)
        {
            throw Bad($"is not valid JSON ({e.Message})", e);
        }
        catch (InvalidOperationException e)
        {
            throw Bad("has a value of the wrong type, or text that is not valid Unicode", e);
        }
    }

    /// <summary>The file of 256 tokens, one for each byte in order, and a token for each merge.</summary>
    /// <param name="tokens">The bytes of each token.</param>
    /// <param name="merges">The merges, which make the tokens from 256 on, in order.</param>
    public static string Write(IReadOnlyList<byte[]> tokens, IReadOnlyList<(int Left, int Right)> merges)
    {
        var json = new StringBuilder("""
            {"version":"1.0","truncation":null,"padding":null,"added_tokens":[],"normalizer":null,
            "pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true},
            "post_processor":null,
            "decoder":{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true},
            "model":{"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":null,"end_of_word_suffix":null,
            "fuse_unk":false,"byte_fallback":false,"ignore_merges":false,"vocab":{
            """);
        json.Replace("\r", "").Replace("\n", "");
        for (int i = 0; i < tokens.Count; i++)
            Quoted(i == 0 ? "" : ",", tokens[i], null).Append(':').Append(System.Globalization.NumberFormatInfo.InvariantInfo, $"{i}");
        json.Append("},\"merges\":[");
        for (int i = 0; i < merges.Count; i++)
            Quoted(i == 0 ? "" : ",", tokens[merges[i].Left], tokens[merges[i].Right]);
        return json.Append("]}}").ToString();

        StringBuilder Quoted(string before, byte[] bytes, byte[]? more)
        {
            int from = json.Append(before).Append('"').Length;
            json.AppendVisible(bytes);
            if (more is not null)
                json.Append(' ').AppendVisible(more);
            json.Replace("\\", "\\\\", from, json.Length - from);
            return json.Replace("\"", "\\\"", from, json.Length - from).Append('"');
        }
    }

    private static BytePairModel Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object || Find(root, "model") is not { ValueKind: JsonValueKind.Object } model)
            throw Bad("has no model");
        if (Text(model, "type") is not (null or "BPE"))
            throw Bad($"is of the type '{Text(model, "type")}', not BPE");
        foreach (string name in (string[])["dropout", "continuing_subword_prefix", "end_of_word_suffix"])
        {
            if (Find(model, name) is { } value && !(value.ValueKind == JsonValueKind.String && value.GetString() == ""))
                throw Bad($"has a {name}, which is not supported");
        }
        if (Find(root, "normalizer") is not null)
            throw Bad("has a normalizer, which would lose bytes");
        CheckSplitting(Find(root, "pre_tokenizer") ?? throw Bad("has no pre_tokenizer; only ByteLevel is supported"));

        IReadOnlyList<(byte[] Content, int Id)> added = ReadAdded(root);
        var addedIds = new HashSet<int>(added.Select(a => a.Id));
        var tokens = new List<(string Key, int Id)>();
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        var taken = new HashSet<int>();
        int highest = -1;
        if (Find(model, "vocab") is not { ValueKind: JsonValueKind.Object } vocabulary)
            throw Bad("has no vocab");
        foreach (JsonProperty token in vocabulary.EnumerateObject())
        {
            int id = Id(token.Value, $"the token '{token.Name}'");
            highest = Math.Max(highest, id);
            if (!taken.Add(id))
                throw Bad($"gives the number {id} to two tokens");
            string? key = ByteCharacters.KeyOf(token.Name);
            if (addedIds.Contains(id))
                continue;       // written as it is, not byte by byte, and found by its own means
            if (string.IsNullOrEmpty(key) || key.Length > LongestToken)
                throw Bad($"has a token {id} that is empty, too long, or not bytes in GPT-2's characters");
            if (!ids.TryAdd(key, id))
                throw Bad($"has two tokens '{token.Name}'");
            tokens.Add((key, id));
        }
        foreach ((_, int id) in added)
            highest = Math.Max(highest, id);
        int[] ofByte = new int[256];
        for (int b = 0; b < 256; b++)
        {
            if (!ids.TryGetValue(((char)b).ToString(), out ofByte[b]))
                throw Bad($"has no token for the byte {b}, so that it could not encode everything");
        }
        return new BytePairModel
        {
            Ids = ids,
            Tokens = tokens,
            Added = added,
            Merges = ReadMerges(model, ids),
            ByteTokens = ofByte,
            TokenCount = highest + 1,
            IgnoresMerges = Find(model, "ignore_merges") is { ValueKind: JsonValueKind.True },
            Start = ReadStart(root, addedIds),
        };
    }

    private static void CheckSplitting(JsonElement splitting)
    {
        if (Text(splitting, "type") != "ByteLevel")
            throw Bad($"has a pre_tokenizer of the type '{Text(splitting, "type")}'; only ByteLevel is supported");
        if (Find(splitting, "add_prefix_space") is { ValueKind: JsonValueKind.True })
            throw Bad("adds a space before a text, which would lose the difference");
        if (Find(splitting, "use_regex") is { ValueKind: JsonValueKind.False })
            throw Bad("does not split by GPT-2's regular expression");
    }

    private static List<(byte[] Content, int Id)> ReadAdded(JsonElement root)
    {
        var added = new List<(byte[], int)>();
        var taken = new HashSet<int>();
        if (Find(root, "added_tokens") is not { } list)
            return added;
        foreach (JsonElement token in list.EnumerateArray())
        {
            string content = Text(token, "content") ?? throw Bad("has an added token without content");
            foreach (string flag in (string[])["single_word", "lstrip", "rstrip"])
            {
                if (Find(token, flag) is { ValueKind: JsonValueKind.True })
                    throw Bad($"has an added token '{content}' with {flag}, which is not supported");
            }
            int id = Id(Find(token, "id") ?? throw Bad($"gives the added token '{content}' no number"), $"the added token '{content}'");
            byte[] bytes = Encoding.UTF8.GetBytes(content);
            if (!taken.Add(id) || bytes.Length is 0 or > LongestToken)
                throw Bad($"has an added token {id} twice, or one that is empty or too long");
            added.Add((bytes, id));
        }
        return added;
    }

    // As "left right", or since 2024 as ["left", "right"].
    private static List<(int Left, int Right, int Merged)> ReadMerges(JsonElement model, Dictionary<string, int> ids)
    {
        var merges = new List<(int, int, int)>();
        foreach (JsonElement merge in Find(model, "merges") is { } list ? list.EnumerateArray() : throw Bad("has no merges"))
        {
            string[] parts = merge.ValueKind == JsonValueKind.String ? merge.GetString()!.Split(' ')
                : [.. merge.EnumerateArray().Select(p => p.GetString() ?? "")];
            if (parts.Length != 2 || ByteCharacters.KeyOf(parts[0]) is not { } left || ByteCharacters.KeyOf(parts[1]) is not { } right
                || !ids.TryGetValue(left, out int first) || !ids.TryGetValue(right, out int second)
                || !ids.TryGetValue(left + right, out int both))
            {
                throw Bad($"has a merge {merges.Count} of tokens it does not have");
            }
            merges.Add((first, second, both));
        }
        return merges;
    }

    // The special token a TemplateProcessing puts before a text: {"single": [{"SpecialToken": {"id": "<s>"}}, {"Sequence": …}]}.
    private static int? ReadStart(JsonElement root, HashSet<int> added)
    {
        if (Find(root, "post_processor") is not { } processor || Text(processor, "type") != "TemplateProcessing"
            || Find(processor, "single") is not { ValueKind: JsonValueKind.Array } single || single.GetArrayLength() == 0
            || Find(single[0], "SpecialToken") is not { } first || Text(first, "id") is not { } name)
            return null;
        if (Find(processor, "special_tokens") is not { } all || Find(all, name) is not { } token || Find(token, "ids") is not { } ids
            || ids.GetArrayLength() != 1)
            throw Bad($"begins texts with '{name}', but does not say which token that is");
        int id = Id(ids[0], $"the token '{name}'");
        return added.Contains(id) ? id : throw Bad($"begins texts with '{name}', which is no added token");
    }

    private static int Id(JsonElement value, string what) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int id) && id is >= 0 and < MostTokens ? id
            : throw Bad($"gives {what} a number that is not from 0 to {MostTokens - 1}");

    private static JsonElement? Find(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static string? Text(JsonElement of, string name) => Find(of, name)?.GetString();

    private static InvalidDataException Bad(string what, Exception? cause = null) => new($"The tokeniser's JSON {what}.", cause);
}

using System.Globalization;
using System.Text;

namespace Tacit.Media;

/// <summary>Tokenisers as text: the metadata of a model file, and from files of other programs.</summary>
public static class TokenizerText
{
    /// <summary>The metadata key of the tokeniser's sort.</summary>
    public const string NameKey = "tokenizer";

    /// <summary>The metadata key of its content: of byte-pair encoding a tokenizer.json, of llama2.c's the file in base 64.</summary>
    public const string ContentKey = "tokenizer_content";

    /// <summary>The metadata key of the token that ends a text, where the content does not say.</summary>
    public const string EndKey = "tokenizer_end";

    /// <summary>A tokeniser as metadata.</summary>
    /// <exception cref="ArgumentException">It is of a sort model files do not know.</exception>
    public static IReadOnlyList<KeyValuePair<string, string>> Describe(ITokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        var metadata = new List<KeyValuePair<string, string>> { new(NameKey, tokenizer.Name) };
        switch (tokenizer)
        {
            case ByteTokenizer:
                break;
            case BytePairTokenizer pairs:
                metadata.Add(new(ContentKey, pairs.Json));
                if (pairs.End is { } end)
                    metadata.Add(new(EndKey, end.ToString(NumberFormatInfo.InvariantInfo)));
                break;
            case Llama2cTokenizer llama:
                metadata.Add(new(ContentKey, Convert.ToBase64String(llama.ToFile())));
                break;
            default:
                throw new ArgumentException($"Model files know no tokeniser '{tokenizer.Name}'.", nameof(tokenizer));
        }
        return metadata;
    }

    /// <summary>A tokeniser from metadata; that of bytes if it does not say.</summary>
    /// <param name="find">Gives the text of a key, or null.</param>
    /// <param name="vocabulary">Tokens of the model.</param>
    /// <exception cref="InvalidDataException">It is unknown, damaged, or of another number of tokens.</exception>
    public static ITokenizer Read(Func<string, string?> find, int vocabulary)
    {
        ArgumentNullException.ThrowIfNull(find);
        string name = find(NameKey) ?? "bytes";
        string content = find(ContentKey) ?? "";
        ITokenizer tokenizer = name switch
        {
            "bytes" => new ByteTokenizer(),
            BytePairTokenizer.FileName => BytePairTokenizer.Parse(Encoding.UTF8.GetBytes(content), vocabulary, ReadEnd(find(EndKey))),
            Llama2cTokenizer.FileName => Llama2cTokenizer.Parse(FromBase64(content)),
            _ => throw new InvalidDataException($"The model has the tokeniser '{name}', which is not known here."),
        };
        return tokenizer.Vocabulary == vocabulary ? tokenizer
            : throw new InvalidDataException($"The tokeniser '{name}' has {tokenizer.Vocabulary} tokens, the model {vocabulary}.");
    }

    /// <summary>A tokeniser from the file of another program: tokenizer.json or llama2.c's tokenizer.bin.</summary>
    /// <param name="file">The content.</param>
    /// <param name="vocabulary">Tokens of the model it is for; 0 for its own number.</param>
    /// <param name="end">The token that ends a text, if a tokenizer.json's is known.</param>
    /// <exception cref="InvalidDataException">It is neither, damaged, or of another number of tokens.</exception>
    public static ITokenizer Parse(ReadOnlyMemory<byte> file, int vocabulary = 0, int? end = null)
    {
        if (file.Span.TrimStart(" \t\r\n"u8) is [(byte)'{', ..])
            return BytePairTokenizer.Parse(file, vocabulary, end);
        Llama2cTokenizer tokenizer = Llama2cTokenizer.Parse(file.Span);
        return vocabulary == 0 || tokenizer.Vocabulary == vocabulary ? tokenizer
            : throw new InvalidDataException($"The tokeniser has {tokenizer.Vocabulary} tokens, the model {vocabulary}.");
    }

    private static int? ReadEnd(string? text) => text is null ? null
        : int.TryParse(text, NumberStyles.None, NumberFormatInfo.InvariantInfo, out int end) ? end
        : throw new InvalidDataException($"The model's text ends with the token '{text}', which is none.");

    private static byte[] FromBase64(string text)
    {
        try
        {
            return Convert.FromBase64String(text);
        }
        catch (FormatException e)
        {
            throw new InvalidDataException("The model's tokeniser is damaged: it is not in base 64.", e);
        }
    }
}

using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Tacit.Media;
using Tacit.Modeling.LanguageModels;

namespace Tacit.Reports;

/// <summary>The inspection page of a language model: one HTML file with tokens coloured by their cost, predictions and attention.</summary>
public static class TokenPage
{
    /// <summary>Writes the page.</summary>
    /// <param name="writer">Receives it.</param>
    /// <param name="name">The text's name.</param>
    /// <param name="inspection">What is shown.</param>
    public static void Write(TextWriter writer, string name, TokenInspection inspection)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(inspection);
        using Stream resource = typeof(TokenPage).Assembly.GetManifestResourceStream("Tacit.Reports.TokenPage.html")!;
        using var reader = new StreamReader(resource, Encoding.UTF8);
        string page = reader.ReadToEnd();
        foreach ((string mark, string value) in new (string, string)[]
        {
            ("{{summary}}", WebUtility.HtmlEncode(Summary(inspection))),
            ("{{sizes}}", string.Create(CultureInfo.InvariantCulture,
                $"{inspection.Layers}, {inspection.Heads}, {inspection.MapSize}, {TokenInspection.PredictionCount}, {TokenInspection.LinkCount}")),
            ("{{texts}}", Texts(inspection, out int[] tokens, out int[] predicted)),
            ("{{tokens}}", Base64(tokens)),
            ("{{bits}}", Base64(inspection.Bits, 16)),
            ("{{predicted}}", Base64(predicted)),
            ("{{shares}}", Base64(inspection.PredictedShares, 65535)),
            ("{{targets}}", Base64(inspection.LinkTargets)),
            ("{{weights}}", Convert.ToBase64String([.. inspection.LinkWeights.Select(w => (byte)Math.Clamp((int)MathF.Round(w * 255), 0, 255))])),
            ("{{maps}}", Convert.ToBase64String([.. inspection.Maps.Select(w => (byte)Math.Clamp((int)MathF.Round(MathF.Sqrt(w) * 255), 0, 255))])),
            ("{{name}}", WebUtility.HtmlEncode(name)),      // last, for a file may be named like a mark
        })
        {
            page = page.Replace(mark, value, StringComparison.Ordinal);
        }
        writer.Write(page);
    }

    /// <summary>What the tokens cost together.</summary>
    public static string Summary(TokenInspection inspection)
    {
        ArgumentNullException.ThrowIfNull(inspection);
        double bits = inspection.Bits.Sum(b => (double)b);
        int bytes = 0;
        for (int i = 1; i < inspection.Tokens.Count; i++)
            bytes += inspection.Model.Tokenizer.Decode(inspection.Tokens[i], inspection.Tokens[i - 1]).Length;
        return string.Create(CultureInfo.InvariantCulture,
            $"{inspection.Tokens.Count:N0} tokens, {bits / (inspection.Tokens.Count - 1):F3} bits per token foreseen, {bits / Math.Max(1, bytes):F3} per byte.");
    }

    // Every token that occurs gets a number in the page and a text.
    private static string Texts(TokenInspection inspection, out int[] tokens, out int[] predicted)
    {
        var numbers = new Dictionary<int, int>();
        var texts = new List<string>();
        tokens = [.. inspection.Tokens.Select(Number)];
        predicted = [.. inspection.PredictedTokens.Select(t => t < 0 ? -1 : Number(t))];
        // '<' is escaped, so that no text ends the script; braces are, so that none is taken for a mark.
        return $"[{string.Join(',', texts.Select(t => $"\"{JsonEncodedText.Encode(t)}\""))}]".Replace("{", "\\u007b", StringComparison.Ordinal);

        int Number(int token)
        {
            if (!numbers.TryGetValue(token, out int number))
            {
                numbers.Add(token, number = texts.Count);
                texts.Add(Text(inspection.Model.Tokenizer, token));
            }
            return number;
        }
    }

    // Bytes that are no text of their own, such as a part of a character, as \xE2.
    private static string Text(ITokenizer tokenizer, int token)
    {
        ReadOnlySpan<byte> bytes = tokenizer.Decode(token).Span;
        var text = new StringBuilder();
        while (!bytes.IsEmpty)
        {
            bool whole = Rune.DecodeFromUtf8(bytes, out Rune rune, out int length) == System.Buffers.OperationStatus.Done;
            if (whole && (rune.Value is '\n' or '\t' || !Rune.IsControl(rune)))
            {
                text.Append(rune.ToString());
            }
            else
            {
                foreach (byte b in bytes[..length])
                    text.Append(CultureInfo.InvariantCulture, $"\\x{b:X2}");
            }
            bytes = bytes[length..];
        }
        return text.ToString();
    }

    // 16 bits each, little-endian; −1 is 65535. There are at most 4,096 places and five times as many tokens.
    private static string Base64(int[] values)
    {
        byte[] bytes = new byte[2 * values.Length];
        for (int i = 0; i < values.Length; i++)
            System.Buffers.Binary.BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2 * i), (ushort)values[i]);
        return Convert.ToBase64String(bytes);
    }

    private static string Base64(float[] values, float scale) => Base64([.. values.Select(v => Math.Clamp((int)MathF.Round(v * scale), 0, 65535))]);
}

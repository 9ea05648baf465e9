using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Tacit.Media;
using Tacit.Tests.Support;

namespace Tacit.Tests.Tokenizers;

public sealed class SplittingTests
{
    // Radford et al. 2019, encoder.py of openai/gpt-2.
    private static readonly Regex Gpt2 = new(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+");

    private static readonly string[] Parts =
    [
        "a", "Zoë", "don't", "'re", "'ll", "'", "''s", " ", "  ", "\t", "\n", "\r\n", "\u00a0", "\u3000", "7", "42", "½", "Ⅻ", "٣", "!", "...", "{}",
        "日本", "語", "Ω", "й", "é", "\u0301", "\u200b", "€", "_", "-", "'S", "'d", "\u2028", "\u0085",
    ];

    [Fact]
    public void PiecesAreThoseOfTheRegularExpression()
    {
        var generator = new SplitMix64(5);
        for (int round = 0; round < 3000; round++)
        {
            string text = string.Concat(Enumerable.Range(0, 1 + generator.Below(12)).Select(_ => Parts[generator.Below(Parts.Length)]));
            Assert.Equal(Gpt2.Matches(text).Select(m => m.Value), Pieces(Encoding.UTF8.GetBytes(text)).Select(Encoding.UTF8.GetString));
        }
    }

    [Fact]
    public void PiecesOfAnyBytesAreTheBytes()
    {
        for (ulong seed = 0; seed < 200; seed++)
        {
            byte[] noise = Samples.Noise(300, seed);
            Assert.Equal(noise, Pieces(noise).SelectMany(p => p));
        }
    }

    [Theory]
    [InlineData("c3", 1)]               // cut short
    [InlineData("c080", 1)]             // longer than need be
    [InlineData("e0809f", 1)]
    [InlineData("eda080", 1)]           // half a surrogate pair
    [InlineData("f4908080", 1)]         // beyond the last code point
    [InlineData("80", 1)]
    [InlineData("ff", 1)]
    [InlineData("e282ac", 3)]           // the euro sign
    [InlineData("f48fbfbf", 4)]         // the last code point
    public void WhatIsNoCharacterIsSomethingOtherOfOneByte(string hex, int expected)
    {
        Assert.Equal(CharacterKind.Other, CharacterKinds.First(Convert.FromHexString(hex), out int length));
        Assert.Equal(expected, length);
    }

    [Fact]
    public void TheFrozenTableIsUnicodes()
    {
        // The runtime's Unicode is newer: what has become a letter since was no character then.
        int letters = 0, numbers = 0, newer = 0;
        for (int code = 0; code < 0x110000; code++)
        {
            if (code is >= 0xD800 and < 0xE000)
                continue;
            CharacterKind kind = CharacterKinds.First(Encoding.UTF8.GetBytes(char.ConvertFromUtf32(code)), out _);
            UnicodeCategory category = CharUnicodeInfo.GetUnicodeCategory(code);
            letters += kind == CharacterKind.Letter ? 1 : 0;
            numbers += kind == CharacterKind.Number ? 1 : 0;
            bool letter = category <= UnicodeCategory.OtherLetter;
            bool number = category is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;
            newer += kind == CharacterKind.Other && (letter || number) ? 1 : 0;
            Assert.True(kind != CharacterKind.Letter || letter, $"U+{code:X4} is no letter.");
            Assert.True(kind != CharacterKind.Number || number, $"U+{code:X4} is no number.");
            Assert.Equal(kind == CharacterKind.Space, code is >= 0x1C and <= 0x1F ? false : char.IsWhiteSpace(char.ConvertFromUtf32(code), 0));
        }
        Assert.Equal((131756, 1791), (letters, numbers));
        Assert.InRange(newer, 0, 12000);
    }

    private static IEnumerable<byte[]> Pieces(byte[] text)
    {
        for (int at = 0; at < text.Length;)
        {
            int length = TextPieces.First(text.AsSpan(at));
            Assert.InRange(length, 1, text.Length - at);
            yield return text[at..(at + length)];
            at += length;
        }
    }
}

using Tacit.Media;

namespace Tacit.Modeling.LanguageModels;

/// <summary>A text as tokens. Where bytes are the tokens, the bytes themselves, a quarter of the memory.</summary>
public sealed class TokenSequence
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly int[]? _tokens;

    /// <summary>The tokens of a text.</summary>
    public TokenSequence(ITokenizer tokenizer, ReadOnlyMemory<byte> bytes)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        _bytes = bytes;
        _tokens = tokenizer is ByteTokenizer ? null : tokenizer.Encode(bytes.Span);
    }

    /// <summary>Tokens.</summary>
    public int Length => _tokens?.Length ?? _bytes.Length;

    /// <summary>Copies tokens from a place on.</summary>
    public void CopyTo(int from, Span<int> target)
    {
        if (_tokens is not null)
        {
            _tokens.AsSpan(from, target.Length).CopyTo(target);
            return;
        }
        ReadOnlySpan<byte> bytes = _bytes.Span.Slice(from, target.Length);
        for (int i = 0; i < target.Length; i++)
            target[i] = bytes[i];
    }
}

namespace Tacit.Media;

/// <summary>Every byte is a token.</summary>
public sealed class ByteTokenizer : ITokenizer
{
    private static readonly byte[] s_bytes = [.. Enumerable.Range(0, 256).Select(b => (byte)b)];

    /// <inheritdoc/>
    public string Name => "bytes";

    /// <inheritdoc/>
    public int Vocabulary => 256;

    /// <inheritdoc/>
    public int? Start => null;

    /// <inheritdoc/>
    public int[] Encode(ReadOnlySpan<byte> bytes)
    {
        int[] tokens = new int[bytes.Length];
        for (int i = 0; i < tokens.Length; i++)
            tokens[i] = bytes[i];
        return tokens;
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Decode(int token, int previous = -1) => s_bytes.AsMemory(token, 1);
}

namespace Tacit.Media;

/// <summary>Turns bytes into tokens and back, without loss.</summary>
public interface ITokenizer
{
    /// <summary>The name model files know its sort by.</summary>
    string Name { get; }

    /// <summary>Tokens there are; each is from 0 to one less.</summary>
    int Vocabulary { get; }

    /// <summary>The token a text begins with, if the vocabulary has one.</summary>
    int? Start { get; }

    /// <summary>The tokens of some bytes, without <see cref="Start"/>.</summary>
    int[] Encode(ReadOnlySpan<byte> bytes);

    /// <summary>The bytes a token stands for.</summary>
    /// <param name="token">The token.</param>
    /// <param name="previous">The token before it; −1 if there is none.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such token.</exception>
    ReadOnlyMemory<byte> Decode(int token, int previous = -1);
}

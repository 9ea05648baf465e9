namespace Tacit.Modeling.Series;

/// <summary>Codes a bit under a probability: an encoder takes the bit, a decoder finds it.</summary>
internal interface IBitCoder
{
    /// <summary>True once the coded bytes' room or the bytes themselves are used up: what follows means nothing.</summary>
    bool Failed { get; }

    /// <summary>Codes or decodes one bit.</summary>
    /// <param name="bit">The bit to encode, 0 or 1; a decoder ignores it.</param>
    /// <param name="probability">P(bit = 1) in units of 2^-32, not 0.</param>
    /// <returns>The bit.</returns>
    int Code(int bit, uint probability);
}

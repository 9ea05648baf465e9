namespace Tacit.Modeling;

/// <summary>A model of a bit sequence: says how likely a 1 is next, and is told what came.</summary>
/// <remarks>
/// Encoder and decoder run the same predictor over the same bits, so its answers must follow the determinism
/// contract: integer arithmetic, no clock, no hash codes, no culture.
/// </remarks>
public interface IBitPredictor
{
    /// <summary>P(next bit = 1) in units of 2^-32, from 1 to 2^32 − 1. Asking twice gives the same answer.</summary>
    uint Probability { get; }

    /// <summary>Learns the bit (0 or 1) that came and moves on to the next.</summary>
    void Update(int bit);
}

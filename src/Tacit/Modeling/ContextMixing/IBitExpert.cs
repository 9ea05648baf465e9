namespace Tacit.Modeling.ContextMixing;

/// <summary>A model of your own whose opinion a <see cref="ContextMixer"/> mixes with its others.</summary>
/// <remarks>
/// <para>
/// For each bit it gives one or more opinions, each ln(p / (1 − p)) in units of 2^-8 for P(bit = 1) = p; 0 is no
/// opinion. The mixer learns how far to trust each.
/// </para>
/// <para>
/// An expert on a coded path must keep the determinism contract: the same bits give the same opinions on every machine.
/// </para>
/// </remarks>
public interface IBitExpert
{
    /// <summary>What people call it where it is shown what it saved.</summary>
    string Name => "expert";

    /// <summary>Opinions per bit, at least 1.</summary>
    int InputCount { get; }

    /// <summary>Forgets everything: a block of <paramref name="length"/> bytes starts.</summary>
    void Reset(int length);

    /// <summary>Writes its opinions on the next bit; values beyond ±2047 are cut.</summary>
    void Predict(Span<int> opinions);

    /// <summary>Learns the bit (0 or 1) that came.</summary>
    void Update(int bit);
}

namespace Tacit.Learning;

/// <summary>A layer that brings rows to the same scale.</summary>
public abstract class Norm : Module
{
    /// <summary>(…, C) to (…, C).</summary>
    public abstract Variable Forward(Tape tape, Variable x);
}

/// <summary>Layer norm over the last axis, with gain and bias. Ba, Kiros and Hinton 2016.</summary>
public sealed class LayerNorm : Norm
{
    private readonly float _epsilon;

    /// <summary>Gain one, bias zero.</summary>
    public LayerNorm(int columns, float epsilon = 1e-5f)
    {
        Weight = Add(new Parameter("weight", Initializer.Ones, columns));
        Bias = Add(new Parameter("bias", Initializer.Zeros, columns));
        _epsilon = epsilon;
    }

    /// <summary>The gain (C).</summary>
    public Parameter Weight { get; }

    /// <summary>The bias (C).</summary>
    public Parameter Bias { get; }

    /// <inheritdoc/>
    public override Variable Forward(Tape tape, Variable x) => tape.LayerNorm(x, Weight, Bias, _epsilon);
}

/// <summary>Root-mean-square norm over the last axis, with a gain. Zhang and Sennrich 2019.</summary>
public sealed class RmsNorm : Norm
{
    private readonly float _epsilon;

    /// <summary>Gain one.</summary>
    public RmsNorm(int columns, float epsilon = 1e-5f)
    {
        Weight = Add(new Parameter("weight", Initializer.Ones, columns));
        _epsilon = epsilon;
    }

    /// <summary>The gain (C).</summary>
    public Parameter Weight { get; }

    /// <inheritdoc/>
    public override Variable Forward(Tape tape, Variable x) => tape.RmsNorm(x, Weight, _epsilon);
}

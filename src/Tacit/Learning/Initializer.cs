using Tacit.Numerics;

namespace Tacit.Learning;

/// <summary>What a parameter's values are before training.</summary>
public readonly record struct Initializer
{
    private readonly float _constant, _deviation, _bound;

    private Initializer(float constant, float deviation, float bound)
    {
        _constant = constant;
        _deviation = deviation;
        _bound = bound;
    }

    /// <summary>Zeros.</summary>
    public static Initializer Zeros => default;

    /// <summary>Ones.</summary>
    public static Initializer Ones => Constant(1f);

    /// <summary>The same value everywhere.</summary>
    public static Initializer Constant(float value) => new(value, 0f, 0f);

    /// <summary>Normal with mean 0.</summary>
    public static Initializer Normal(float deviation) => new(0f, deviation, 0f);

    /// <summary>Uniform in ±bound.</summary>
    public static Initializer Uniform(float bound) => new(0f, 0f, bound);

    /// <summary>Uniform in ±1 / √inputs, the default of PyTorch's linear and convolution layers.</summary>
    /// <param name="inputs">What an output sums over, at least 1.</param>
    public static Initializer ForInputs(int inputs) => Uniform(1f / MathF.Sqrt(inputs));

    internal void Fill(Span<float> target, ulong seed, ulong stream)
    {
        if (_deviation > 0f)
            RandomFill.Normal(seed, stream, target, 0f, _deviation);
        else if (_bound > 0f)
            RandomFill.Uniform(seed, stream, target, -_bound, _bound);
        else
            target.Fill(_constant);
    }
}

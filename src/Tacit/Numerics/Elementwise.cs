using System.Runtime.CompilerServices;
using Tacit.Numerics.Elementary;
using Tacit.Numerics.Threads;

namespace Tacit.Numerics;

/// <summary>Operations value by value: spans in, a span out.</summary>
/// <remarks>
/// All spans have the target's length. The target may be one of the operands, but must not overlap one otherwise. The
/// results are the same bits on every machine; ulp are those of the result, against the true value. Gradients are zero
/// below <see cref="Floors.Gradient"/>.
/// </remarks>
public static unsafe class Elementwise
{
    /// <summary>e^x. At most 2 ulp; results below 2^-124.5 are zero.</summary>
    public static void Exp(ReadOnlySpan<float> x, Span<float> target, WorkPool? pool = null) => Apply<Exp>(x, target, pool);

    /// <summary>ln x. At most 2 ulp for normal x; zero and denormals give −∞, negative values NaN.</summary>
    public static void Log(ReadOnlySpan<float> x, Span<float> target, WorkPool? pool = null) => Apply<Log>(x, target, pool);

    /// <summary>tanh x. At most 4 ulp.</summary>
    public static void Tanh(ReadOnlySpan<float> x, Span<float> target, WorkPool? pool = null) => Apply<Tanh>(x, target, pool);

    /// <summary>1 / (1 + e^-x). At most 2 ulp; results below 2^-124.5 are zero.</summary>
    public static void Sigmoid(ReadOnlySpan<float> x, Span<float> target, WorkPool? pool = null) => Apply<Sigmoid>(x, target, pool);

    /// <summary>The error function. At most 4 ulp.</summary>
    public static void Erf(ReadOnlySpan<float> x, Span<float> target, WorkPool? pool = null) => Apply<Erf>(x, target, pool);

    /// <summary>x · Φ(x), Φ the standard normal distribution. At most 4 ulp; zero below −9.12.</summary>
    public static void Gelu(ReadOnlySpan<float> x, Span<float> target, WorkPool? pool = null) => Apply<Gelu>(x, target, pool);

    /// <summary>x · sigmoid(x). At most 4 ulp.</summary>
    public static void Silu(ReadOnlySpan<float> x, Span<float> target, WorkPool? pool = null) => Apply<Silu>(x, target, pool);

    /// <summary>max(x, 0).</summary>
    public static void Relu(ReadOnlySpan<float> x, Span<float> target, WorkPool? pool = null) => Apply<Relu>(x, target, pool);

    /// <summary>sin x. At most 4 ulp for |x| ≤ 65536; beyond, defined but inaccurate.</summary>
    public static void Sin(ReadOnlySpan<float> x, Span<float> target, WorkPool? pool = null) => Apply<Sin>(x, target, pool);

    /// <summary>cos x. At most 4 ulp for |x| ≤ 65536; beyond, defined but inaccurate.</summary>
    public static void Cos(ReadOnlySpan<float> x, Span<float> target, WorkPool? pool = null) => Apply<Cos>(x, target, pool);

    /// <summary>ln(1 + e^x). At most 4 ulp for x ≥ −80.</summary>
    public static void Softplus(ReadOnlySpan<float> x, Span<float> target, WorkPool? pool = null) => Apply<Softplus>(x, target, pool);

    /// <summary>√x, rounded exactly.</summary>
    public static void Sqrt(ReadOnlySpan<float> x, Span<float> target, WorkPool? pool = null) => Apply<Root>(x, target, pool);

    /// <summary>x + y.</summary>
    public static void Add(ReadOnlySpan<float> x, ReadOnlySpan<float> y, Span<float> target, WorkPool? pool = null) =>
        Apply2<Sum2>(x, y, target, pool);

    /// <summary>x − y.</summary>
    public static void Subtract(ReadOnlySpan<float> x, ReadOnlySpan<float> y, Span<float> target, WorkPool? pool = null) =>
        Apply2<Difference>(x, y, target, pool);

    /// <summary>x · y.</summary>
    public static void Multiply(ReadOnlySpan<float> x, ReadOnlySpan<float> y, Span<float> target, WorkPool? pool = null) =>
        Apply2<Times>(x, y, target, pool);

    /// <summary>x / y.</summary>
    public static void Divide(ReadOnlySpan<float> x, ReadOnlySpan<float> y, Span<float> target, WorkPool? pool = null) =>
        Apply2<Quotient>(x, y, target, pool);

    /// <summary>gradient where x &gt; 0, else 0.</summary>
    public static void ReluGradient(ReadOnlySpan<float> gradient, ReadOnlySpan<float> x, Span<float> target, WorkPool? pool = null) =>
        Apply2<Floored<ReluGradient>>(gradient, x, target, pool);

    /// <summary>gradient · (Φ(x) + x · φ(x)), the backward pass of <see cref="Gelu"/>.</summary>
    public static void GeluGradient(ReadOnlySpan<float> gradient, ReadOnlySpan<float> x, Span<float> target, WorkPool? pool = null) =>
        Apply2<Floored<GeluGradient>>(gradient, x, target, pool);

    /// <summary>gradient · s · (1 + x · (1 − s)) with s = sigmoid(x), the backward pass of <see cref="Silu"/>.</summary>
    public static void SiluGradient(ReadOnlySpan<float> gradient, ReadOnlySpan<float> x, Span<float> target, WorkPool? pool = null) =>
        Apply2<Floored<SiluGradient>>(gradient, x, target, pool);

    /// <summary>gradient · (1 − y²) with y = tanh(x), the backward pass of <see cref="Tanh"/>.</summary>
    public static void TanhGradient(ReadOnlySpan<float> gradient, ReadOnlySpan<float> y, Span<float> target, WorkPool? pool = null) =>
        Apply2<Floored<TanhGradient>>(gradient, y, target, pool);

    /// <summary>gradient · (y − y²) with y = sigmoid(x), the backward pass of <see cref="Sigmoid"/>.</summary>
    public static void SigmoidGradient(ReadOnlySpan<float> gradient, ReadOnlySpan<float> y, Span<float> target, WorkPool? pool = null) =>
        Apply2<Floored<SigmoidGradient>>(gradient, y, target, pool);

    /// <summary>x · y + z, rounded once.</summary>
    public static void MultiplyAdd(ReadOnlySpan<float> x, ReadOnlySpan<float> y, ReadOnlySpan<float> z, Span<float> target, WorkPool? pool = null) =>
        Apply3<TimesPlus>(x, y, z, target, pool);

    /// <summary>factor · x.</summary>
    public static void Scale(float factor, ReadOnlySpan<float> x, Span<float> target, WorkPool? pool = null) =>
        RunScaled(factor, x, target, false, pool);

    /// <summary>target + factor · x, rounded once.</summary>
    public static void AddScaled(float factor, ReadOnlySpan<float> x, Span<float> target, WorkPool? pool = null) =>
        RunScaled(factor, x, target, true, pool);

    /// <summary>x, or zero with the sign of x where |x| &lt; floor: keeps denormals out (<see cref="Floors"/>).</summary>
    public static void Floor(float floor, ReadOnlySpan<float> x, Span<float> target, WorkPool? pool = null)
    {
        CheckLength(nameof(Floor), x.Length, target.Length);
        fixed (float* px = x, pt = target)
        {
            var kernel = new FlooredTo { X = px, Target = pt, Count = target.Length, Floor = floor };
            Ranges.Run(kernel, Stretch.CountFor(target.Length), Stretch.Length, pool);
        }
    }

    /// <summary>An <see cref="Activation"/>.</summary>
    public static void Activate(Activation activation, ReadOnlySpan<float> x, Span<float> target, WorkPool? pool = null)
    {
        switch (activation)
        {
            case Activation.Relu: Relu(x, target, pool); break;
            case Activation.Gelu: Gelu(x, target, pool); break;
            case Activation.Silu: Silu(x, target, pool); break;
            case Activation.Tanh: Tanh(x, target, pool); break;
            case Activation.Sigmoid: Sigmoid(x, target, pool); break;
            default:
                CheckLength(nameof(Activate), x.Length, target.Length);
                x.CopyTo(target);
                break;
        }
    }

    internal static void Apply<F>(ReadOnlySpan<float> x, Span<float> target, WorkPool? pool, [CallerMemberName] string name = "")
        where F : struct, IFunction
    {
        CheckLength(name, x.Length, target.Length);
        fixed (float* px = x, pt = target)
        {
            var kernel = new Map<F> { X = px, Target = pt, Count = target.Length };
            Ranges.Run(kernel, Stretch.CountFor(target.Length), 4 * Stretch.Length, pool);
        }
    }

    internal static void Apply2<F>(ReadOnlySpan<float> x, ReadOnlySpan<float> y, Span<float> target, WorkPool? pool, [CallerMemberName] string name = "")
        where F : struct, IFunction2
    {
        CheckLength(name, x.Length, target.Length);
        CheckLength(name, y.Length, target.Length);
        fixed (float* px = x, py = y, pt = target)
        {
            var kernel = new Map2<F> { X = px, Y = py, Target = pt, Count = target.Length };
            Ranges.Run(kernel, Stretch.CountFor(target.Length), 2 * Stretch.Length, pool);
        }
    }

    internal static void Apply3<F>(ReadOnlySpan<float> x, ReadOnlySpan<float> y, ReadOnlySpan<float> z, Span<float> target, WorkPool? pool, [CallerMemberName] string name = "")
        where F : struct, IFunction3
    {
        CheckLength(name, x.Length, target.Length);
        CheckLength(name, y.Length, target.Length);
        CheckLength(name, z.Length, target.Length);
        fixed (float* px = x, py = y, pz = z, pt = target)
        {
            var kernel = new Map3<F> { X = px, Y = py, Z = pz, Target = pt, Count = target.Length };
            Ranges.Run(kernel, Stretch.CountFor(target.Length), 2 * Stretch.Length, pool);
        }
    }

    private static void RunScaled(float factor, ReadOnlySpan<float> x, Span<float> target, bool accumulate, WorkPool? pool)
    {
        CheckLength(accumulate ? nameof(AddScaled) : nameof(Scale), x.Length, target.Length);
        fixed (float* px = x, pt = target)
        {
            var kernel = new Scaled { X = px, Target = pt, Count = target.Length, Factor = factor, Accumulate = accumulate };
            Ranges.Run(kernel, Stretch.CountFor(target.Length), Stretch.Length, pool);
        }
    }

    private static void CheckLength(string name, int length, int target)
    {
        if (length != target)
            throw new ArgumentException($"{name}: an operand of {length} values, a target of {target}.");
    }
}

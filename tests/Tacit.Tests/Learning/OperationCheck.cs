using Tacit.Learning;
using Tacit.Numerics;
using Tacit.Tests.Numerics;

namespace Tacit.Tests.Learning;

/// <summary>An input of an operation under test.</summary>
internal sealed record Given(float[] Values, params int[] Shape)
{
    /// <summary>Values around ±1, none nearer to zero than 1/20.</summary>
    public static Given Random(int seed, params int[] shape) => new([.. Numbers.Ordinary(shape.Aggregate(1, (a, b) => a * b), seed)
        .Select(v => Math.Abs(v) < 0.05f ? 0.5f : v)], shape);

    /// <summary>Values from 0.3 to 2.3.</summary>
    public static Given Positive(int seed, params int[] shape) => new([.. Random(seed, shape).Values.Select(v => Math.Abs(v) + 0.3f)], shape);
}

/// <summary>Checks an operation, value and gradients, against a plain version of it in double.</summary>
internal static class OperationCheck
{
    private const double Step = 1e-6;
    private static readonly WorkPool TwoThreads = new(2), ThreeThreads = new(3);

    /// <summary>Value and gradients against <paramref name="twin"/>; then that nothing else shows in them.</summary>
    /// <param name="operation">The operation, a function of its inputs.</param>
    /// <param name="twin">The same in double, by plain loops.</param>
    /// <param name="inputs">What goes in; gradients of all are checked.</param>
    /// <param name="tolerance">Of each value and gradient, relative to 1 plus the largest among them.</param>
    /// <param name="constants">Bytes of constants the operation makes, which stay until the tape's reset.</param>
    public static void Run(Func<Tape, Variable[], Variable> operation, Func<double[][], double[]> twin, Given[] inputs, double tolerance = 2e-6,
        long constants = 0)
    {
        (float[] value, float[][] gradients) = Compute(operation, inputs, new Settings());
        double[][] exact = [.. inputs.Select(x => Array.ConvertAll(x.Values, v => (double)v))];
        Close(twin(exact), value, tolerance, "the value");
        float[] along = Along(value.Length);
        for (int i = 0; i < inputs.Length; i++)
        {
            double[] quotients = new double[inputs[i].Values.Length];
            for (int k = 0; k < quotients.Length; k++)
            {
                double at = exact[i][k];
                exact[i][k] = at + Step;
                double up = Dot(twin(exact), along);
                exact[i][k] = at - Step;
                quotients[k] = (up - Dot(twin(exact), along)) / (2 * Step);
                exact[i][k] = at;
            }
            Close(quotients, gradients[i], tolerance, $"the gradient of input {i}");
        }
        NothingElseShows(operation, inputs, value, gradients, tolerance, constants);
        NothingIsDenormal(operation, inputs);
    }

    /// <summary>Of small inputs and gradients no result is denormal: each would cost what a hundred others do.</summary>
    private static void NothingIsDenormal(Func<Tape, Variable[], Variable> operation, Given[] inputs)
    {
        foreach (int exponent in (int[])[-30, -55, -90])
        {
            Given[] small = [.. inputs.Select((x, i) => x with { Values = Shrunk(x.Values, exponent, i) })];
            (float[] value, float[][] gradients) = Compute(operation, small, new Settings { Exponent = exponent });
            foreach (float[] result in (float[][])[value, .. gradients])
                Assert.DoesNotContain(result, float.IsSubnormal);
        }
    }

    // Magnitudes around 2^exponent, over a factor of a million.
    private static float[] Shrunk(float[] values, int exponent, int seed) =>
        [.. values.Select((v, i) => MathF.ScaleB(v, exponent + (i * 7 + seed * 5) % 20 - 10))];

    private static void NothingElseShows(Func<Tape, Variable[], Variable> operation, Given[] inputs, float[] value, float[][] gradients, double tolerance, long constants)
    {
        AllWidths.Run(lanes => Same(new Settings(), $"with {lanes} lanes"));
        Same(new Settings { Workers = TwoThreads }, "with two threads");
        Same(new Settings { Workers = ThreeThreads }, "with three threads");
        Same(new Settings { Recompute = true }, "recomputed");
        Same(new Settings { Parameters = true, Constants = constants }, "of parameters");
        for (int i = 0; i < inputs.Length; i++)
            Same(new Settings { Only = i }, $"of input {i} alone");
        (_, float[][] twice) = Compute(operation, inputs, new Settings { Twice = true });
        for (int i = 0; i < inputs.Length; i++)
            Close(Array.ConvertAll(gradients[i], g => 2.0 * g), twice[i], tolerance, $"the gradient of input {i}, used twice,");

        var still = new Tape { IsRecording = false };
        Numbers.AssertSameBits(value, operation(still, Variables(inputs, new Settings())).Value.Span, "without recording");
        Assert.Equal(0, still.Count);

        void Same(Settings settings, string what)
        {
            (float[] otherValue, float[][] otherGradients) = Compute(operation, inputs, settings);
            Numbers.AssertSameBits(value, otherValue, what);
            for (int i = 0; i < inputs.Length; i++)
            {
                if (settings.Only is null || settings.Only == i)
                    Numbers.AssertSameBits(gradients[i], otherGradients[i], $"{what}, input {i}");
                else
                    Assert.Empty(otherGradients[i]);
            }
        }
    }

    private static (float[] Value, float[][] Gradients) Compute(Func<Tape, Variable[], Variable> operation, Given[] inputs, Settings settings)
    {
        var tape = new Tape(settings.Workers);
        Variable[] x = Variables(inputs, settings);
        float[] value = [];
        for (int pass = 0; pass < (settings.Parameters ? 2 : 1); pass++)
        {
            foreach (Parameter parameter in x.OfType<Parameter>())
                parameter.ZeroGradient();
            Variable y = settings.Recompute ? tape.Recompute(x[0], first => operation(tape, [first, .. x[1..]])) : operation(tape, x);
            value = y.Value.Span.ToArray();
            if (settings.Twice)
                y = tape.Add(y, operation(tape, x));
            float[] along = settings.Exponent == 0 ? Along(value.Length) : Shrunk(Along(value.Length), Math.Max(settings.Exponent, -50), 3);
            tape.Backward(tape.Sum(tape.Multiply(y, Tape.Input(Tensor.From(along, [.. Sizes(y.Shape)])))));
            if (settings.Parameters)
            {
                // All that was rented for the computation is back, so that deep models do not pile up memory.
                Assert.Equal(settings.Constants, tape.Memory.BytesRented);
                tape.Reset();
            }
        }
        return (value, [.. x.Select(v => v.Gradient.Span.ToArray())]);
    }

    private static Variable[] Variables(Given[] inputs, Settings settings) => [.. inputs.Select((given, i) =>
    {
        if (!settings.Parameters)
            return Tape.Input(Tensor.From(given.Values, given.Shape), needsGradient: settings.Only is null || settings.Only == i);
        var parameter = new Parameter($"input {i}", Initializer.Zeros, given.Shape);
        given.Values.CopyTo(parameter.Value.Span);
        parameter.Touch();
        return parameter;
    })];

    private static IEnumerable<int> Sizes(Shape shape) => Enumerable.Range(0, shape.Rank).Select(axis => shape[axis]);

    private static float[] Along(int count) => count == 1 ? [0.75f] : Numbers.Ordinary(count, 99);

    private static double Dot(double[] x, float[] y) => x.Zip(y, (a, b) => a * b).Sum();

    public static void Close(double[] expected, ReadOnlySpan<float> actual, double tolerance, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        double size = 1 + expected.Max(Math.Abs);
        for (int i = 0; i < expected.Length; i++)
        {
            if (!(Math.Abs(expected[i] - actual[i]) <= tolerance * size))
                Assert.Fail($"{what}: element {i} is {actual[i]:R}, expected {expected[i]:R}");
        }
    }

    private sealed record Settings
    {
        public WorkPool? Workers { get; init; }

        public bool Recompute { get; init; }

        public bool Parameters { get; init; }

        public long Constants { get; init; }

        public bool Twice { get; init; }

        public int? Only { get; init; }

        public int Exponent { get; init; }
    }
}

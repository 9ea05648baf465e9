using static System.MathF;

namespace Tacit.Tests.Numerics;

/// <summary>Plain-loop twins of reductions and elementary steps: the definitions, one number at a time.</summary>
internal static class Twins
{
    /// <summary>16 partial sums and a tree.</summary>
    public static float Sum(IReadOnlyList<float> x) => Tree(x.Count, (partial, i) => partial + x[i]);

    public static float Dot(IReadOnlyList<float> x, IReadOnlyList<float> y) => Tree(x.Count, (partial, i) => FusedMultiplyAdd(x[i], y[i], partial));

    public static float Tree(int count, Func<float, int, float> take)
    {
        float[] partials = new float[16];
        for (int i = 0; i < count; i++)
            partials[i % 16] = take(partials[i % 16], i);
        for (int half = 8; half > 0; half /= 2)
        {
            for (int p = 0; p < half; p++)
                partials[p] += partials[p + half];
        }
        return partials[0];
    }

    public static float Max(IEnumerable<float> x) => x.Aggregate(float.NegativeInfinity, (m, v) => v > m ? v : m);

    /// <summary>One value of the library's own function; that all widths agree is tested elsewhere.</summary>
    public static float Exp(float x) => One(Tacit.Numerics.Elementwise.Exp, x);

    public static float Log(float x) => One(Tacit.Numerics.Elementwise.Log, x);

    public static float Tanh(float x) => One(Tacit.Numerics.Elementwise.Tanh, x);

    public static float Sigmoid(float x) => One(Tacit.Numerics.Elementwise.Sigmoid, x);

    public static float Term(float x, float maximum) => x - maximum < -41.5f ? 0f : Exp(x - maximum);

    public static float Small(float x) => Abs(x) < Tacit.Numerics.Floors.Gradient ? CopySign(0f, x) : x;

    private delegate void Function(ReadOnlySpan<float> x, Span<float> y, Tacit.Numerics.WorkPool? pool);

    private static float One(Function f, float x)
    {
        float y = x;
        f(new ReadOnlySpan<float>(in x), new Span<float>(ref y), null);
        return y;
    }
}

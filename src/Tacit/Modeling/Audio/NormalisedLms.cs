using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Tacit.Modeling.Audio;

/// <summary>Long linear prediction by normalised least mean squares: each error moves the weights along the inputs.</summary>
/// <remarks>
/// <para>ŷ = Σ w_i x_i over the last n inputs; then w += μ (y − ŷ) / (‖x‖² + ε n) · x. Widrow and Hoff 1960; Nagumo and Noda 1967.</para>
/// <para>The step is three times μ at first and falls towards it: weights that begin as 0 have a way to go.</para>
/// <para>
/// Shapes: n a multiple of 16; x and w oldest first. Binary32, + and × only, none fused; the sum is 16 partial sums, term i in number
/// i mod 16, then 16 become 8 by adding p and p + 8, these 4, 2 and 1.
/// </para>
/// </remarks>
internal sealed class NormalisedLms
{
    private const int Chunk = 2048;
    private const double Haste = 2, HasteHalf = 1 << 13;   // steps begin at 1 + Haste times μ; half of that is gone after so many
    private const double LeastPower = 0.5, PowerDigits = 1.0 / (1 << 24);

    private readonly int _n;
    private readonly double _step;
    private readonly float[] _weights, _history;
    private int _start;       // of the last n inputs
    private int _lessons;
    private double _power;
    private double _mostPower;   // since it was counted

    /// <summary>Starts with weights of zero.</summary>
    /// <param name="inputs">n.</param>
    /// <param name="step">μ, of the long run.</param>
    public NormalisedLms(int inputs, double step)
    {
        Debug.Assert(inputs > 0 && inputs % 16 == 0);
        (_n, _step) = (inputs, step);
        _weights = new float[inputs];
        _history = new float[inputs + Chunk];
    }

    /// <summary>ŷ.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public float Predict()
    {
        ref float x = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_history), _start);
        ref float w = ref MemoryMarshal.GetArrayDataReference(_weights);
        Vector256<float> a = Vector256<float>.Zero, b = a;
        for (int i = 0; i < _n; i += 16)
        {
            a += Vector256.LoadUnsafe(ref x, (nuint)i) * Vector256.LoadUnsafe(ref w, (nuint)i);
            b += Vector256.LoadUnsafe(ref x, (nuint)i + 8) * Vector256.LoadUnsafe(ref w, (nuint)i + 8);
        }
        a += b;
        Vector128<float> four = a.GetLower() + a.GetUpper();
        return (four[0] + four[2]) + (four[1] + four[3]);
    }

    /// <summary>Learns by how much the prediction missed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Learn(double error)
    {
        double step = _step * (1 + Haste * HasteHalf / (HasteHalf + _lessons++));
        float gain = (float)(step * error / (_power + LeastPower * _n));
        ref float x = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_history), _start);
        ref float w = ref MemoryMarshal.GetArrayDataReference(_weights);
        Vector256<float> g = Vector256.Create(gain);
        for (int i = 0; i < _n; i += 16)
        {
            (Vector256.LoadUnsafe(ref w, (nuint)i) + g * Vector256.LoadUnsafe(ref x, (nuint)i)).StoreUnsafe(ref w, (nuint)i);
            (Vector256.LoadUnsafe(ref w, (nuint)i + 8) + g * Vector256.LoadUnsafe(ref x, (nuint)i + 8)).StoreUnsafe(ref w, (nuint)i + 8);
        }
    }

    /// <summary>Adds the newest input.</summary>
    public void Add(float input)
    {
        if (_start == Chunk)
        {
            _history.AsSpan(Chunk, _n).CopyTo(_history);
            _start = 0;
            CountPower();
        }
        double oldest = _history[_start];
        _history[_start + _n] = input;
        _start++;
        _power = Math.Max(_power + ((double)input * input - oldest * oldest), 0);
        _mostPower = Math.Max(_mostPower, _power);
        // After something loud the rounding of its power is louder than what is quiet.
        if (_power < _mostPower * PowerDigits)
            CountPower();
    }

    private void CountPower()
    {
        _power = 0;
        foreach (float x in _history.AsSpan(_start, _n))
            _power += (double)x * x;
        _mostPower = _power;
    }
}

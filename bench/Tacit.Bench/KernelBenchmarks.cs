using BenchmarkDotNet.Attributes;
using Tacit.Numerics;

namespace Tacit.Bench;

/// <summary>Kernels alone, for following a change; the bars against peers are in <see cref="KernelBars"/>.</summary>
[MemoryDiagnoser]
public class KernelBenchmarks
{
    private const int Size = 256;

    private readonly float[] _a = new float[Size * Size], _b = new float[Size * Size], _c = new float[Size * Size], _scale = new float[Size];
    private PackedMatrix _packed = null!;

    [GlobalSetup]
    public void Setup()
    {
        RandomFill.Uniform(1, 1, _a, -1f, 1f);
        RandomFill.Uniform(1, 2, _b, -1f, 1f);
        _packed = PackedMatrix.From(new Matrix(_b, Size, Size));
    }

    [GlobalCleanup]
    public void Cleanup() => _packed.Dispose();

    [Benchmark]
    public void ProductPacked() => MatMul.Multiply(new Matrix(_a, Size, Size), _packed, new MatrixTarget(_c, Size, Size));

    [Benchmark]
    public void ProductOfOneRow() => MatMul.Multiply(new Matrix(_a, 1, Size), _packed, new MatrixTarget(_c, 1, Size));

    [Benchmark]
    public void ProductTransposed() =>
        MatMul.Multiply(new Matrix(_a, Size, Size).Transposed, new Matrix(_b, Size, Size), new MatrixTarget(_c, Size, Size));

    [Benchmark]
    public void Exp() => Elementwise.Exp(_a, _c);

    [Benchmark]
    public void SoftmaxRows() => Softmax.Forward(_a, Size, _c);

    [Benchmark]
    public void RmsNormRows() => RmsNormalization.Forward(_a, _b.AsSpan(0, Size), 1e-5f, _c, _scale);
}

using System.Runtime.InteropServices;

namespace Tacit.Bench;

/// <summary>Aligned floats, uniform in [−1, 1).</summary>
internal sealed unsafe class Floats : IDisposable
{
    private readonly int _length;

    public Floats(int length, uint seed)
    {
        _length = length;
        Pointer = (float*)NativeMemory.AlignedAlloc((nuint)length * sizeof(float), 64);
        uint state = seed * 2654435761;
        for (int i = 0; i < length; i++)
        {
            state = state * 1664525 + 1013904223;
            Pointer[i] = (int)state * (1f / (1u << 31));
        }
    }

    public float* Pointer { get; }

    public Span<float> Span => new(Pointer, _length);

    public void Dispose() => NativeMemory.AlignedFree(Pointer);
}

using System.Runtime.InteropServices;

namespace Tacit.Numerics.Memory;

/// <summary>Floats in native memory, aligned to a cache line; freed with its last reference or when disposed.</summary>
internal sealed unsafe class NativeBuffer : IDisposable
{
    /// <summary>Bytes of a cache line, and of the widest vector.</summary>
    public const int Alignment = 64;

    private readonly nint _bytes;

    /// <param name="length">Floats, at least 0. Their values are undefined.</param>
    public NativeBuffer(nint length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = length;
        _bytes = checked(length * sizeof(float));
        Pointer = (float*)NativeMemory.AlignedAlloc((nuint)_bytes, Alignment);
        if (_bytes > 0)
            GC.AddMemoryPressure(_bytes);
    }

    ~NativeBuffer() => Free();

    /// <summary>The first float; null once freed.</summary>
    public float* Pointer { get; private set; }

    /// <summary>Floats.</summary>
    public nint Length { get; }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (Pointer == null)
            return;
        NativeMemory.AlignedFree(Pointer);
        Pointer = null;
        if (_bytes > 0)
            GC.RemoveMemoryPressure(_bytes);
    }
}

/// <summary>A thread's scratch memory for kernels: grows to the largest wish and stays.</summary>
/// <remarks>A kernel that uses a slot must not call another that uses the same one.</remarks>
internal static unsafe class Scratch
{
    /// <summary>Block of a product's left operand.</summary>
    public const int Left = 0;

    /// <summary>Block of a product's right operand.</summary>
    public const int Right = 1;

    /// <summary>Kernels made of products: attention, convolution.</summary>
    public const int Outer = 2;

    /// <summary>A second one for these.</summary>
    public const int Outer2 = 3;

    [ThreadStatic]
    private static NativeBuffer?[]? s_slots;

    /// <summary>At least so many floats, aligned to 64 bytes, with undefined values.</summary>
    public static float* Take(int slot, nint length)
    {
        NativeBuffer?[] slots = s_slots ??= new NativeBuffer?[4];
        NativeBuffer? buffer = slots[slot];
        if (buffer is null || buffer.Length < length)
        {
            buffer?.Dispose();
            slots[slot] = buffer = new NativeBuffer((length + 1023) & ~(nint)1023);
        }
        return buffer.Pointer;
    }
}

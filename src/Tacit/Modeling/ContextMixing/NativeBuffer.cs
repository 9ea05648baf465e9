using System.Runtime.InteropServices;

namespace Tacit.Modeling.ContextMixing;

/// <summary>Zeroed memory outside the managed heap, aligned to a cache line, that grows when more is asked for.</summary>
internal sealed unsafe class NativeBuffer : IDisposable
{
    private const nuint LineSize = 64;

    private byte* _pointer;
    private nuint _capacity;

    ~NativeBuffer() => Free();

    /// <summary>Makes room for <paramref name="length"/> bytes, sets them to zero and returns them.</summary>
    public byte* Clear(nuint length)
    {
        if (length > _capacity)
        {
            Free();
            _pointer = (byte*)NativeMemory.AlignedAlloc(length, LineSize);
            _capacity = length;
        }
        NativeMemory.Clear(_pointer, length);
        return _pointer;
    }

    /// <summary>Gives the memory back; the buffer may be filled again.</summary>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.AlignedFree(_pointer);
        _pointer = null;
        _capacity = 0;
    }
}

using System.Runtime.InteropServices;

namespace Tacit.Modeling.ContextMixing;

/// <summary>Memory for small constant tables that live as long as the process.</summary>
internal static unsafe class Shared
{
    /// <summary>Zeroed memory aligned to a cache line, never freed.</summary>
    public static void* Allocate(int length)
    {
        void* memory = NativeMemory.AlignedAlloc((nuint)length, 64);
        NativeMemory.Clear(memory, (nuint)length);
        return memory;
    }
}

using System.Runtime.InteropServices;

namespace Tacit.Bench;

/// <summary>The peer: OpenBLAS as Debian's libopenblas0-pthread installs it, one thread.</summary>
internal static unsafe partial class OpenBlas
{
    private const string Library = "libopenblas.so.0";

    /// <summary>False if the library is not installed.</summary>
    public static bool Present { get; } = NativeLibrary.TryLoad(Library, out _);

    /// <summary>The kernel it chose for this processor.</summary>
    public static string CoreName => Marshal.PtrToStringUTF8(openblas_get_corename()) ?? "?";

    public static void UseOneThread() => openblas_set_num_threads(1);

    /// <summary>Says which kernel is in use, and warns of the one it falls back to.</summary>
    public static void Announce()
    {
        if (!Present)
        {
            Console.WriteLine($"OpenBLAS: {Library} is not installed (Debian: libopenblas0-pthread); its columns are left out.");
            return;
        }
        UseOneThread();
        Console.WriteLine($"OpenBLAS: kernel {CoreName}, OPENBLAS_CORETYPE={Environment.GetEnvironmentVariable("OPENBLAS_CORETYPE") ?? "(unset)"}");
        if (CoreName is "Prescott" or "Core2" or "Nehalem" or "Generic" or "Katmai" or "Penryn")
            Console.WriteLine("WARNING: OpenBLAS does not know this processor and uses an old SSE kernel. Set OPENBLAS_CORETYPE=SkylakeX (AVX-512) or Haswell (AVX2).");
    }

    /// <summary>C = A · B, row-major.</summary>
    public static void Multiply(float* a, float* b, float* c, int m, int k, int n) =>
        cblas_sgemm(101, 111, 111, m, n, k, 1f, a, k, b, n, 0f, c, n);

    [LibraryImport(Library)]
    private static partial nint openblas_get_corename();

    [LibraryImport(Library)]
    private static partial void openblas_set_num_threads(int threads);

    [LibraryImport(Library)]
    private static partial void cblas_sgemm(int order, int transA, int transB, int m, int n, int k, float alpha,
        float* a, int lda, float* b, int ldb, float beta, float* c, int ldc);
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Tacit.Numerics.Lanes;

/// <summary>A kernel with its arguments, ready to run at any width.</summary>
internal interface IKernel
{
    void Run<L, V>()
        where L : struct, ILanes<V>
        where V : struct;
}

/// <summary>Runs kernels at the widest vectors the machine has. The width never shows in the results.</summary>
internal static class Widest
{
    /// <summary>
    /// Lanes the tests want instead of the widest, for a while; 0 otherwise. Wide ones are emulated where missing. As
    /// results do not depend on the width, neither do those of what runs beside such a test.
    /// </summary>
    internal static int Forced { get; set; }

    /// <summary>Lanes of the vectors in use: 16, 8, 4 or 1.</summary>
    public static int Lanes => Forced is int forced and not 0 ? forced : Vector512.IsHardwareAccelerated ? 16
        : Vector256.IsHardwareAccelerated ? 8 : Vector128.IsHardwareAccelerated ? 4 : 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run<TKernel>(ref TKernel kernel)
        where TKernel : struct, IKernel
    {
        // Read once: it may change meanwhile.
        if (Forced is int forced and not 0)
            Run(ref kernel, forced);
        else if (Vector512.IsHardwareAccelerated)
            kernel.Run<Lanes512, Vector512<float>>();
        else if (Vector256.IsHardwareAccelerated)
            kernel.Run<Lanes256, Vector256<float>>();
        else if (Vector128.IsHardwareAccelerated)
            kernel.Run<Lanes128, Vector128<float>>();
        else
            kernel.Run<LanesScalar, float>();
    }

    /// <summary>Runs a kernel with a stated number of lanes.</summary>
    public static void Run<TKernel>(ref TKernel kernel, int lanes)
        where TKernel : struct, IKernel
    {
        switch (lanes)
        {
            case 16: kernel.Run<Lanes512, Vector512<float>>(); break;
            case 8: kernel.Run<Lanes256, Vector256<float>>(); break;
            case 4: kernel.Run<Lanes128, Vector128<float>>(); break;
            case 1: kernel.Run<LanesScalar, float>(); break;
            default: throw new ArgumentOutOfRangeException(nameof(lanes), lanes, "16, 8, 4 or 1.");
        }
    }
}

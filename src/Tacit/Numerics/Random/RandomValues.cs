using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Tacit.Numerics.Lanes;
using Tacit.Numerics.Products;
using Tacit.Numerics.Threads;

namespace Tacit.Numerics.Randomness;

/// <summary>What becomes of two neighbouring words of a random stream.</summary>
internal interface IDraw
{
    /// <summary>Replaces words 2j and 2j + 1 by values 2j and 2j + 1.</summary>
    void Apply<L, V>(ref V even, ref V odd)
        where L : struct, ILanes<V>
        where V : struct;
}

/// <summary>Values of a random stream, a block per lane; the bits of <see cref="Philox"/> block by block.</summary>
internal unsafe struct RandomValues<D> : IRangeKernel
    where D : struct, IDraw
{
    /// <summary>Blocks of a unit of work.</summary>
    public const int UnitBlocks = 256;

    public D Draw;
    public ulong Seed, Stream;

    /// <summary>The values from number <see cref="First"/> to before <see cref="End"/> go to <see cref="Target"/>.</summary>
    public ulong First, End;
    public float* Target;

    /// <summary>Units that hold the values.</summary>
    public readonly int Units => checked((int)((End / 4 - First / 4) / UnitBlocks + 1));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run<L, V>(int first, int end)
        where L : struct, ILanes<V>
        where V : struct
    {
        ulong block = First / 4 + (ulong)first * UnitBlocks, last = Math.Min(First / 4 + (ulong)end * UnitBlocks, (End + 3) / 4);
        float* scratch = stackalloc float[4 * 16 + 4];
        float* values = scratch + 4 * 16;
        while (block < last)
        {
            // Whole vectors of blocks go straight to the target; the ends, through a buffer.
            if (4 * block >= First && block + (ulong)L.Count <= End / 4 && block + (ulong)L.Count <= last)
            {
                Blocks<L, V>(block, Target + (nint)(4 * block - First), scratch);
                block += (ulong)L.Count;
                continue;
            }
            Blocks<LanesScalar, float>(block, values, scratch);
            for (int i = 0; i < 4; i++)
            {
                ulong number = 4 * block + (ulong)i;
                if (number >= First && number < End)
                    Target[number - First] = values[i];
            }
            block++;
        }
    }

    /// <summary>The values of as many blocks as there are lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Blocks<L, V>(ulong block, float* target, float* scratch)
        where L : struct, ILanes<V>
        where V : struct
    {
        int* numbers = (int*)scratch;
        for (int i = 0; i < L.Count; i++)
        {
            numbers[i] = (int)(block + (ulong)i);
            numbers[16 + i] = (int)((block + (ulong)i) >> 32);
        }
        V x = L.Load((float*)numbers), y = L.Load((float*)(numbers + 16));
        V z = L.CreateBits((int)Stream), w = L.CreateBits((int)(Stream >> 32));
        V multiplierX = L.CreateBits(unchecked((int)Philox.MultiplierX)), multiplierZ = L.CreateBits(unchecked((int)Philox.MultiplierZ));
        uint key0 = (uint)Seed, key1 = (uint)(Seed >> 32);
        for (int round = 0; round < 10; round++)
        {
            V highX = L.MultiplyBits(x, multiplierX, out V lowX), highZ = L.MultiplyBits(z, multiplierZ, out V lowZ);
            x = L.Xor(L.Xor(highZ, y), L.CreateBits((int)key0));
            z = L.Xor(L.Xor(highX, w), L.CreateBits((int)key1));
            y = lowZ;
            w = lowX;
            key0 += Philox.KeyStep0;
            key1 += Philox.KeyStep1;
        }
        Draw.Apply<L, V>(ref x, ref y);
        Draw.Apply<L, V>(ref z, ref w);
        if (L.Count == 1)
        {
            L.Store(x, target);
            L.Store(y, target + 1);
            L.Store(z, target + 2);
            L.Store(w, target + 3);
            return;
        }
        L.Store(x, scratch);
        L.Store(y, scratch + 16);
        L.Store(z, scratch + 32);
        L.Store(w, scratch + 48);
        for (int i = 0; i < L.Count; i += 4, target += 16)
            Packing.Transpose(Vector128.Load(scratch + i), Vector128.Load(scratch + 16 + i), Vector128.Load(scratch + 32 + i), Vector128.Load(scratch + 48 + i), target, 4);
    }
}

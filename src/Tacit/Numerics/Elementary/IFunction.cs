using Tacit.Numerics.Lanes;

namespace Tacit.Numerics.Elementary;

/// <summary>A function of one number, lane by lane.</summary>
internal interface IFunction
{
    static abstract V Apply<L, V>(V x)
        where L : struct, ILanes<V>
        where V : struct;
}

/// <summary>A function of two numbers, lane by lane.</summary>
internal interface IFunction2
{
    static abstract V Apply<L, V>(V x, V y)
        where L : struct, ILanes<V>
        where V : struct;
}

/// <summary>A function of three numbers, lane by lane.</summary>
internal interface IFunction3
{
    static abstract V Apply<L, V>(V x, V y, V z)
        where L : struct, ILanes<V>
        where V : struct;
}

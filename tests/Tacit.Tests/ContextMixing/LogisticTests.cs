using System.Numerics;
using Tacit.Modeling.ContextMixing;

namespace Tacit.Tests.ContextMixing;

public unsafe class LogisticTests
{
    [Fact]
    public void SquashIsTheLogisticFunction()
    {
        for (int z = -Logistic.MaxSum; z <= Logistic.MaxSum; z += 997)
        {
            double exact = 1 / (1 + Math.Exp(-z / 65536.0)) * 4294967296.0;
            exact = Math.Clamp(exact, Logistic.MinProbability, 4294967296.0 - Logistic.MinProbability);
            double got = Logistic.Squash(Logistic.SquashTable, z);
            double tail = Math.Min(exact, 4294967296.0 - exact);
            Assert.True(Math.Abs(got - exact) <= 2e-4 * tail + 40, $"z {z}: {got}, not {exact}");
        }
    }

    [Fact]
    public void SquashRisesAndKeepsItsDistance()
    {
        uint last = 0;
        for (int z = -Logistic.MaxSum - 5; z <= Logistic.MaxSum + 5; z++)
        {
            uint p = Logistic.Squash(Logistic.SquashTable, z);
            Assert.True(p >= last, $"z {z}");
            last = p;
        }
        Assert.Equal(Logistic.MinProbability, Logistic.Squash(Logistic.SquashTable, int.MinValue));
        Assert.InRange(last, Logistic.MaxProbability - Logistic.MinProbability, Logistic.MaxProbability);
    }

    [Fact]
    public void InputTableIsTheInverse()
    {
        for (int p = 1; p < 4095; p++)
        {
            double exact = Math.Log((p + 0.5) / (4096 - p - 0.5)) * 256;
            int x = (short)Logistic.InputTable[p];
            Assert.True(Math.Abs(x - Math.Clamp(exact, -2047, 2047)) <= 1, $"p {p}: {x}, not {exact}");
            Assert.Equal((int)Math.Floor((p - 2048) / 2.0), Logistic.InputTable[p] >> 16);
        }
    }

    [Fact]
    public void TablesArePinned()
    {
        Assert.Equal("be999c20 d974ccf3 910ae016", $"{Digest(Logistic.SquashTable, 1025 * 4):x8} {Digest(Logistic.InputTable, 4096 * 4):x8} {Digest(StateTable.Next, 512):x8}");
    }

    internal static uint Digest(void* data, int length) => Digest(new ReadOnlySpan<byte>(data, length));

    internal static uint Digest(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in data)
            crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }
}

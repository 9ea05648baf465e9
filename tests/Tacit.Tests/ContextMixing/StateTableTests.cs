using Tacit.Modeling.ContextMixing;

namespace Tacit.Tests.ContextMixing;

public unsafe class StateTableTests
{
    [Fact]
    public void StatesFitAByteAndTransitionsStayInside()
    {
        Assert.InRange(StateTable.Count, 128, 256);
        for (int i = 0; i < 2 * StateTable.Count; i++)
            Assert.InRange(StateTable.Next[i], 1, StateTable.Count - 1);   // nothing returns to the empty history
    }

    [Fact]
    public void ABitRaisesItsOwnCountUnlessFullAndNeverTheOther()
    {
        for (int state = 0; state < StateTable.Count; state++)
        {
            (int zeros, int ones) = StateTable.Counts(state);
            (int zeros1, int ones1) = StateTable.Counts(StateTable.Next[2 * state + 1]);
            (int zeros0, int ones0) = StateTable.Counts(StateTable.Next[2 * state]);
            Assert.InRange(ones1, ones, ones + 1);
            Assert.InRange(zeros0, zeros, zeros + 1);
            Assert.True(zeros1 <= zeros && ones0 <= ones, $"state {state}");
        }
    }

    [Fact]
    public void TableIsSymmetric()
    {
        // Swapping zeros and ones maps reachable states onto reachable states.
        var pairs = Enumerable.Range(0, StateTable.Count).Select(StateTable.Counts).ToHashSet();
        Assert.All(pairs, p => Assert.Contains((p.Ones, p.Zeros), pairs));
    }

    [Fact]
    public void ShortHistoriesAreAllDifferent()
    {
        var seen = new HashSet<int>();
        for (int length = 0; length <= StateTable.ExactLength; length++)
        {
            for (int bits = 0; bits < 1 << length; bits++)
            {
                int state = 0;
                for (int i = length - 1; i >= 0; i--)
                    state = StateTable.Next[2 * state + (bits >> i & 1)];
                Assert.True(seen.Add(state), $"{length} bits {bits:b}");
            }
        }
    }

    [Fact]
    public void PriorsFollowTheCounts()
    {
        Assert.Equal(32768, StateTable.Prior(0));
        for (int state = 0; state < StateTable.Count; state++)
        {
            Assert.InRange(StateTable.Prior(state), 1, 65535);
            (int zeros, int ones) = StateTable.Counts(state);
            Assert.Equal(Math.Sign(ones - zeros), Math.Sign(StateTable.Prior(state) - 32768));
            Assert.Equal(zeros + ones, StateTable.Confidence[state]);
        }
    }
}

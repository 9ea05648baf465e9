using System.Numerics;
using System.Runtime.CompilerServices;

namespace Tacit.Modeling.ContextMixing;

// The loops over contexts: what each has seen in its bit history, and which byte followed it last (its run).
public sealed unsafe partial class ContextMixer
{
    // These are methods of their own, so that their few values stay in registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void LearnStates(
        uint* map, byte* states, byte** slots, byte* nextState, int* rates, nint node, nint contexts, int limit, int bit)
    {
        for (nint i = 0; i < contexts; i++)
        {
            nuint state = states[i];
            AdaptiveProbability.Learn(map + state, rates, bit, limit);
            slots[i][node] = nextState[2 * state];
            map += 256;
        }
    }

    // LearnStates and then AskStates, in one pass.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static int StepStates(
        uint* map, byte* states, byte** slots, byte* nextState, int* rates, int* inputTable, int* input, nint node, nint contexts, int limit, int bit)
    {
        int known = 0;
        nint next = node << 1 | (nint)bit;
        for (nint i = 0; i < contexts; i++)
        {
            nuint state = states[i];
            byte* slot = slots[i];
            AdaptiveProbability.Learn(map + state, rates, bit, limit);
            slot[node] = nextState[2 * state];
            state = slot[next];
            states[i] = (byte)state;
            int unseen = (int)state - 1 >> 31;   // −1 for the empty history, else 0
            known += 1 + unseen;
            input[i] = inputTable[map[state] >> 20] & ~unseen;
            map += 256;
        }
        return known;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void LearnRuns(uint* map, byte* runs, int* rates, nint contexts, int limit, int bit)
    {
        for (nint i = 0; i < contexts; i++)
        {
            AdaptiveProbability.Learn(map + runs[i], rates, bit, limit);
            map += RunValues;
        }
    }

    // Sets two inputs for each context and returns how many contexts have been seen before.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static int AskStates(uint* map, byte* states, byte** slots, int* inputTable, nint node, nint contexts, int* input)
    {
        int known = 0;
        for (nint i = 0; i < contexts; i++)
        {
            nuint state = slots[i][node];
            states[i] = (byte)state;
            int unseen = (int)state - 1 >> 31;   // −1 for the empty history, else 0
            known += 1 + unseen;
            input[i] = inputTable[map[state] >> 20] & ~unseen;
            map += 256;
        }
        return known;
    }

    // Sets an input for each context: does the byte that followed last follow again?
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void AskRuns(uint* map, int* runs, byte* used, int* inputTable, int shift, int partial, nint contexts, short* input)
    {
        for (nint i = 0; i < contexts; i++)
        {
            int run = runs[i];
            int next = (run & 0xFFFF) >> shift;
            int holds = next >> 1 == partial ? -1 : 0;
            nuint index = (uint)((run >> 15 | next & 1) & holds);
            used[i] = (byte)index;
            input[i] = (short)(inputTable[map[index] >> 20] & holds);
            map += RunValues;
        }
    }

    private void StartRuns()
    {
        for (int i = 0; i < _contexts; i++)
        {
            byte* slot = _root[i] = _slot[i];
            int length = slot[SlotTable.RunLength];
            _run[i] = length == 0 ? 0 : 256 | slot[SlotTable.RunByte] | RunClass(length) << 16;
        }
    }

    private static int RunClass(int length) =>
        length < 8 ? length : Math.Min(15, 5 + BitOperations.Log2((uint)length));

    private void EndRuns(byte value)
    {
        for (int i = 0; i < _contexts; i++)
        {
            byte* slot = _root[i];
            int length = slot[SlotTable.RunLength];
            slot[SlotTable.RunLength] = (byte)(slot[SlotTable.RunByte] != value || length == 0 ? 1 : Math.Min(length + 1, 255));
            slot[SlotTable.RunByte] = value;
        }
    }
}

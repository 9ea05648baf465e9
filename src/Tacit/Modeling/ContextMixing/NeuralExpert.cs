using Tacit.Modeling.Recurrent;
using Tacit.Numerics.Threads;

namespace Tacit.Modeling.ContextMixing;

/// <summary>A network that learns the block while it is coded, as an expert: its distribution of the next byte, bit by bit.</summary>
/// <remarks>
/// A probability p of a byte becomes the weight ⌊p · 2^24⌋ + 1, an integer; a bit's probability is the share of the bytes
/// that go on with a 1 among those that agree with the bits so far.
/// </remarks>
internal sealed unsafe class NeuralExpert(OnlineLstmOptions options) : ISelectingExpert, IDisposable
{
    private readonly OnlineLstm _network = new(options);
    private readonly uint[] _sums = new uint[2 * OnlineLstm.Values];    // of the weights below a node; leaves from 256 on
    private int _node = 1;
    private int _opinion, _difference, _bit;

    /// <summary>Where to ask for a thread to learn on, or null: then the network learns in between.</summary>
    public SpareThreads? Spare
    {
        set => _network.Spare = value;
    }

    public string Name => "network";

    public int InputCount => 2;

    public int SelectorValues => 256;

    public int Selector => (_opinion + 2048 >> 7) << 3 | _bit;

    /// <summary>Bytes of memory it takes.</summary>
    public static long Memory(OnlineLstmOptions options) => OnlineLstm.Memory(options) + 2 * OnlineLstm.Values * sizeof(uint);

    public void Reset(int length)
    {
        _network.Reset();
        StartByte();
    }

    public void Predict(Span<int> opinions)
    {
        opinions[0] = _opinion;
        opinions[1] = _difference;
    }

    public void Update(int bit)
    {
        _node = _node << 1 | bit;
        if (_node >= OnlineLstm.Values)
        {
            _network.Update((byte)_node);
            StartByte();
        }
        else
        {
            Ask();
        }
    }

    public void Dispose() => _network.Dispose();

    private void StartByte()
    {
        ReadOnlySpan<float> p = _network.Probabilities;
        for (int i = 0; i < OnlineLstm.Values; i++)
            _sums[OnlineLstm.Values + i] = (uint)(int)(p[i] * (1 << 24)) + 1;
        for (int node = OnlineLstm.Values - 1; node > 0; node--)
            _sums[node] = _sums[2 * node] + _sums[2 * node + 1];
        _node = 1;
        Ask();
    }

    private void Ask()
    {
        _bit = System.Numerics.BitOperations.Log2((uint)_node);
        uint p = (uint)(((ulong)_sums[2 * _node + 1] << 12) / _sums[_node]);
        int packed = Logistic.InputTable[Math.Min(p, 4095)];
        _opinion = (short)packed;
        _difference = packed >> 16;
    }
}

using BenchmarkDotNet.Attributes;
using Tacit.Coding;

namespace Tacit.Bench;

/// <summary>Time per bit or symbol of each coder on skewed data. Results are per operation: a million bits or symbols.</summary>
[MemoryDiagnoser]
public class CoderBenchmarks
{
    private const int Count = 1_000_000;

    private readonly uint[] _probabilities = new uint[Count];
    private readonly byte[] _bits = new byte[Count];
    private readonly byte[] _buffer = new byte[4 * Count];
    private readonly (uint Start, uint Frequency)[] _symbols = new (uint, uint)[Count];
    private int _binaryLength, _rangeLength;

    [GlobalSetup]
    public void Setup()
    {
        ulong state = 1;
        for (int i = 0; i < Count; i++)
        {
            state = state * 6364136223846793005 + 1442695040888963407;
            uint p = (uint)(state >> 32) >> (int)(state >> 20 & 7) | 1;
            _probabilities[i] = p;
            _bits[i] = (byte)((uint)(state * 0x9E3779B97F4A7C15 >> 32) < p ? 1 : 0);
            uint start = (uint)(state >> 40) & 4095;
            _symbols[i] = (start, 1 + (4095 - start) / 2);
        }
        _binaryLength = BinaryEncode();
        byte[] binary = _buffer[.._binaryLength];
        _rangeLength = RangeEncode();
        _binaryMessage = binary;
        _rangeMessage = _buffer[.._rangeLength];
    }

    private byte[] _binaryMessage = [];
    private byte[] _rangeMessage = [];

    [Benchmark]
    public int BinaryEncode()
    {
        var encoder = new BinaryEncoder(_buffer);
        for (int i = 0; i < Count; i++)
            encoder.Encode(_bits[i], _probabilities[i]);
        return encoder.Finish();
    }

    [Benchmark]
    public int BinaryDecode()
    {
        var decoder = new BinaryDecoder(_binaryMessage);
        int ones = 0;
        for (int i = 0; i < Count; i++)
            ones += decoder.Decode(_probabilities[i]);
        return ones;
    }

    [Benchmark]
    public int RangeEncode()
    {
        var encoder = new RangeEncoder(_buffer);
        foreach ((uint start, uint frequency) in _symbols)
            encoder.Encode(start, frequency, 12);
        return encoder.Finish();
    }

    [Benchmark]
    public uint RangeDecode()
    {
        var decoder = new RangeDecoder(_rangeMessage);
        uint sum = 0;
        foreach ((uint start, uint frequency) in _symbols)
        {
            sum += decoder.Peek(12);
            decoder.Consume(start, frequency, 12);
        }
        return sum;
    }

    [Benchmark]
    public int RansPushAndPop()
    {
        var coder = new RansCoder();
        foreach ((uint start, uint frequency) in _symbols)
            coder.Push(start, frequency, 12);
        for (int i = Count - 1; i >= 0; i--)
            coder.Pop(_symbols[i].Start, _symbols[i].Frequency, 12);
        return coder.ByteCount;
    }
}

using Tacit.Modeling.ContextMixing;
using Tacit.Tests.Support;

namespace Tacit.Tests.Docs;

/// <summary>The code of docs/EXPERTS.md, run as it stands there.</summary>
public class ExpertExampleTests
{
    private const int Records = 2000;

    [Fact]
    public void TheExpertMakesItsDataSmallerAndComesBack()
    {
        byte[] data = SummedRecords();
        int alone = PredictiveCoder.Encode(data, Ready(data)).Length;
        int helped = PredictiveCoder.Encode(data, Ready(data, new ChecksumExpert())).Length;

        // A sum cannot be guessed from what contexts see, so alone it costs a byte or more; with the expert, next to nothing.
        Assert.InRange(alone - helped, Records, Records * 3 / 2);
        Assert.Equal(data, RoundTrip(data));
    }

    [Fact]
    public void WhereTheExpertIsWrongItCostsLittle()
    {
        byte[] data = SummedRecords();
        for (int i = 15; i < data.Length; i += 16)
            data[i] ^= (byte)(i * 2654435761L >> 16);
        int alone = PredictiveCoder.Encode(data, Ready(data)).Length;
        int misled = PredictiveCoder.Encode(data, Ready(data, new ChecksumExpert())).Length;
        Assert.InRange(misled, 0, alone + alone / 50);
    }

    [Fact]
    public void ThePageShowsThisCode()
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "EXPERTS.md"));
        foreach ((string file, string part) in ((string, string)[])[("ExpertExampleTests", "expert"), ("ExpertExampleTests", "use"), ("PredictiveCoder", "coders")])
            Assert.Contains($"```csharp\n{Snippet.Of($"Docs/{file}.cs", part)}\n```", page, StringComparison.Ordinal);
    }

    private static ContextMixer Ready(byte[] data, params IBitExpert[] experts)
    {
        var model = new ContextMixer(new ContextMixerOptions { Experts = experts });
        model.Reset(data.Length);
        return model;
    }

    // Records of 16 bytes: 15 of six bits each, and their sum.
    private static byte[] SummedRecords()
    {
        byte[] data = Samples.Noise(16 * Records, 7);
        for (int i = 0; i < data.Length; i += 16)
        {
            for (int j = i; j < i + 15; j++)
                data[j] &= 0x77;
            data[i + 15] = (byte)data.AsSpan(i, 15).ToArray().Sum(b => b);
        }
        return data;
    }

    private static byte[] RoundTrip(byte[] data)
    {
        // <use>
        using var model = new ContextMixer(new ContextMixerOptions { Level = 5, Experts = [new ChecksumExpert()] });
        model.Reset(data.Length);
        byte[] coded = PredictiveCoder.Encode(data, model);

        model.Reset(data.Length);   // the decoder starts as the encoder did
        byte[] back = PredictiveCoder.Decode(coded, data.Length, model);
        // </use>
        return back;
    }

    // <expert>
    /// <summary>Knows records of 16 bytes of which the last is the sum of the others.</summary>
    sealed class ChecksumExpert : IBitExpert
    {
        int _bits;      // of the data so far
        int _partial;   // the byte so far
        byte _sum;      // of the record so far

        public int InputCount => 1;

        public void Reset(int length) => (_bits, _partial, _sum) = (0, 0, 0);

        public void Predict(Span<int> opinions)
        {
            int left = 8 - _bits % 8;                            // bits of the byte still to come
            bool isSum = _bits / 8 % 16 == 15 && _partial == _sum >> left;
            bool one = (_sum >> left - 1 & 1) != 0;
            opinions[0] = !isSum ? 0 : one ? 2047 : -2047;       // ln(p / (1 − p)) in units of 1/256: ±8
        }

        public void Update(int bit)
        {
            _partial = _partial << 1 | bit;
            if (++_bits % 8 != 0)
                return;
            _sum = _bits / 8 % 16 == 0 ? (byte)0 : (byte)(_sum + _partial);
            _partial = 0;
        }
    }
    // </expert>
}

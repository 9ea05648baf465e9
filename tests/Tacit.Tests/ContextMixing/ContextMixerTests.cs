using Tacit.Coding;
using Tacit.Modeling.ContextMixing;

namespace Tacit.Tests.ContextMixing;

public class ContextMixerTests
{
    [Theory]
    [InlineData("text")]
    [InlineData("zeros")]
    [InlineData("records")]
    [InlineData("random")]
    public void CodedLengthIsTheSumOfTheSurprises(string kind)
    {
        byte[] data = Samples.Make(kind, 100_000);
        byte[] coded = new byte[data.Length + 1000];
        using var model = new ContextMixer();
        model.Reset(data.Length, BlockStructure.Detect(data));
        var encoder = new BinaryEncoder(coded);
        double bits = 0;
        foreach (byte value in data)
        {
            for (int i = 7; i >= 0; i--)
            {
                int bit = value >> i & 1;
                double p = model.Probability / 4294967296.0;
                bits -= Math.Log2(bit == 1 ? p : 1 - p);
                encoder.Encode(bit, model.Probability);
                model.Update(bit);
            }
        }
        double length = encoder.Finish();
        Assert.InRange(length, bits / 8 - 1, bits / 8 * 1.0002 + 2);
    }

    [Fact]
    public void PredictableDataCostsNextToNothing()
    {
        using var model = new ContextMixer();
        model.Reset(250_000);
        double bits = 0;
        for (int i = 0; i < 2_000_000; i++)
        {
            bits -= Math.Log2(1 - model.Probability / 4294967296.0);
            model.Update(0);
        }
        Assert.InRange(bits / 8, 0, 64);
    }

    [Fact]
    public void ProbabilityStaysInsideItsBounds()
    {
        using var model = new ContextMixer(new ContextMixerOptions { Level = 1 });
        model.Reset(100);
        var random = new Samples.Lcg(5);
        for (int i = 0; i < 100_000; i++)   // also far beyond the announced length
        {
            Assert.InRange(model.Probability, Logistic.MinProbability, Logistic.MaxProbability);
            model.Update(i < 50_000 ? i >> 3 & 1 : random.Next(2));
        }
    }

    [Fact]
    public void AnExpertThatKnowsIsBelieved()
    {
        byte[] secret = Samples.Make("random", 4000);
        using var alone = new ContextMixer(new ContextMixerOptions { Level = 3 });
        using var helped = new ContextMixer(new ContextMixerOptions { Level = 3, Experts = [new Oracle(secret)] });
        Assert.InRange(Cost(alone, secret), 3950, 4200);
        Assert.InRange(Cost(helped, secret), 0, 400);
        Assert.InRange(Cost(helped, secret), 0, 400);   // after Reset too
    }

    [Fact]
    public void MemoryIsWhatWasAnnounced()
    {
        for (int level = 1; level <= 9; level++)
        {
            foreach (int length in (int[])[1, 1000, 100_000])
            {
                using var model = new ContextMixer(new ContextMixerOptions { Level = level });
                foreach (BlockStructure structure in (BlockStructure[])
                    [new(BlockKind.Text), new(BlockKind.Binary), new(BlockKind.Rows, 9), new(BlockKind.Bilevel, 9), new(BlockKind.Ideographs), new(BlockKind.X86)])
                {
                    model.Reset(length, structure);
                    Assert.InRange(model.AllocatedMemory, 1, ContextMixer.WorkingMemory(level, length));
                }
                Assert.Equal(ContextMixer.WorkingMemory(level, length), model.AllocatedMemory);
            }
        }
    }

    [Fact]
    public void ArgumentsAreChecked()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ContextMixer(new ContextMixerOptions { Level = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ContextMixer(new ContextMixerOptions { Level = 10 }));
        using var model = new ContextMixer();
        Assert.Throws<ArgumentException>(() => model.Reset(10, new BlockStructure(BlockKind.Rows, 1)));
        Assert.Throws<ArgumentException>(() => model.Reset(10, new BlockStructure(BlockKind.Rows, 2000)));
        Assert.Throws<ArgumentException>(() => model.Reset(10, new BlockStructure((BlockKind)77)));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Reset(-1));
    }

    private static double Cost(ContextMixer model, byte[] data)
    {
        model.Reset(data.Length);
        double bits = 0;
        for (int i = 0; i < 8 * data.Length; i++)
        {
            int bit = data[i / 8] >> (7 - i % 8) & 1;
            double p = model.Probability / 4294967296.0;
            bits -= Math.Log2(bit == 1 ? p : 1 - p);
            model.Update(bit);
        }
        return bits / 8;
    }

    /// <summary>Knows the data, and is right nine times in ten bits; asks for two inputs, one of them silent.</summary>
    private sealed class Oracle(byte[] data) : IBitExpert
    {
        private int _bit;

        public int InputCount => 2;

        public void Reset(int length) => _bit = 0;

        public void Predict(Span<int> opinions)
        {
            opinions[0] = _bit >= 8 * data.Length ? 0 : (data[_bit / 8] >> (7 - _bit % 8) & 1) != 0 ? 5000 : -5000;
            opinions[1] = 0;
        }

        public void Update(int bit) => _bit++;
    }
}

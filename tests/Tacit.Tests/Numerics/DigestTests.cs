using Tacit.Numerics;

namespace Tacit.Tests.Numerics;

/// <summary>What selftest digests is the same bytes at every width, emulated ones included.</summary>
[Collection(AllWidths.Name)]
public class DigestTests
{
    private static readonly (string Name, Func<byte[]> Make)[] All =
    [
        ("products", NumericDigests.Products), ("functions", NumericDigests.Functions), ("layers", NumericDigests.Layers),
        ("attention", NumericDigests.Attentions), ("convolution", NumericDigests.Convolutions), ("random", NumericDigests.RandomNumbers),
        ("training", NumericDigests.Training), ("LSTM", Tacit.Learning.LearningDigests.Lstm),
        ("convolutional autoencoder", Tacit.Learning.LearningDigests.ConvolutionalAutoencoder),
    ];

    [Fact]
    public void TheWidthDoesNotShow()
    {
        foreach ((string name, Func<byte[]> make) in All)
        {
            byte[] expected = make();
            Assert.NotEmpty(expected);
            AllWidths.Run(lanes => Assert.True(expected.AsSpan().SequenceEqual(make()), $"{name} with {lanes} lanes"));
        }
    }

    [Fact]
    public void NothingDigestedIsNotANumber()
    {
        foreach ((string name, Func<byte[]> make) in All)
        {
            float[] values = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(make()).ToArray();
            Assert.True(values.All(v => !float.IsNaN(v)), name);
        }
    }
}

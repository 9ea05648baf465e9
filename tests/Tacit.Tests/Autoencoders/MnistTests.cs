using Tacit.Learning;
using Tacit.Media;
using Tacit.Media.DataSets;
using Tacit.Modeling.Autoencoders;
using Tacit.Modeling.Latents;
using Tacit.Numerics;
using Tacit.Tests.Support;

namespace Tacit.Tests.Autoencoders;

/// <summary>The bars on MNIST, by the settings of docs/MODELS.md; the test images are not learnt from. Takes some ten minutes of two cores.</summary>
public class MnistTests
{
    [DataFact, Trait("Category", "Slow")]
    public void ConvolutionsGiveTestImagesBackFarBetterThanAsManyPrincipalComponents()
    {
        ItemSet learnt = Read("train-images-idx3-ubyte.gz"), test = Read("t10k-images-idx3-ubyte.gz");
        int[] all = [.. Enumerable.Range(0, learnt.Count)], asked = [.. Enumerable.Range(0, test.Count)];
        using WorkPool workers = new(Environment.ProcessorCount);
        PrincipalComponents components = PrincipalComponents.Fit(Values(learnt), 784, 32, workers);
        double linear = Error(components.Reconstruct(components.Project(Values(test), workers), workers));
        Assert.InRange(linear, 0.0160, 0.0175);

        var options = new AutoencoderOptions { Shape = learnt.Shape };
        var model = new Autoencoder(new AutoencoderNetwork(options), learnt.Measure(all));
        model.Network.Initialize(1);
        (int[] training, int[] validation) = learnt.Split(0.02f, 1);
        new Trainer(new AutoencoderTask(model, learnt, training, learnt, validation, 64, default, 1)) { Workers = workers }
            .Run(new TrainingOptions { Steps = 7000, Rate = 2e-3f, Decay = 0f, Beta2 = 0.999f, LeastRate = 0.01f, ValidateEvery = 1000 });
        double error = Error(model.Reconstruct(test, asked, workers));
        Assert.True(error <= 0.006 && error <= 0.6 * linear, $"{error}, principal components {linear}");

        double Error(float[] back) => ItemErrors.SquaredErrors(test, new ItemScale(0f, 255f), asked, back).Average();
    }

    private static ItemSet Read(string name) => ItemReader.Read(
        [new DataFile(name, null, File.ReadAllBytes(Path.Combine(DataFactAttribute.Folder, "images", "mnist", name)))], new ItemOptions());

    private static float[] Values(ItemSet items)
    {
        float[] values = new float[items.Count * items.Shape.Size];
        for (int i = 0; i < items.Count; i++)
            items.CopyTo(i, new ItemScale(0f, 255f), values.AsSpan(i * items.Shape.Size, items.Shape.Size));
        return values;
    }
}

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
    private const double Linear = 0.0168;      // what PrincipalComponentsLeave finds, to four digits

    private static readonly ItemSet s_learnt = DataExists ? Read("train-images-idx3-ubyte.gz") : null!, s_test = DataExists ? Read("t10k-images-idx3-ubyte.gz") : null!;
    private static readonly int[] s_asked = DataExists ? [.. Enumerable.Range(0, s_test.Count)] : [];

    private static bool DataExists => Directory.Exists(DataFactAttribute.Folder);

    [DataFact, Trait("Category", "Slow")]
    public void PrincipalComponentsLeaveSoMuch()
    {
        using WorkPool workers = new(Environment.ProcessorCount);
        PrincipalComponents components = PrincipalComponents.Fit(Values(s_learnt), 784, 32, workers);
        Assert.Equal(Linear, Error(components.Reconstruct(components.Project(Values(s_test), workers), workers)), 0.0001);
    }

    [DataFact, Trait("Category", "Slow")]
    public void ConvolutionsGiveTestImagesBackFarBetter()
    {
        using WorkPool workers = new(Environment.ProcessorCount);
        Autoencoder model = Model();
        model.Network.Initialize(1);
        (int[] training, int[] validation) = s_learnt.Split(0.02f, 1);
        new Trainer(new AutoencoderTask(model, s_learnt, training, s_learnt, validation, 64, default, 1)) { Workers = workers }
            .Run(new TrainingOptions { Steps = 7000, Rate = 2e-3f, Decay = 0f, Beta2 = 0.999f, LeastRate = 0.01f, ValidateEvery = 1000 });
        Assert.InRange(Error(model.Reconstruct(s_test, s_asked, workers)), 0, Math.Min(0.006, 0.6 * Linear));
    }

    private static double Error(float[] back) => ItemErrors.SquaredErrors(Model(), s_test, s_asked, back).Average();

    private static Autoencoder Model() => new(new AutoencoderNetwork(new AutoencoderOptions { Shape = s_learnt.Shape }), new ItemScale(0f, 255f));

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

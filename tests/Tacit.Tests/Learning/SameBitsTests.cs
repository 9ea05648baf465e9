using Tacit.Learning;
using Tacit.Numerics;
using Tacit.Tests.Numerics;

namespace Tacit.Tests.Learning;

/// <summary>The same training gives the same weights, to the bit, at every vector width and number of threads.</summary>
[Collection(AllWidths.Name)]
public class SameBitsTests
{
    public static TheoryData<string> Models => ["perceptron", "recurrent", "autoencoder"];

    [Theory, MemberData(nameof(Models))]
    public void OfTraining(string name)
    {
        int steps = AllWidths.Emulated ? 1 : 5;
        float[] expected = Train(null);
        AllWidths.Run(lanes => Numbers.AssertSameBits(expected, Train(null), $"with {lanes} lanes"));
        foreach (int threads in (int[])[1, 2, 3])
        {
            using var pool = new WorkPool(threads);
            Numbers.AssertSameBits(expected, Train(pool), $"with {threads} threads");
        }

        float[] Train(WorkPool? pool)
        {
            var run = new TinyModels.Run(Make(name), pool);
            for (int i = 0; i < steps; i++)
                run.Step();
            return run.Weights;
        }
    }

    [Theory, MemberData(nameof(Models))]
    public void AndTheLossFalls(string name)
    {
        if (AllWidths.Emulated)
            return;
        var run = new TinyModels.Run(Make(name), null);
        float first = run.Step(), last = 0f;
        for (int i = 0; i < 60; i++)
            last = run.Step();
        Assert.True(last < 0.95f * first, $"{name}: from {first} to {last}");
    }

    private static Module Make(string name) => name switch
    {
        "perceptron" => new TinyModels.Perceptron(),
        "recurrent" => new TinyModels.Recurrent(),
        _ => new TinyModels.Autoencoder(),
    };
}

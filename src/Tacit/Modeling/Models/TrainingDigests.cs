using Tacit.Learning;
using Tacit.Learning.Safetensors;
using Tacit.Modeling.Transformers;
using Tacit.Numerics;

namespace Tacit.Modeling;

/// <summary>Short training runs, as the bytes of the models they make: for digests that must be the same on every machine.</summary>
/// <remarks>Small, because without fused multiply-add hardware a step costs a thousand times as much.</remarks>
public static class TrainingDigests
{
    /// <summary>A byte-level Transformer after 20 steps of AdamW, with grouped heads, rotary positions and dropout.</summary>
    public static byte[] Transformer()
    {
        var model = new Gpt(new GptOptions { Context = 7, Layers = 2, Columns = 8, Heads = 2, KeyHeads = 1, Hidden = 9, Dropout = 0.1f });
        model.Initialize(3);
        byte[] data = Data(200);
        Train(new GptTask(model, data.AsMemory(0, 180), data.AsMemory(180), batch: 2, validationWindows: 2, seed: 3));
        return Bytes(model);
    }

    private static void Train(ITrainingTask task) =>
        new Trainer(task).Run(new TrainingOptions { Steps = 20, Rate = 0.01f, Seed = 3, ValidateEvery = 10 });

    // Some bytes more likely after some than after others.
    private static byte[] Data(int length)
    {
        byte[] data = new byte[length];
        for (int i = 2; i < length; i++)
            data[i] = (byte)(97 + (data[i - 1] + data[i - 2] + Philox.Block(3, 0, (ulong)i).X % 3) % 20);
        return data;
    }

    private static byte[] Bytes(Module model)
    {
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, [], ModuleFile.Tensors(model));
        return stream.ToArray();
    }
}

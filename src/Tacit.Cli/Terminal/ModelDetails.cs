using System.Globalization;
using Tacit.Learning;
using Tacit.Learning.Safetensors;
using Tacit.Modeling;

namespace Tacit.Cli.Terminal;

/// <summary>What a model file says of itself.</summary>
internal static class ModelDetails
{
    /// <summary>Whether a file begins as safetensors files do: a length below 2^32 in eight bytes, and a brace.</summary>
    public static bool IsModel(Stream stream)
    {
        Span<byte> begin = stackalloc byte[9];
        stream.Position = 0;
        int read = stream.ReadAtLeast(begin, begin.Length, throwOnEndOfStream: false);
        stream.Position = 0;
        return read == begin.Length && begin[8] == (byte)'{' && !begin[4..8].ContainsAnyExcept((byte)0);
    }

    /// <summary>Shows kind, size and provenance, and with <paramref name="verbose"/> the tensors and the hash.</summary>
    public static void Show(string name, Stream stream, bool verbose)
    {
        using var model = new ModelFile(stream, leaveOpen: true);
        ModelKind? kind = ModelRegistry.Standard.Find(model.Kind);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Report.Printable(name)}: a model of the kind {Report.Printable(model.Kind)} ({kind?.Summary ?? "not known here"}), " +
            $"{model.ParameterCount:N0} parameters, {stream.Length:N0} bytes"));
        foreach ((string key, string value) in model.Metadata)
        {
            if (key is not (ModelFile.KindKey or ModelFile.VersionKey))
                Console.WriteLine($"  {Report.Printable(key)}: {Report.Printable(value)}");
        }
        if (Trainer.StepOf(model.Tensors) is { } step)
            Console.WriteLine($"  a checkpoint after step {step}: 'tacit train {Report.Printable(model.Kind)} … --resume' goes on");
        if (!verbose)
            return;
        Console.WriteLine($"  SHA-256 {model.Sha256}");
        foreach (SafetensorsEntry entry in model.Tensors.Entries)
            Console.WriteLine($"  {Report.Printable(entry.ToString())}");
    }
}

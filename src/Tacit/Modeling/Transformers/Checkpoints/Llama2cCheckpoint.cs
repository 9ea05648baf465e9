using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using Tacit.Learning;
using Tacit.Numerics;

namespace Tacit.Modeling.Transformers;

/// <summary>Checkpoints of karpathy/llama2.c in their first format: a header of seven numbers, then floats.</summary>
/// <remarks>
/// <code>
/// int32    columns, hidden, layers, heads, key heads, vocabulary (negative: the output layer is not tied), context
/// float32  embedding; then for all layers each: attention norm, query, key, value, output, feed-forward norm,
///          in, out, gated; final norm; cosines, sines (context, head size / 2), which readers pass over; output, if not tied
/// </code>
/// llama2.c turns neighbouring values of a head, Tacit values half a head apart; the rows of queries' and keys'
/// weights are put in the other order, which gives the same products. The tables of cosines and sines are computed anew when
/// written, and may differ from another program's in the last bits.
/// </remarks>
public static class Llama2cCheckpoint
{
    private const int HeaderLength = 7 * sizeof(int);

    /// <summary>What stands at the beginning of the format's later versions.</summary>
    private const int LaterMagic = 0x616B3432;

    /// <summary>The sizes a checkpoint has by its header, which its length must confirm.</summary>
    /// <param name="file">A stream that can seek; the checkpoint is all of it.</param>
    /// <exception cref="InvalidDataException">It is no checkpoint of this format, or cut short.</exception>
    public static GptOptions ReadOptions(Stream file)
    {
        ArgumentNullException.ThrowIfNull(file);
        Span<byte> header = stackalloc byte[HeaderLength];
        file.Position = 0;
        if (file.ReadAtLeast(header, HeaderLength, throwOnEndOfStream: false) < HeaderLength)
            throw Bad($"is cut short: it has {file.Length} bytes");
        Span<int> sizes = stackalloc int[7];
        for (int i = 0; i < sizes.Length; i++)
            sizes[i] = BinaryPrimitives.ReadInt32LittleEndian(header[(i * sizeof(int))..]);
        if (sizes[0] == LaterMagic)
            throw Bad("is of a later version than 0; llama2.c's export.py --version 0 makes one that can be read");
        bool tied = sizes[5] > 0;
        var settings = new Settings();
        Give("columns", sizes[0]);
        Give("hidden", sizes[1]);
        Give("layers", sizes[2]);
        Give("heads", sizes[3]);
        Give("key_heads", sizes[4]);
        Give("vocabulary", sizes[5] == int.MinValue ? 0 : Math.Abs(sizes[5]));
        Give("context", sizes[6]);
        settings.Give("tied_output", tied ? "true" : "false");
        GptOptions options;
        try
        {
            options = sizes[1] > 0 && sizes[4] > 0 ? GptModel.Options(settings) : throw new InvalidDataException("A size is not positive.");
            GptModel.CheckTables(options);
        }
        catch (InvalidDataException e)
        {
            throw Bad($"has sizes that cannot be: {e.Message}", e);
        }
        long expected = HeaderLength + sizeof(float) * (GptModel.ParameterCount(options) + (long)options.Context * (options.Columns / options.Heads));
        if (file.Length != expected)
            throw Bad($"has {file.Length} bytes, but its header describes {expected}; it is cut short, damaged or of another format");
        return options;

        void Give(string name, int value) => settings.Give(name, value.ToString(NumberFormatInfo.InvariantInfo));
    }

    /// <summary>Reads a checkpoint.</summary>
    /// <exception cref="InvalidDataException">It is no checkpoint of this format, cut short, or has values that are not finite.</exception>
    public static Gpt Read(Stream file)
    {
        GptOptions options = ReadOptions(file);
        Gpt model = Make(options);
        file.Position = HeaderLength;
        foreach (Part part in Parts(model))
        {
            Tensor values = part.Parameter.Value;
            ReadFloats(file, values.Span);
            if (NanGuard.FindNonFinite(values.Span) is int at and >= 0)
                throw Bad($"has a value that is not a finite number, at {at} of '{part.Parameter.Name}'");
            if (part.Turned)
                Reorder(values.Span, values.Shape[1], options.Columns / options.Heads, fromPairs: true);
            part.Parameter.Touch();
            if (part.BeforeTables)
                file.Position += sizeof(float) * (long)options.Context * (options.Columns / options.Heads);
        }
        return model;
    }

    /// <summary>Writes a checkpoint.</summary>
    /// <exception cref="InvalidDataException">The model is not of Llama's kind with llama2.c's constants.</exception>
    public static void Write(Stream file, Gpt model)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(model);
        GptOptions o = model.Options;
        if (o.Positions != PositionEncoding.Rope || o.Norm != NormKind.Rms || o.FeedForward != FeedForwardKind.SwiGlu
            || o.Biases != BiasKind.None || o.NormEpsilon != 1e-5f || o.RopeBase != 10000)
        {
            throw new InvalidDataException("llama2.c's format holds models with rope (base 10000), rms norm (epsilon 1e-5), swiglu " +
                "and no biases; this one is another.");
        }
        int headSize = o.Columns / o.Heads;
        Span<byte> header = stackalloc byte[HeaderLength];
        int[] sizes = [o.Columns, o.HiddenColumns, o.Layers, o.Heads, o.KeyHeadCount, o.TiedOutput ? o.Vocabulary : -o.Vocabulary, o.Context];
        for (int i = 0; i < sizes.Length; i++)
            BinaryPrimitives.WriteInt32LittleEndian(header[(i * sizeof(int))..], sizes[i]);
        file.Write(header);
        var rotary = new RotaryTable(o.Context, headSize, o.RopeBase);
        foreach (Part part in Parts(model))
        {
            ReadOnlySpan<float> values = part.Parameter.Value.Span;
            if (part.Turned)
            {
                float[] turned = values.ToArray();
                Reorder(turned, part.Parameter.Shape[1], headSize, fromPairs: false);
                values = turned;
            }
            WriteFloats(file, values);
            if (part.BeforeTables)
            {
                WriteFloats(file, rotary.Cosines);
                WriteFloats(file, rotary.Sines);
            }
        }
    }

    private static Gpt Make(GptOptions options)
    {
        try
        {
            return new Gpt(options);
        }
        catch (Exception e) when (e is ArgumentException or OverflowException)
        {
            throw Bad($"has sizes that do not do: {e.Message}", e);
        }
    }

    // The parameters in the order of the file.
    private static IEnumerable<Part> Parts(Gpt model)
    {
        var byName = model.Parameters.ToDictionary(p => p.Name, StringComparer.Ordinal);
        yield return new Part(byName["tokens.weight"]);
        foreach (string name in (string[])["attention_norm", "attention.query", "attention.key", "attention.value", "attention.output",
            "feed_forward_norm", "feed_forward.in", "feed_forward.out", "feed_forward.gated"])
        {
            for (int layer = 0; layer < model.Options.Layers; layer++)
                yield return new Part(byName[$"blocks.{layer}.{name}.weight"], Turned: name is "attention.query" or "attention.key");
        }
        yield return new Part(byName["norm.weight"], BeforeTables: true);
        if (!model.Options.TiedOutput)
            yield return new Part(byName["output.weight"]);
    }

    // Row 2i of a head becomes row i, row 2i + 1 row i + D / 2; or back.
    private static void Reorder(Span<float> weight, int columns, int headSize, bool fromPairs)
    {
        float[] head = new float[headSize * columns];
        for (int at = 0; at < weight.Length; at += head.Length)
        {
            Span<float> rows = weight.Slice(at, head.Length);
            rows.CopyTo(head);
            for (int pair = 0; pair < headSize; pair++)
            {
                int half = pair / 2 + pair % 2 * (headSize / 2);
                (int from, int to) = fromPairs ? (pair, half) : (half, pair);
                head.AsSpan(from * columns, columns).CopyTo(rows[(to * columns)..]);
            }
        }
    }

    private static void ReadFloats(Stream file, Span<float> values)
    {
        try
        {
            for (; !values.IsEmpty; values = values[Math.Min(values.Length, 1 << 24)..])
                file.ReadExactly(MemoryMarshal.AsBytes(values[..Math.Min(values.Length, 1 << 24)]));
        }
        catch (EndOfStreamException e)
        {
            throw Bad("has become shorter since it was opened", e);
        }
    }

    private static void WriteFloats(Stream file, ReadOnlySpan<float> values)
    {
        for (; !values.IsEmpty; values = values[Math.Min(values.Length, 1 << 24)..])
            file.Write(MemoryMarshal.AsBytes(values[..Math.Min(values.Length, 1 << 24)]));
    }

    private static InvalidDataException Bad(string what, Exception? cause = null) => new($"The llama2.c checkpoint {what}.", cause);

    private readonly record struct Part(Parameter Parameter, bool Turned = false, bool BeforeTables = false);
}

using Tacit.Learning;
using Tacit.Numerics;

namespace Tacit.Modeling.Transformers;

/// <summary>A trained <see cref="Gpt"/> laid out for prediction alone: products that share an input are one, weights may have eight bits.</summary>
/// <remarks>
/// Read-only, so that any number of <see cref="GptSequence"/>s may use it at a time. With weights as they are, logits are the
/// bits that <see cref="Gpt.Forward"/> gives; with eight bits they are others, but still the same on every machine and
/// whatever rows are computed together.
/// </remarks>
public sealed class GptServing : IDisposable
{
    /// <summary>Copies a model's weights.</summary>
    /// <param name="model">The model, which is not needed after.</param>
    /// <param name="quantised">True for weights in eight bits, a scale for each output (<see cref="Int8Matrix"/>).</param>
    public GptServing(Gpt model, bool quantised)
    {
        ArgumentNullException.ThrowIfNull(model);
        Options = model.Options;
        IsQuantised = quantised;
        var parameters = model.Parameters.ToDictionary(p => p.Name, StringComparer.Ordinal);
        int columns = Options.Columns;
        Tokens = Values("tokens.weight");
        Positions = Options.Positions switch
        {
            PositionEncoding.Learned => Values("positions.weight"),
            PositionEncoding.Sinusoidal => Sinusoids.Table(Options.Context, columns).Span.ToArray(),
            _ => [],
        };
        Rope = Options.Positions == PositionEncoding.Rope ? new RotaryTable(Places, columns / Options.Heads, Options.RopeBase) : null;
        Blocks = new Block[Options.Layers];
        bool gated = Options.FeedForward == FeedForwardKind.SwiGlu;
        for (int i = 0; i < Blocks.Length; i++)
        {
            string attention = $"blocks.{i}.attention", feedForward = $"blocks.{i}.feed_forward";
            Blocks[i] = new Block
            {
                AttentionNorm = NormOf($"{attention}_norm"),
                QueryKeyValue = Join($"{attention}.query", $"{attention}.key", $"{attention}.value"),
                AttentionOutput = Join($"{attention}.output"),
                FeedForwardNorm = NormOf($"{feedForward}_norm"),
                In = gated ? Join($"{feedForward}.in", $"{feedForward}.gated") : Join($"{feedForward}.in"),
                Out = Join($"{feedForward}.out"),
            };
        }
        Norm = NormOf("norm");
        Output = Join(Options.TiedOutput ? "tokens" : "output");

        float[] Values(string name) => parameters.TryGetValue(name, out Parameter? p) ? p.Value.Span.ToArray() : [];

        (float[] Gain, float[] Bias) NormOf(string name) => (Values($"{name}.weight"), Values($"{name}.bias"));

        // Layers with the same input, one after another in their outputs.
        ServingMatrix Join(params string[] names)
        {
            float[] weights = [.. names.SelectMany(name => Values($"{name}.weight"))], bias = [.. names.SelectMany(name => Values($"{name}.bias"))];
            int inputs = parameters[$"{names[0]}.weight"].Shape[1];
            return new ServingMatrix(new Matrix(weights, weights.Length / inputs, inputs).Transposed, bias, quantised);
        }
    }

    /// <summary>The sizes.</summary>
    public GptOptions Options { get; }

    /// <summary>Whether the weights have eight bits.</summary>
    public bool IsQuantised { get; }

    /// <summary>Bytes of memory a model of these sizes takes, about.</summary>
    public static long Memory(GptOptions options, bool quantised)
    {
        ArgumentNullException.ThrowIfNull(options);
        long table = (long)options.Vocabulary * options.Columns, tables = (long)PlacesOf(options) * options.Columns / (options.Positions == PositionEncoding.Rope ? options.Heads : 1);
        return sizeof(float) * (table + tables) + (quantised ? 1 : sizeof(float)) * (GptModel.ParameterCount(options) + table) + (1 << 16);
    }

    /// <summary>Positions there are: with rotary ones, where only distances count, <see cref="Turns"/> windows of them.</summary>
    public int Places => PlacesOf(Options);

    /// <summary>Windows a stream goes through with rotary positions before it must begin again.</summary>
    public const int Turns = 16;

    internal static int PlacesOf(GptOptions options) => options.Positions == PositionEncoding.Rope ? Turns * options.Context : options.Context;

    internal float[] Tokens { get; }            // (V, C)

    internal float[] Positions { get; }         // (positions, C), or empty

    internal RotaryTable? Rope { get; }

    internal Block[] Blocks { get; }

    internal (float[] Gain, float[] Bias) Norm { get; }

    internal ServingMatrix Output { get; }

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        foreach (Block block in Blocks)
        {
            block.QueryKeyValue.Dispose();
            block.AttentionOutput.Dispose();
            block.In.Dispose();
            block.Out.Dispose();
        }
        Output.Dispose();
    }

    internal sealed class Block
    {
        public required (float[] Gain, float[] Bias) AttentionNorm { get; init; }
        public required ServingMatrix QueryKeyValue { get; init; }
        public required ServingMatrix AttentionOutput { get; init; }
        public required (float[] Gain, float[] Bias) FeedForwardNorm { get; init; }
        public required ServingMatrix In { get; init; }
        public required ServingMatrix Out { get; init; }
    }
}

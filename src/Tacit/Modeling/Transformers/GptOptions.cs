using Tacit.Numerics;

namespace Tacit.Modeling.Transformers;

/// <summary>How a GPT knows where a token stands.</summary>
public enum PositionEncoding
{
    /// <summary>Queries and keys are turned by their position (Su et al. 2021).</summary>
    Rope,

    /// <summary>A learnt row per position is added.</summary>
    Learned,

    /// <summary>Sines and cosines of the position are added (Vaswani et al. 2017).</summary>
    Sinusoidal,
}

/// <summary>The norm before each part of a block.</summary>
public enum NormKind
{
    /// <summary>Root-mean-square norm.</summary>
    Rms,

    /// <summary>Layer norm.</summary>
    Layer,
}

/// <summary>The feed-forward part of a block.</summary>
public enum FeedForwardKind
{
    /// <summary>Gated with SiLU (Shazeer 2020).</summary>
    SwiGlu,

    /// <summary>GELU.</summary>
    Gelu,

    /// <summary>GELU's approximation with tanh, as in GPT-2.</summary>
    GeluTanh,

    /// <summary>ReLU.</summary>
    Relu,
}

/// <summary>Which linear layers have biases.</summary>
public enum BiasKind
{
    /// <summary>None.</summary>
    None,

    /// <summary>All.</summary>
    All,

    /// <summary>Those of the attention.</summary>
    Attention,

    /// <summary>Those that make queries, keys and values.</summary>
    QueryKeyValue,
}

/// <summary>The sizes and variants of a <see cref="Gpt"/>.</summary>
public sealed record GptOptions
{
    /// <summary>Tokens there are.</summary>
    public int Vocabulary { get; init; } = 256;

    /// <summary>Tokens the model sees at most: the window.</summary>
    public int Context { get; init; } = 256;

    /// <summary>Blocks.</summary>
    public int Layers { get; init; } = 4;

    /// <summary>Columns of the residual stream.</summary>
    public int Columns { get; init; } = 128;

    /// <summary>Heads of the queries.</summary>
    public int Heads { get; init; } = 4;

    /// <summary>Heads of keys and values; 0 for as many as of the queries.</summary>
    public int KeyHeads { get; init; }

    /// <summary>Columns inside a feed-forward part; 0 for 4 times the model's, with a gate 8/3 times, rounded up to a multiple of 32.</summary>
    public int Hidden { get; init; }

    /// <summary>How the model knows where a token stands.</summary>
    public PositionEncoding Positions { get; init; }

    /// <summary>The norm before each part.</summary>
    public NormKind Norm { get; init; }

    /// <summary>The feed-forward part.</summary>
    public FeedForwardKind FeedForward { get; init; }

    /// <summary>Which linear layers have biases; the output layer never has one.</summary>
    public BiasKind Biases { get; init; }

    /// <summary>Dropout of the residual branches and of the embedding, in training.</summary>
    public float Dropout { get; init; }

    /// <summary>ε of the norms.</summary>
    public float NormEpsilon { get; init; } = 1e-5f;

    /// <summary>The base of the rotary frequencies.</summary>
    public float RopeBase { get; init; } = 10000;

    /// <summary>Whether the output layer is the embedding's table.</summary>
    public bool TiedOutput { get; init; } = true;

    /// <summary>
    /// Whether training keeps of each block only what went in and computes the rest again in the backward pass: the same
    /// bits in less memory, for a third more time (<see cref="Learning.Tape.Recompute"/>).
    /// </summary>
    public bool Recompute { get; init; }

    /// <summary>What is wrong with the sizes; null if nothing is.</summary>
    internal string? Mistake()
    {
        if (Vocabulary < 1 || Context < 1 || Layers < 1 || Columns < 1 || Heads < 1)
            return $"Vocabulary ({Vocabulary}), context ({Context}), layers ({Layers}), columns ({Columns}) and heads ({Heads}) are at least 1.";
        if (KeyHeads < 0 || Hidden < 0)
            return $"'key_heads' ({KeyHeads}) and 'hidden' ({Hidden}) are not negative.";
        if (Columns % Heads != 0 || Heads % KeyHeadCount != 0)
            return $"'heads' ({Heads}) divides 'columns' ({Columns}), and 'key_heads' ({KeyHeadCount}) divides 'heads'.";
        if (Positions == PositionEncoding.Rope && Columns / Heads % 2 != 0)
            return $"With rotary positions a head's columns are even, not {Columns / Heads} ('columns' / 'heads').";
        return null;
    }

    internal Activation Activation => FeedForward switch
    {
        FeedForwardKind.SwiGlu => Activation.Silu,
        FeedForwardKind.Gelu => Activation.Gelu,
        FeedForwardKind.GeluTanh => Activation.GeluTanh,
        _ => Activation.Relu,
    };

    internal int KeyHeadCount => KeyHeads == 0 ? Heads : KeyHeads;

    internal int HiddenColumns => Hidden > 0 ? Hidden : FeedForward == FeedForwardKind.SwiGlu ? (8 * Columns / 3 + 31) / 32 * 32 : 4 * Columns;
}

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

    /// <summary>ReLU.</summary>
    Relu,
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

    /// <summary>Whether linear layers have biases.</summary>
    public bool Bias { get; init; }

    /// <summary>Dropout of the residual branches and of the embedding, in training.</summary>
    public float Dropout { get; init; }

    /// <summary>ε of the norms.</summary>
    public float NormEpsilon { get; init; } = 1e-5f;

    /// <summary>The base of the rotary frequencies.</summary>
    public double RopeBase { get; init; } = 10000;

    /// <summary>Whether the output layer is the embedding's table.</summary>
    public bool TiedOutput { get; init; } = true;

    internal Activation Activation => FeedForward switch
    {
        FeedForwardKind.SwiGlu => Activation.Silu,
        FeedForwardKind.Gelu => Activation.Gelu,
        _ => Activation.Relu,
    };

    internal int HiddenColumns => Hidden > 0 ? Hidden : FeedForward == FeedForwardKind.SwiGlu ? (8 * Columns / 3 + 31) / 32 * 32 : 4 * Columns;
}

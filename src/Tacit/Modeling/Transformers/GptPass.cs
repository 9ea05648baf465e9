using Tacit.Numerics;
using Tacit.Numerics.Elementary;
using Tacit.Numerics.Lanes;

namespace Tacit.Modeling.Transformers;

/// <summary>Tokens on their way through a <see cref="GptServing"/> model: what <see cref="GptSequence.Take"/> does, at one vector width.</summary>
/// <remarks>
/// It calls kernels on the memory of the sequence as they are. Through their public faces (spans, checks, the choice of a width,
/// threads) a single token would spend a third of its time between them.
/// </remarks>
internal unsafe struct GptPass : IKernel
{
    public GptServing Model;
    public AttentionCache[] Caches;

    /// <summary>The residual stream (R, C), which begins as the embedding.</summary>
    public float* X;

    /// <summary>What products read (R, C or hidden columns) and write (R, widest), and what is added to x (R, C).</summary>
    public float* H, Wide, Y;

    /// <summary>For norms (R).</summary>
    public float* Scale, Mean;

    /// <summary>The results (<see cref="Wanted"/>, V), of the last rows.</summary>
    public float* Logits;

    public int Rows, Wanted, Position;

    private readonly int Columns => Model.Options.Columns;

    private readonly int KeyColumns => Columns / Model.Options.Heads * Model.Options.KeyHeadCount;

    public readonly void Run<L, V>()
        where L : struct, ILanes<V>
        where V : struct
    {
        if (Model.Positions.Length > 0)
            Place<L, V>();
        for (int i = 0; i < Caches.Length; i++)
        {
            Attend<L, V>(Model.Blocks[i], Caches[i]);
            FeedForward<L, V>(Model.Blocks[i]);
        }
        Normalise<L, V>(Model.Norm, X + (nint)(Rows - Wanted) * Columns, H, Wanted);
        Model.Output.Multiply<L, V>(H, Wanted, Logits);
    }

    private readonly void Place<L, V>()
        where L : struct, ILanes<V>
        where V : struct
    {
        int count = Rows * Columns;
        // Vaswani et al.: beside sinusoids the embedding is multiplied by the root of its columns.
        if (Model.Options.Positions == PositionEncoding.Sinusoidal)
            MapWith<ScaledValue>.Over<L, V>(X, X, MathF.Sqrt(Columns), X, count);
        fixed (float* positions = Model.Positions)
            Map2<Sum2>.Over<L, V>(X, positions + (nint)Position * Columns, X, count);
    }

    private readonly void Attend<L, V>(GptServing.Block block, AttentionCache cache)
        where L : struct, ILanes<V>
        where V : struct
    {
        GptOptions options = Model.Options;
        int columns = Columns, keys = KeyColumns, width = columns + 2 * keys;
        Normalise<L, V>(block.AttentionNorm, X, H, Rows);
        block.QueryKeyValue.Multiply<L, V>(H, Rows, Wide);
        Model.Rope?.Turn<L, V>(Wide, Rows, (columns + keys) / Model.Rope.HeadSize, width, Position);    // queries and keys: heads of one size
        cache.Append(0, Wide + columns, width, Wide + columns + keys, width, Rows);
        cache.Attend(1f / MathF.Sqrt(columns / options.Heads), Wide, width, options.Heads, H, Rows);
        block.AttentionOutput.Multiply<L, V>(H, Rows, Y);
        Map2<Sum2>.Over<L, V>(X, Y, X, Rows * columns);
    }

    private readonly void FeedForward<L, V>(GptServing.Block block)
        where L : struct, ILanes<V>
        where V : struct
    {
        GptOptions options = Model.Options;
        int hidden = options.HiddenColumns;
        bool gated = options.FeedForward == FeedForwardKind.SwiGlu;
        int width = gated ? 2 * hidden : hidden;
        Normalise<L, V>(block.FeedForwardNorm, X, H, Rows);
        block.In.Multiply<L, V>(H, Rows, Wide);
        for (nint r = 0; r < Rows; r++)
        {
            float* row = Wide + r * width, target = H + r * hidden;
            Activations.Apply<L, V>(options.Activation, row, target, hidden);
            if (gated)
                Map2<FlooredProduct<Times>>.Over<L, V>(target, row + hidden, target, hidden);
        }
        block.Out.Multiply<L, V>(H, Rows, Y);
        Map2<Sum2>.Over<L, V>(X, Y, X, Rows * Columns);
    }

    private readonly void Normalise<L, V>((float[] Gain, float[] Bias) norm, float* x, float* y, int rows)
        where L : struct, ILanes<V>
        where V : struct
    {
        fixed (float* gain = norm.Gain, bias = norm.Bias)
        {
            var kernel = new NormForward
            {
                X = x,
                Y = y,
                Gain = gain,
                Bias = Model.Options.Norm == NormKind.Layer ? bias : null,
                Mean = Mean,
                Scale = Scale,
                Epsilon = Model.Options.NormEpsilon,
                Columns = Columns,
            };
            kernel.Run<L, V>(0, rows);
        }
    }
}

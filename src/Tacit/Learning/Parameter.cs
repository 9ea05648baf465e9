using Tacit.Numerics;

namespace Tacit.Learning;

/// <summary>A tensor that is learnt: what optimisers change and model files hold.</summary>
/// <remarks>Its memory is its own. The gradient adds up over backward passes until <see cref="ZeroGradient"/>.</remarks>
public sealed class Parameter : Variable
{
    private readonly Initializer _initializer;
    private readonly Lock _packing = new();
    private PackedMatrix? _packed, _packedTransposed;
    private int _packedVersion = -1, _packedTransposedVersion = -1;

    /// <summary>A parameter of zeros until <see cref="Initialize"/>.</summary>
    /// <param name="name">Its name within its module, in the usual words of PyTorch: weight, bias.</param>
    /// <param name="initializer">What it begins with.</param>
    /// <param name="sizes">Its shape.</param>
    public Parameter(string name, Initializer initializer, params ReadOnlySpan<int> sizes)
        : base(Tensor.Zeros(sizes), needsGradient: true)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
        _initializer = initializer;
    }

    /// <summary>The name: within the module that made it, and the path through all modules once those are joined.</summary>
    public string Name { get; internal set; }

    /// <summary>The outermost module it belongs to; null before it is added to one.</summary>
    internal Module? Owner { get; set; }

    /// <summary>Whether AdamW's weight decay applies: to matrices and tables, not to biases and gains.</summary>
    public bool Decays => Shape.Rank > 1;

    /// <summary>Counts the changes of the value, for copies of it in another layout.</summary>
    public int Version { get; private set; }

    /// <summary>Whether optimisers change it; true by default.</summary>
    public bool IsTrained
    {
        get => NeedsGradient;
        set => NeedsGradient = value;
    }

    /// <summary>Fills the value from a seed and the parameter's number in its model.</summary>
    public void Initialize(ulong seed, int number)
    {
        _initializer.Fill(Value.Span, seed, (ulong)number);
        Touch();
    }

    /// <summary>Says that the value was changed; whoever writes to it calls this after.</summary>
    public void Touch() => Version++;

    /// <summary>Forgets the gradient.</summary>
    public void ZeroGradient() => ClearGradient();

    /// <summary>Floats of the packed copies there are, about: without what fills their last panels.</summary>
    internal long PackedCount => (_packed is null ? 0L : Shape.Count) + (_packedTransposed is null ? 0L : Shape.Count);

    /// <summary>The transpose of a matrix, packed for products; made again when the value has changed.</summary>
    internal PackedMatrix PackedTransposed(WorkPool? workers) => Packed(ref _packedTransposed, ref _packedTransposedVersion, true, workers);

    /// <summary>A matrix packed for products; made again when the value has changed.</summary>
    internal PackedMatrix Packed(WorkPool? workers) => Packed(ref _packed, ref _packedVersion, false, workers);

    private PackedMatrix Packed(ref PackedMatrix? packed, ref int version, bool transposed, WorkPool? workers)
    {
        if (Volatile.Read(ref version) == Version)
            return packed!;
        lock (_packing)     // a trained model is shared by threads that read it
        {
            Matrix matrix = transposed ? Value.AsMatrix.Transposed : Value.AsMatrix;
            packed ??= new PackedMatrix(matrix.Rows, matrix.Columns);
            if (version != Version)
                packed.Pack(matrix, workers);
            Volatile.Write(ref version, Version);
            return packed;
        }
    }

    private protected override Tensor MakeGradient(Tape tape)
    {
        Span<int> sizes = stackalloc int[Shape.Rank];
        for (int axis = 0; axis < sizes.Length; axis++)
            sizes[axis] = Shape[axis];
        return Tensor.Zeros(sizes);
    }
}

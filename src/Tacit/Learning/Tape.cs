using Tacit.Numerics;

namespace Tacit.Learning;

/// <summary>Records a computation as it runs, and runs it backwards: reverse-mode differentiation.</summary>
/// <remarks>
/// <para>
/// A step is: operations on variables, <see cref="Backward(Variable)"/> from the loss, the optimiser, <see cref="Reset"/>. All
/// memory is the tape's pool, so that steps of the same shapes allocate no tensors after the first. Not thread-safe; the
/// kernels share their work among <see cref="Workers"/>.
/// </para>
/// <para>
/// Contributions to a gradient are added in the reverse order of the operations, whatever the number of threads. Values
/// and gradients go back to the pool as soon as the backward pass has used them. Source: Baydin et al., "Automatic
/// differentiation in machine learning: a survey", 2018, section 3.2.
/// </para>
/// </remarks>
public sealed class Tape
{
    private readonly List<Operation> _operations = [];
    private List<Variable>? _passing;

    /// <summary>An empty tape.</summary>
    /// <param name="workers">Threads the kernels share their work among; the caller alone if null.</param>
    /// <param name="memory">Memory to use, this tape's alone, since <see cref="Reset"/> takes all of it back; a new pool if null.</param>
    public Tape(WorkPool? workers = null, TensorPool? memory = null)
    {
        Workers = workers;
        Memory = memory ?? new TensorPool();
    }

    /// <summary>Where values and gradients lie.</summary>
    public TensorPool Memory { get; }

    /// <summary>Threads the kernels use; null for the caller alone.</summary>
    public WorkPool? Workers { get; }

    /// <summary>False to compute values only: nothing is kept for a backward pass.</summary>
    public bool IsRecording { get; set; } = true;

    /// <summary>Whether layers behave as in training: dropout drops.</summary>
    public bool IsTraining { get; set; }

    /// <summary>The key of all random numbers drawn by operations.</summary>
    public ulong Seed { get; set; }

    /// <summary>The number of the stream the next random operation draws from; <see cref="Reset"/> leaves it.</summary>
    public ulong NextStream { get; set; }

    /// <summary>Checks every value as it is made; slow, to find where something went wrong.</summary>
    public bool ChecksValues { get; set; }

    /// <summary>Operations recorded since the last <see cref="Reset"/>.</summary>
    public int Count => _operations.Count;

    /// <summary>A variable for an input: memory of the caller's, which it keeps unchanged until <see cref="Reset"/>.</summary>
    /// <param name="value">The value.</param>
    /// <param name="needsGradient">True to have its gradient after the backward pass.</param>
    public static Variable Input(Tensor value, bool needsGradient = false) => new(value, needsGradient) { IsView = true };

    /// <summary>Whether an operation on these must keep what its backward pass needs.</summary>
    public bool Needs(Variable x) => IsRecording && x.NeedsGradient;

    /// <inheritdoc cref="Needs(Variable)"/>
    public bool Needs(Variable x, Variable? y) => IsRecording && (x.NeedsGradient || y is { NeedsGradient: true });

    /// <inheritdoc cref="Needs(Variable)"/>
    public bool Needs(Variable x, Variable? y, Variable? z) => IsRecording && (x.NeedsGradient || y is { NeedsGradient: true } || z is { NeedsGradient: true });

    /// <summary>A value no gradient flows through: the result of an operation with nothing to record.</summary>
    /// <param name="value">Rented from <see cref="Memory"/>, or with <paramref name="isView"/> another variable's.</param>
    /// <param name="isView">True if the memory is another variable's.</param>
    public Variable Constant(Tensor value, bool isView = false)
    {
        if (ChecksValues)
            value.CheckFinite(Describe(null));
        var constant = new Variable(value, needsGradient: false) { IsView = isView };
        _passing?.Add(constant);
        return constant;
    }

    /// <summary>The result of an operation, which is recorded.</summary>
    /// <param name="operation">The operation, with what it keeps.</param>
    /// <param name="value">Rented from <see cref="Memory"/>, or with <paramref name="isView"/> another variable's.</param>
    /// <param name="isView">True if the memory is another variable's.</param>
    /// <exception cref="ArithmeticException"><see cref="ChecksValues"/> is set and a value is not finite.</exception>
    public Variable Record(Operation operation, Tensor value, bool isView = false)
    {
        ArgumentNullException.ThrowIfNull(operation);
        if (ChecksValues)
            value.CheckFinite(Describe(operation));
        operation.Output = new Variable(value, needsGradient: true) { IsView = isView };
        _operations.Add(operation);
        return operation.Output;
    }

    /// <summary>Computes the gradients of a loss with respect to all parameters and inputs that need one.</summary>
    /// <param name="loss">One value. Its operations are used up: a second backward pass needs a second forward pass.</param>
    /// <exception cref="ArgumentException">The loss has several values, or nothing it was made from needs a gradient.</exception>
    public void Backward(Variable loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        if (loss.Shape.Count != 1)
            throw new ArgumentException($"Backward: a loss of shape {loss.Shape}; it must be one value.");
        if (!loss.NeedsGradient)
            throw new ArgumentException("Backward: nothing that needs a gradient went into the loss.");
        float value = loss.Value.Span[0];
        Tensor one = Memory.Rent(loss.Shape);
        one.Span[0] = 1f;
        Backward(loss, one, 0);
        LastLoss = value;
    }

    /// <summary>The loss of the last <see cref="Backward(Variable)"/>.</summary>
    public float LastLoss { get; private set; }

    /// <summary>Computes a value and keeps nothing of the way: the backward pass computes it again.</summary>
    /// <param name="x">What goes in.</param>
    /// <param name="body">
    /// The computation, a function of its argument and of parameters. Run again it draws the same random numbers.
    /// </param>
    /// <remarks>
    /// Memory for one such part at a time, for a third more time. Chen, Xu, Zhang and Guestrin, "Training deep nets with
    /// sublinear memory cost", 2016.
    /// </remarks>
    public Variable Recompute(Variable x, Func<Variable, Variable> body)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(body);
        if (!IsRecording)
            return body(x);
        ulong stream = NextStream;
        List<Variable>? outer = _passing;
        _passing = [];
        IsRecording = false;
        try
        {
            Variable y = body(Input(x.Value));
            Tensor value = y.Value;
            if (y.IsView)
            {
                // What it is a view of goes back now.
                value = Memory.Rent(y.Shape);
                value.CopyFrom(y.Value);
            }
            foreach (Variable passing in _passing)
            {
                if (passing != y)
                    passing.Release(this);
            }
            return Record(new Recomputation(x, body, stream), value);
        }
        finally
        {
            IsRecording = true;
            _passing = outer;
        }
    }

    /// <summary>Forgets the computation and takes back all memory.</summary>
    public void Reset()
    {
        _operations.Clear();
        Memory.ReturnAll();
    }

    // The pass from a variable whose gradient is known, whose memory it takes, down to the operation numbered first.
    private void Backward(Variable output, Tensor gradient, int first)
    {
        output.TakeGradient(this, gradient);
        while (_operations.Count > first)
        {
            Operation operation = _operations[^1];
            _operations.RemoveAt(_operations.Count - 1);
            if (!operation.Output.Gradient.IsEmpty)
                operation.Backward(this);
            operation.Output.Release(this);
        }
    }

    private string Describe(Operation? operation)
    {
        for (int i = _operations.Count; i >= 0; i--)
        {
            Operation? at = i == _operations.Count ? operation : _operations[i];
            if (at?.Weights is { } weights)
                return i == _operations.Count ? $"The result at '{weights.Name}'" : $"A result after '{weights.Name}'";
        }
        return "A result before the first parameter";
    }

    private sealed class Recomputation(Variable x, Func<Variable, Variable> body, ulong stream) : Operation
    {
        public override void Backward(Tape tape)
        {
            ulong next = tape.NextStream;
            tape.NextStream = stream;
            int first = tape.Count;
            Variable input = Input(x.Value, x.NeedsGradient);
            List<Variable>? outer = tape._passing;
            tape._passing = [];
            Variable y = body(input);
            List<Variable> passing = tape._passing;
            tape._passing = outer;
            tape.NextStream = next;
            if (y.NeedsGradient)
                tape.Backward(y, Output.GiveGradient(), first);
            if (!input.Gradient.IsEmpty)
                x.TakeGradient(tape, input.GiveGradient());
            foreach (Variable constant in passing)
                constant.Release(tape);
        }
    }
}

using Tacit.Coding;
using Tacit.Modeling.ContextMixing;

namespace Tacit.Modeling.LanguageModels;

/// <summary>A byte-level language model's opinion of each bit, for a <see cref="ContextMixer"/>.</summary>
/// <remarks>
/// A byte's frequencies (<see cref="LogitFrequencies"/>) are summed over the bytes that go on with a 1 and with a 0: whole
/// numbers, whose logarithms are looked up. Bytes come highest bit first.
/// </remarks>
public sealed class LanguageModelExpert : IBitExpert, IDisposable
{
    private const int TotalBits = 22, Bytes = 256;

    private readonly SequencePredictor _predictor;
    private readonly int[] _ahead;                  // bytes to come that are known
    private readonly float[] _terms = new float[Bytes];
    private readonly uint[] _frequencies = new uint[Bytes];
    private readonly uint[] _starts = new uint[Bytes + 1];
    private readonly float[] _logits;               // of rows computed at once
    private int _aheadCount, _aheadUsed, _rowCount, _rowsUsed;
    private int _partial = 1, _bits;
    private long _cost;                             // of the bytes that came, in nats · 2^16

    /// <summary>An expert.</summary>
    /// <param name="model">A model of 256 tokens, the bytes; it must not be disposed before this.</param>
    /// <param name="rows">Most bytes computed at a time, where they are known.</param>
    /// <param name="ahead">Most bytes that are told at a time.</param>
    /// <exception cref="ArgumentException">The model is of other tokens.</exception>
    public LanguageModelExpert(Transformers.GptServing model, int rows, int ahead)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.Options.Vocabulary != Bytes)
            throw new ArgumentException($"A model of {model.Options.Vocabulary} tokens does not foresee bytes.", nameof(model));
        _predictor = new SequencePredictor(model, '\n', rows);
        _ahead = new int[ahead];
        _logits = new float[rows * Bytes];
    }

    /// <summary>False to have no opinion and learn nothing, which costs no time; true unless set.</summary>
    public bool IsActive { get; set; } = true;

    /// <inheritdoc/>
    public string Name => "language model";

    /// <inheritdoc/>
    public int InputCount => 2;

    /// <summary>Bytes that the model by itself would have taken for those that came since <see cref="Reset"/>, rounded up; 0 if it was not asked.</summary>
    internal long Cost => (_cost + 8 * LogRatio.Ln2 - 1) / (8 * LogRatio.Ln2);

    /// <summary>Bytes of memory an expert takes, about.</summary>
    public static long Memory(Transformers.GptOptions options, int rows, int ahead) =>
        SequencePredictor.Memory(options, rows) + sizeof(float) * (long)Bytes * (rows + 4) + sizeof(int) * (long)ahead;

    /// <inheritdoc/>
    public void Reset(int length)
    {
        (_aheadCount, _aheadUsed, _rowCount, _rowsUsed) = (0, 0, 0, 0);
        (_partial, _bits, _cost) = (1, 0, 0);
        if (IsActive)
            Foresee(_predictor.Reset());
    }

    /// <summary>Tells the bytes to come, of which those told before are over: many are computed faster at a time than one by one, to the same bits.</summary>
    public void Tell(ReadOnlySpan<byte> bytes)
    {
        for (int i = 0; i < bytes.Length; i++)
            _ahead[i] = bytes[i];
        (_aheadCount, _aheadUsed, _rowCount, _rowsUsed) = (bytes.Length, 0, 0, 0);
    }

    /// <inheritdoc/>
    public void Predict(Span<int> opinions)
    {
        if (!IsActive)
            return;
        int half = 128 >> _bits, low = (_partial << (8 - _bits)) & (Bytes - 1);
        uint zeros = _starts[low + half] - _starts[low], ones = _starts[low + 2 * half] - _starts[low + half];
        opinions[0] = LogRatio.Of(ones, zeros);
        opinions[1] = (int)(((long)ones - zeros) * 1024 / ((long)ones + zeros));
    }

    /// <inheritdoc/>
    public void Update(int bit)
    {
        if (!IsActive)
            return;
        _partial = _partial << 1 | bit;
        if (++_bits < 8)
            return;
        int value = _partial & (Bytes - 1);
        (_partial, _bits) = (1, 0);
        _cost += TotalBits * LogRatio.Ln2 - LogRatio.Log(_frequencies[value]);
        if (_rowsUsed == _rowCount)
        {
            bool known = _aheadUsed < _aheadCount;
            ReadOnlySpan<int> tokens = known ? _ahead.AsSpan(_aheadUsed, _aheadCount - _aheadUsed) : [value];
            (_rowCount, _rowsUsed) = (_predictor.Add(tokens, out ReadOnlySpan<float> logits), 0);
            if (known)
                _aheadUsed += _rowCount;
            logits.CopyTo(_logits);
        }
        Foresee(_logits.AsSpan(_rowsUsed++ * Bytes, Bytes));
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose() => _predictor.Dispose();

    private void Foresee(ReadOnlySpan<float> logits)
    {
        LogitFrequencies.Compute(logits, _terms, _frequencies, TotalBits);
        uint start = 0;
        for (int i = 0; i < Bytes; i++)
            _starts[i + 1] = start += _frequencies[i];
    }
}

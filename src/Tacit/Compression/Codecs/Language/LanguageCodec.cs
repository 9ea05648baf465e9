using Tacit.Coding;
using Tacit.Media;
using Tacit.Modeling.ContextMixing;
using Tacit.Modeling.LanguageModels;
using Tacit.Modeling.Transformers;

namespace Tacit.Compression.Codecs.Language;

/// <summary>Codec <c>lm</c>: a trained language model's predictions, arithmetic coded; by themselves, or mixed with those of cm.</summary>
/// <remarks>
/// What tokens cannot say (bytes that a tokeniser does not give back) is coded by cm alone, and so is what the model makes no smaller.
/// An encoder computes many positions at a time, a decoder one after another: both get the same bits (determinism contract, rule 6).
/// </remarks>
internal sealed class LanguageCodec : BlockCodec
{
    /// <summary>Kind of a block coded by the model alone.</summary>
    public const byte ModelKind = 0;

    /// <summary>With cm's kind added: a block coded by cm alone.</summary>
    public const byte ContextKind = 8;

    /// <summary>With cm's kind added: a block coded by both.</summary>
    public const byte MixedKind = 16;

    // Tokens an encoder computes at a time.
    private const int Rows = 64;

    // What naming the model costs a frame: its hash, and a parameter.
    private const int NameLength = 33;

    // Of merging pairs, for each byte: tokens, their neighbours and a queue.
    private const int TokenisingMemory = 48;

    private readonly LanguageModel _model;
    private readonly MixerPrior? _prior;
    private readonly GptServing _serving;
    private readonly bool _mix;
    private readonly int _level, _totalBits;
    private ContextMixingCodec? _plain, _mixed;
    private LanguageModelExpert? _expert;           // of _mixed
    private SequencePredictor? _predictor;
    private float[] _terms = [];
    private uint[] _frequencies = [];

    /// <param name="model">The language model.</param>
    /// <param name="prior">What cm begins with, or null.</param>
    /// <param name="mix">True if blocks may be coded by both.</param>
    /// <param name="eightBits">True for weights in eight bits.</param>
    /// <param name="level">Of cm.</param>
    public LanguageCodec(LanguageModel model, MixerPrior? prior, bool mix, bool eightBits, int level)
    {
        (_model, _prior, _mix, _level) = (model, prior, mix, level);
        _serving = model.Serving(eightBits);
        _totalBits = LogitFrequencies.TotalBits(model.Tokenizer.Vocabulary);
    }

    private bool IsOfBytes => _model.Tokenizer is ByteTokenizer;

    /// <summary>Bytes of memory beside what cm takes.</summary>
    public static long Memory(LanguageModel model, int blockLength)
    {
        GptOptions options = model.Model.Options;
        long tokens = (model.Tokenizer is ByteTokenizer ? 1L : TokenisingMemory) * blockLength;      // of bytes: the other way they are coded
        return SequencePredictor.Memory(options, Rows) + 8L * options.Vocabulary + tokens + LanguageModelExpert.Memory(options, Rows, ContextMixingCodec.CheckInterval);
    }

    public override int Encode(ReadOnlySpan<byte> raw, Span<byte> coded, out byte kind, WorkMonitor monitor) =>
        Encode(raw, coded, default, out kind, monitor);

    public override int Encode(ReadOnlySpan<byte> raw, Span<byte> coded, BlockPlace place, out byte kind, WorkMonitor monitor)
    {
        try
        {
            return EncodeBlock(raw, coded, place.IsOnly ? NameLength : 0, out kind, monitor);
        }
        catch (ArithmeticException e)
        {
            throw new InvalidDataException(e.Message, e);
        }
    }

    public override void Decode(ReadOnlySpan<byte> coded, byte kind, Span<byte> raw, WorkMonitor monitor)
    {
        try
        {
            DecodeBlock(coded, kind, raw, monitor);
        }
        catch (ArithmeticException e)
        {
            throw new InvalidDataException(e.Message, e);
        }
    }

    public override void Dispose()
    {
        _plain?.Dispose();
        _mixed?.Dispose();
        _predictor?.Dispose();
        base.Dispose();
    }

    private int EncodeBlock(ReadOnlySpan<byte> raw, Span<byte> coded, int margin, out byte kind, WorkMonitor monitor)
    {
        if (_mix && IsOfBytes)
            return EncodeBest(raw, coded, margin, out kind, monitor);
        if (TokensOf(raw) is { } tokens)
        {
            kind = ModelKind;
            return Encode(tokens, coded, monitor);
        }
        int plain = Plain.Encode(raw, coded, out kind, monitor);
        kind += ContextKind;
        return plain;
    }

    // By cm alone, which takes a tenth of the time; by both; and by the model alone, if what it foresaw says that this may be less.
    private int EncodeBest(ReadOnlySpan<byte> raw, Span<byte> coded, int margin, out byte kind, WorkMonitor monitor)
    {
        kind = 0;
        if (Plain.Choose(raw) is not { } structure)
            return -1;
        int least = Plain.Encode(raw, coded, structure, out kind, monitor.Uncounted());
        kind += ContextKind;
        int room = least < 0 ? coded.Length : least - margin - 1;
        if (room <= 0)
            return least;
        byte[] other = new byte[room];
        int mixed = Mixed.Encode(raw, other, structure, out byte mixedKind, monitor);
        if (mixed >= 0)
        {
            (least, kind, room) = (mixed, (byte)(mixedKind + MixedKind), mixed - 1);
            other.AsSpan(0, mixed).CopyTo(coded);
        }
        if (room > 0 && _expert!.Cost is > 0 and var cost && cost <= room && TokensOf(raw) is { } tokens
            && Encode(tokens, other.AsSpan(0, room), monitor.Uncounted()) is >= 0 and int alone)
        {
            (least, kind) = (alone, ModelKind);
            other.AsSpan(0, alone).CopyTo(coded);
        }
        return least;
    }

    private void DecodeBlock(ReadOnlySpan<byte> coded, byte kind, Span<byte> raw, WorkMonitor monitor)
    {
        if (kind == ModelKind)
            Decode(coded, raw, monitor);
        else if (kind >= MixedKind && (!_mix || !IsOfBytes))
            throw new InvalidDataException($"Block kind {kind} of codec 'lm' needs a model of bytes, and mixing.");
        else if (kind >= MixedKind)
            Mixed.Decode(coded, (byte)(kind - MixedKind), raw, monitor);
        else if (kind >= ContextKind)
            Plain.Decode(coded, (byte)(kind - ContextKind), raw, monitor);
        else
            throw new InvalidDataException($"Block kind {kind} is unknown to codec 'lm'.");
    }

    // Never both at a time: only a file that was made up needs both, and memory is counted for one.
    private ContextMixingCodec Plain
    {
        get
        {
            _mixed?.Dispose();
            _mixed = null;
            return _plain ??= new ContextMixingCodec(_level, null, _prior);
        }
    }

    private ContextMixingCodec Mixed
    {
        get
        {
            _plain?.Dispose();
            _plain = null;
            if (_mixed is null)
            {
                _expert = new LanguageModelExpert(_serving, Rows, ContextMixingCodec.CheckInterval);
                _mixed = new ContextMixingCodec(_level, _expert, _prior);
            }
            return _mixed;
        }
    }

    private SequencePredictor Predictor
    {
        get
        {
            if (_predictor is null)
            {
                _predictor = new SequencePredictor(_serving, FirstToken, Rows);
                _terms = new float[_model.Tokenizer.Vocabulary];
                _frequencies = new uint[_terms.Length];
            }
            return _predictor;
        }
    }

    private int FirstToken => _model.Tokenizer.Start ?? _model.Tokenizer.End ?? _model.Tokenizer.Encode("\n"u8).FirstOrDefault();

    // The tokens, if they give the bytes back: every one of them some bytes, but for the first, which may be the space that llama2.c begins with.
    private int[]? TokensOf(ReadOnlySpan<byte> raw)
    {
        int[] tokens = _model.Tokenizer.Encode(raw);
        int at = 0, previous = FirstToken;
        for (int i = 0; i < tokens.Length; i++)
        {
            ReadOnlySpan<byte> bytes = _model.Tokenizer.Decode(tokens[i], previous).Span;
            if ((bytes.IsEmpty && i > 0) || !raw[at..].StartsWith(bytes))
                return null;
            at += bytes.Length;
            previous = tokens[i];
        }
        return at == raw.Length ? tokens : null;
    }

    private int Encode(int[] tokens, Span<byte> coded, WorkMonitor monitor)
    {
        var encoder = new RangeEncoder(coded);
        SequencePredictor predictor = Predictor;
        int vocabulary = _terms.Length, previous = FirstToken;
        ReadOnlySpan<float> logits = predictor.Reset();
        for (int done = 0; ;)
        {
            // Row i of the logits foresees token done + i; the model has taken all tokens before the last one coded.
            int rows = Math.Min(logits.Length / vocabulary, tokens.Length - done), bytes = 0;
            for (int i = 0; i < rows; i++)
            {
                int token = tokens[done + i];
                LogitFrequencies.Compute(logits.Slice(i * vocabulary, vocabulary), _terms, _frequencies, _totalBits);
                encoder.Encode(Sum(_frequencies.AsSpan(0, token)), _frequencies[token], _totalBits);
                bytes += _model.Tokenizer.Decode(token, previous).Length;
                previous = token;
            }
            if (encoder.Overflowed)
                return -1;
            monitor.Advance(bytes);
            done += rows;
            if (done == tokens.Length)
                return encoder.Finish();
            predictor.Add(tokens.AsSpan((done - 1)..^1), out logits);
        }
    }

    private void Decode(ReadOnlySpan<byte> coded, Span<byte> raw, WorkMonitor monitor)
    {
        var decoder = new RangeDecoder(coded);
        SequencePredictor predictor = Predictor;
        int previous = FirstToken;
        bool isFirst = true;
        ReadOnlySpan<float> logits = predictor.Reset();
        for (int at = 0; at < raw.Length; isFirst = false)
        {
            LogitFrequencies.Compute(logits, _terms, _frequencies, _totalBits);
            uint place = decoder.Peek(_totalBits), start = 0;
            int token = 0;
            while (place - start >= _frequencies[token])
                start += _frequencies[token++];
            decoder.Consume(start, _frequencies[token], _totalBits);
            if (decoder.Exhausted)
                throw new InvalidDataException("The coded block ends before its data does.");
            ReadOnlySpan<byte> bytes = _model.Tokenizer.Decode(token, previous).Span;
            if ((bytes.IsEmpty && !isFirst) || bytes.Length > raw.Length - at)
                throw new InvalidDataException($"The coded block has a token of {bytes.Length} bytes where {raw.Length - at} are left.");
            bytes.CopyTo(raw[at..]);
            at += bytes.Length;
            previous = token;
            monitor.Advance(bytes.Length);
            if (at < raw.Length)
                predictor.Add([token], out logits);
        }
    }

    private static uint Sum(ReadOnlySpan<uint> frequencies)
    {
        uint sum = 0;
        foreach (uint frequency in frequencies)
            sum += frequency;
        return sum;
    }
}

using System.Numerics;
using System.Runtime.CompilerServices;
using Tacit.Compression.Codecs.Numeric;
using Tacit.Media.Audio;
using Tacit.Modeling.Audio;
using Tacit.Modeling.Series;

namespace Tacit.Compression.Codecs.Audio;

/// <summary>Codes the samples of a block whose head is known.</summary>
internal sealed class AudioBlockCode
{
    // Moments between which the unused low bits stay, and the bytes of them at most.
    private const int Stretch = 1024, StretchLength = 1 << 16;
    private const int ShiftBits = 5;

    private readonly AudioBlockHead _head;
    private readonly SampleMap[] _maps;
    private readonly int _level, _width;
    private readonly long[] _indices;          // of the channels that are coded
    private readonly bool[] _exceptional;
    private readonly int[] _rests, _coded;     // bits left out, by channel; which channels are coded
    private readonly Flag[] _exceptionFlags, _restFlags, _shiftFlags;
    private readonly bool _isFloat;

    public AudioBlockCode(AudioBlockHead head, int level)
    {
        (_head, _level, _width, _isFloat) = (head, level, head.Format.Width, head.Format.IsFloat);
        _maps = [.. head.Maps];
        _coded = [.. Enumerable.Range(0, _maps.Length).Where(c => _maps[c].CopyOf < 0)];
        _indices = new long[_coded.Length];
        _exceptional = new bool[_coded.Length];
        _rests = new int[_coded.Length];
        _exceptionFlags = new Flag[_coded.Length];
        _restFlags = new Flag[_coded.Length];
        _shiftFlags = new Flag[_coded.Length];
        _shiftFlags.AsSpan().Fill(new Flag());
        _exceptionFlags.AsSpan().Fill(new Flag());
        _restFlags.AsSpan().Fill(new Flag());
    }

    /// <summary>Adds what lies beside the samples.</summary>
    public void AddSide(ReadOnlySpan<byte> raw, List<byte> side)
    {
        side.AddRange(raw[..(_head.ToldPrefix)]);
        ReadOnlySpan<byte> samples = raw[_head.Prefix..^_head.Tail];
        if (_isFloat && _maps.Any(m => m.HasExceptions))
        {
            for (int at = 0; at < samples.Length; at += _head.Format.FrameLength)
            {
                foreach (int c in _coded)
                {
                    ReadOnlySpan<byte> bytes = samples.Slice(at + c * _width, _width);
                    if (!TrySplit(c, SampleBytes.Read(_head.Format.Type, bytes), out _, out _))
                        side.AddRange(bytes);
                }
            }
        }
        side.AddRange(raw[^_head.Tail..]);
    }

    /// <summary>Codes the samples; false if the encoder ran out of room.</summary>
    public bool Encode(ref BitWriting coder, ReadOnlySpan<byte> raw, WorkMonitor monitor)
    {
        using var model = new AudioModel(_coded.Length, _level, (raw.Length - _head.Prefix - _head.Tail) / _head.Format.FrameLength);
        CodeLists(ref coder);
        int frame = _head.Format.FrameLength, stretch = Math.Min(Stretch, StretchLength / frame) * frame;
        for (ReadOnlySpan<byte> rest = raw[_head.Prefix..^_head.Tail]; !rest.IsEmpty;)
        {
            int length = Math.Min(stretch, rest.Length);
            for (int i = 0; i < _coded.Length; i++)
                CodeShift(ref coder, model, i, FindShift(rest[..length], _coded[i], model.ShiftOf(i)));
            EncodeStretch(ref coder, model, rest[..length]);
            if (coder.Failed)
                return false;
            monitor.Advance(length);
            rest = rest[length..];
        }
        return true;
    }

    /// <summary>What each moment costs, in bits; with the first one of a stretch what is told of the stretch.</summary>
    public void Measure(ReadOnlySpan<byte> raw, Span<float> bits, WorkMonitor monitor)
    {
        using var model = new AudioModel(_coded.Length, _level, bits.Length);
        var coder = new BitCounting();
        CodeLists(ref coder);
        int frame = _head.Format.FrameLength, stretch = Math.Min(Stretch, StretchLength / frame) * frame, at = 0;
        double before = 0;
        for (ReadOnlySpan<byte> rest = raw[_head.Prefix..^_head.Tail]; !rest.IsEmpty;)
        {
            int length = Math.Min(stretch, rest.Length);
            for (int i = 0; i < _coded.Length; i++)
                CodeShift(ref coder, model, i, FindShift(rest[..length], _coded[i], model.ShiftOf(i)));
            for (int moment = 0; moment < length; moment += frame)
            {
                EncodeStretch(ref coder, model, rest.Slice(moment, frame));
                bits[at++] = (float)(coder.Bits - before);
                before = coder.Bits;
            }
            monitor.Advance(length);
            rest = rest[length..];
        }
    }

    /// <summary>Decodes the block.</summary>
    /// <exception cref="InvalidDataException">The coded bytes are none of such a block.</exception>
    public void Decode(ref BitReading coder, Span<byte> raw, SideReader side, WorkMonitor monitor)
    {
        if (_head.PlainHeader is null)
            side.Take(_head.Prefix).CopyTo(raw);
        else
            _head.WritePlainHeader(raw, raw.Length);
        using var model = new AudioModel(_coded.Length, _level, (raw.Length - _head.Prefix - _head.Tail) / _head.Format.FrameLength);
        CodeLists(ref coder);
        int frame = _head.Format.FrameLength, stretch = Math.Min(Stretch, StretchLength / frame) * frame;
        for (Span<byte> rest = raw[_head.Prefix..^_head.Tail]; !rest.IsEmpty;)
        {
            int length = Math.Min(stretch, rest.Length);
            for (int i = 0; i < _coded.Length; i++)
                CodeShift(ref coder, model, i, 0);
            DecodeStretch(ref coder, model, rest[..length], ref side);
            if (coder.Failed)
                throw new InvalidDataException("The coded block ends before its data does.");
            monitor.Advance(length);
            rest = rest[length..];
        }
        side.Take(_head.Tail).CopyTo(raw[^_head.Tail..]);
        if (!side.IsEmpty)
            throw new InvalidDataException("More bytes lie beside the samples than there are.");
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void EncodeStretch<T>(ref T coder, AudioModel model, ReadOnlySpan<byte> source)
        where T : struct, IBitCoder, allows ref struct
    {
        SampleType type = _head.Format.Type;
        int frame = _head.Format.FrameLength;
        for (; !source.IsEmpty; source = source[frame..])
        {
            for (int i = 0; i < _coded.Length; i++)
            {
                int c = _coded[i], value = SampleBytes.Read(type, source[(c * _width)..]);
                if (!_isFloat)
                {
                    _indices[i] = _maps[c].Index(value);
                    continue;
                }
                _exceptional[i] = !TrySplit(c, value, out int integer, out _rests[i]);
                _indices[i] = _exceptional[i] ? 0 : _maps[c].Index(integer);
            }
            CodeMoment(ref coder, model);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void DecodeStretch(ref BitReading coder, AudioModel model, Span<byte> target, ref SideReader side)
    {
        SampleType type = _head.Format.Type;
        int frame = _head.Format.FrameLength;
        for (; !target.IsEmpty; target = target[frame..])
        {
            CodeMoment(ref coder, model);
            for (int i = 0; i < _coded.Length; i++)
            {
                int c = _coded[i];
                Span<byte> at = target.Slice(c * _width, _width);
                if (_exceptional[i])
                {
                    side.Take(_width).CopyTo(at);
                    continue;
                }
                long value = _maps[c].Value(_indices[i]);
                int bits = (int)value;
                if (_isFloat && !_head.Scale.TryJoin(value, _rests[i], out bits))
                    throw new InvalidDataException($"A sample is {value} of a scale that has no such number.");
                SampleBytes.Write(type, bits, at);
            }
            for (int c = 0; c < _maps.Length; c++)
            {
                if (_maps[c].CopyOf is >= 0 and int other)
                    target.Slice(other * _width, _width).CopyTo(target[(c * _width)..]);
            }
        }
    }

    // Low bits that are 0 in all indices of a stretch; as before if all is 0.
    private int FindShift(ReadOnlySpan<byte> source, int channel, int before)
    {
        long any = 0;
        for (int at = channel * _width; at < source.Length && (any & 1) == 0; at += _head.Format.FrameLength)
        {
            int value = SampleBytes.Read(_head.Format.Type, source[at..]);
            if (!_isFloat)
                any |= _maps[channel].Index(value);
            else if (TrySplit(channel, value, out int integer, out _))
                any |= _maps[channel].Index(integer);
        }
        return any == 0 ? before : Math.Min(BitOperations.TrailingZeroCount(any), (1 << ShiftBits) - 1);
    }

    private void CodeShift<T>(ref T coder, AudioModel model, int i, int shift)
        where T : struct, IBitCoder, allows ref struct
    {
        if (!_shiftFlags[i].Code(ref coder, shift != model.ShiftOf(i)))
            return;
        int coded = 0;
        for (int bit = ShiftBits - 1; bit >= 0; bit--)
            coded = coded << 1 | coder.Code(shift >> bit & 1, 1u << 31);
        model.SetShift(i, coded);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void CodeMoment<T>(ref T coder, AudioModel model)
        where T : struct, IBitCoder, allows ref struct
    {
        if (!_isFloat)
        {
            model.Code(ref coder, _indices, default);
            return;
        }
        for (int i = 0; i < _coded.Length; i++)
            _exceptional[i] = _maps[_coded[i]].HasExceptions && _exceptionFlags[i].Code(ref coder, _exceptional[i]);
        model.Code(ref coder, _indices, _exceptional);
        for (int i = 0; i < _coded.Length; i++)
        {
            SampleMap map = _maps[_coded[i]];
            if (!map.HasFractions || _exceptional[i])
                continue;
            long integer = map.Value(_indices[i]);
            int missing = integer is >= int.MinValue and <= int.MaxValue ? FloatScale.MissingBits((int)integer) : 0;
            int rest = 0;
            if (missing > 0 && !_restFlags[i].Code(ref coder, _rests[i] == 0))
            {
                for (int bit = missing - 1; bit >= 0; bit--)
                    rest = rest << 1 | coder.Code(_rests[i] >> bit & 1, 1u << 31);
            }
            _rests[i] = rest;
        }
    }

    private void CodeLists<T>(ref T coder)
        where T : struct, IBitCoder, allows ref struct
    {
        for (int c = 0; c < _maps.Length; c++)
            _maps[c] = _maps[c].CodeList(ref coder, _level);
    }

    private bool TrySplit(int channel, int bits, out int integer, out int rest) =>
        _head.Scale.TrySplit(bits, out integer, out rest) && (rest == 0 || _maps[channel].HasFractions);
}

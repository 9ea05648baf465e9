using Tacit.Compression.Codecs.Numeric;
using Tacit.Media.Audio;
using Tacit.Modeling.Series;

namespace Tacit.Compression.Codecs.Audio;

/// <summary>Codec <c>audio</c>: samples by adaptive linear prediction; a block without samples as codec <c>cm</c> has it.</summary>
/// <remarks>
/// Coded bytes of a block of samples: a head; the length of the bytes beside the samples, and if there are any, their coded length and
/// code; the samples' code.
/// </remarks>
internal sealed class AudioCodec(int level) : BlockCodec
{
    /// <summary>Kind of a block of samples.</summary>
    public const byte SamplesKind = 0;

    /// <summary>Added to the kinds of codec cm.</summary>
    public const byte MixedKind = 8;

    private const int LeastMoments = 16;

    // Of a block that becomes unusually small or large, so much is tried with the other codec.
    private const int TrialLength = 1 << 14;

    private readonly ContextMixingCodec _mixing = new(level);

    public override int Encode(ReadOnlySpan<byte> raw, Span<byte> coded, out byte kind, WorkMonitor monitor) =>
        Encode(raw, coded, new BlockPlace(0, AudioLayout.Read(raw)), out kind, monitor);

    public override int Encode(ReadOnlySpan<byte> raw, Span<byte> coded, BlockPlace place, out byte kind, WorkMonitor monitor)
    {
        if (place.Audio is not { } layout || !Part(raw.Length, place.Offset, layout, out int prefix, out int end))
            return EncodeMixed(raw, coded, out kind, monitor);
        kind = SamplesKind;
        int length = EncodeSamples(raw, coded, layout.Format, prefix, end, monitor);
        if (length >= 0 && (IsUsual(length, raw.Length) || !MixingMayPay(raw, layout.Format, prefix, end)))
            return length;
        byte[] other = new byte[length < 0 ? coded.Length : length - 1];
        int mixed = EncodeMixed(raw, other, out byte mixedKind, monitor.Uncounted());
        if (mixed < 0)
            return length;
        other.AsSpan(0, mixed).CopyTo(coded);
        kind = mixedKind;
        return mixed;
    }

    public override void Decode(ReadOnlySpan<byte> coded, byte kind, Span<byte> raw, WorkMonitor monitor)
    {
        if (kind >= MixedKind)
        {
            _mixing.Decode(coded, (byte)(kind - MixedKind), raw, monitor);
            return;
        }
        if (kind != SamplesKind)
            throw new InvalidDataException($"Block kind {kind} is unknown to codec 'audio'.");
        var reader = new HeadReader(coded);
        AudioBlockHead head = AudioBlockHead.Read(ref reader, raw.Length);
        byte[] side = SideStream.Read(ref reader, raw.Length, level, monitor);
        var reading = new BitReading(reader.Rest);
        new AudioBlockCode(head, level).Decode(ref reading, raw, new SideReader(side), monitor);
    }

    public override void Dispose()
    {
        _mixing.Dispose();
        base.Dispose();
    }

    /// <summary>Which of a block's bytes are samples: those of whole moments that begin in it, as far as the file says; false if too few are.</summary>
    public static bool Part(int length, long offset, AudioLayout layout, out int prefix, out int end)
    {
        int frame = layout.Format.FrameLength;
        long first = layout.Start - offset;
        if (first < 0)
            first = (frame - -first % frame) % frame;
        long after = layout.Length > long.MaxValue - layout.Start ? long.MaxValue : layout.Start + layout.Length;
        long last = Math.Min(length, after - offset);
        last -= Math.Max(last - first, 0) % frame;
        bool some = layout.Format.IsPossible && (last - first) / frame >= LeastMoments && layout.Format.Channels <= AudioBlockHead.ChannelsOf(length);
        (prefix, end) = some ? ((int)first, (int)last) : (0, 0);
        return some;
    }

    // Sound mostly becomes that small, and then no other codec is better.
    private static bool IsUsual(int length, int rawLength) => length * 10L >= rawLength * 3L && length * 10L <= rawLength * 8L;

    private bool MixingMayPay(ReadOnlySpan<byte> raw, PcmFormat format, int prefix, int end)
    {
        int length = Math.Min(TrialLength, end - prefix), start = (end - prefix - length) / 2;
        ReadOnlySpan<byte> trial = raw.Slice(prefix + start - start % format.FrameLength, length - length % format.FrameLength);
        byte[] room = new byte[trial.Length];
        int samples = EncodeSamples(trial, room, format, 0, trial.Length, WorkMonitor.None);
        return samples < 0 || _mixing.Encode(trial, room.AsSpan(0, samples), out _, WorkMonitor.None) >= 0;
    }

    private int EncodeMixed(ReadOnlySpan<byte> raw, Span<byte> coded, out byte kind, WorkMonitor monitor)
    {
        int length = _mixing.Encode(raw, coded, out kind, monitor);
        kind += MixedKind;
        return length;
    }

    private int EncodeSamples(ReadOnlySpan<byte> raw, Span<byte> coded, PcmFormat format, int prefix, int end, WorkMonitor monitor)
    {
        var side = new List<byte>();
        var writer = new HeadWriter();
        AudioBlockHead head = AudioBlockPlanner.Plan(raw, format, prefix, end);
        head.Write(writer);
        var code = new AudioBlockCode(head, level);
        code.AddSide(raw, side);
        int start = SideStream.Write(writer, side, coded, level);
        if (start < 0)
            return -1;
        var writing = new BitWriting(coded[start..]);
        return code.Encode(ref writing, raw, monitor) && writing.Finish() is >= 0 and int length ? start + length : -1;
    }
}

using Tacit.Coding;
using Tacit.Modeling.Records;

namespace Tacit.Compression.Records;

/// <summary>A record as decisions of the binary coder, and back.</summary>
/// <remarks>
/// The first decision, that the record is coded, keeps the last 256th of the interval free: a coded record never begins with
/// the byte that marks a stored one. Then come the bytes and one that says that the record ends, which a decision confirms.
/// <see cref="RecordCodec"/> and the container's codec of records both code by this.
/// </remarks>
internal static class RecordCoding
{
    // The first byte of a record that is stored.
    private const byte Stored = 0xFF;

    // A monitor hears of this many bytes and one.
    private const int Watched = WorkMonitor.Interval / 2 - 1;

    private const uint CodedProbability = uint.MaxValue - (1 << 24) + 1;

    /// <summary>Codes or stores a record, in its length and one byte at most; −1 if that does not fit.</summary>
    public static int Compress(RecordPredictor predictor, ReadOnlySpan<byte> record, Span<byte> destination, WorkMonitor? monitor = null)
    {
        // Coding must not reach the length of storing.
        int length = Encode(predictor, record, destination[..Math.Min(destination.Length, record.Length)], monitor);
        if (length >= 0)
            return length;
        if (destination.Length <= record.Length)
            return -1;
        destination[0] = Stored;
        record.CopyTo(destination[1..]);
        return record.Length + 1;
    }

    /// <summary>Gives the record back; −1 if it does not fit or is damaged in a way that shows.</summary>
    /// <remarks>The time is bounded by the destination's length.</remarks>
    public static int Expand(RecordPredictor predictor, ReadOnlySpan<byte> coded, Span<byte> destination, WorkMonitor? monitor = null)
    {
        if (coded is not [Stored, ..])
            return Decode(predictor, coded, destination, monitor);
        if (coded.Length - 1 > destination.Length)
            return -1;
        coded[1..].CopyTo(destination);
        return coded.Length - 1;
    }

    private static int Encode(RecordPredictor predictor, ReadOnlySpan<byte> record, Span<byte> destination, WorkMonitor? monitor)
    {
        var coder = new Encoding(destination);
        coder.Code(1, CodedProbability);
        predictor.Restart();
        for (int i = 0; i < record.Length; i++)
        {
            byte value = record[i];
            predictor.Code(ref coder, value);
            if (value == RecordPredictor.EndByte)
                coder.Code(0, predictor.EndProbability);
            if (coder.Overflowed)
                return -1;
            if ((i & Watched) == Watched)
                monitor?.Advance(0);
            predictor.Add(value);
        }
        predictor.Code(ref coder, RecordPredictor.EndByte);
        coder.Code(1, predictor.EndProbability);
        GC.KeepAlive(predictor);    // whose memory is not the collector's
        return coder.Finish();
    }

    private static int Decode(RecordPredictor predictor, ReadOnlySpan<byte> coded, Span<byte> destination, WorkMonitor? monitor)
    {
        int length = DecodeAll(predictor, coded, destination, monitor);
        GC.KeepAlive(predictor);
        return length;
    }

    private static int DecodeAll(RecordPredictor predictor, ReadOnlySpan<byte> coded, Span<byte> destination, WorkMonitor? monitor)
    {
        var coder = new Decoding(coded);
        if (coder.Code(0, CodedProbability) == 0)
            return -1;
        predictor.Restart();
        for (int length = 0; ; length++)
        {
            byte value = predictor.Code(ref coder, -1);
            if (value == RecordPredictor.EndByte && coder.Code(0, predictor.EndProbability) == 1)
                return coder.Exhausted || coder.Surplus > 0 ? -1 : length;
            if (length == destination.Length || coder.Exhausted)
                return -1;
            if ((length & Watched) == Watched)
                monitor?.Advance(0);
            destination[length] = value;
            predictor.Add(value);
        }
    }

    private ref struct Encoding : IRecordCoder
    {
        private BinaryEncoder _encoder;

        public Encoding(Span<byte> destination) => _encoder = new BinaryEncoder(destination);

        public readonly bool Overflowed => _encoder.Overflowed;

        public int Code(int decision, uint probability)
        {
            _encoder.Encode(decision, probability);
            return decision;
        }

        public int Finish() => _encoder.Finish();
    }

    private ref struct Decoding : IRecordCoder
    {
        private BinaryDecoder _decoder;

        public Decoding(ReadOnlySpan<byte> coded) => _decoder = new BinaryDecoder(coded);

        public readonly bool Exhausted => _decoder.Exhausted;

        public readonly int Surplus => _decoder.Surplus;

        public int Code(int decision, uint probability) => _decoder.Decode(probability);
    }
}

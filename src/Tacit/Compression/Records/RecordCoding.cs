using Tacit.Coding;
using Tacit.Modeling.Records;

namespace Tacit.Compression.Records;

/// <summary>A record as decisions of the binary coder, and back.</summary>
/// <remarks>
/// The first decision, that the record is coded, keeps the last 256th of the interval free: a coded record never begins with
/// the byte that marks a stored one. Then come the bytes and one that says that the record ends, which a decision confirms.
/// </remarks>
internal static class RecordCoding
{
    /// <summary>The first byte of a record that is stored.</summary>
    public const byte Stored = 0xFF;

    private const uint CodedProbability = uint.MaxValue - (1 << 24) + 1;

    /// <summary>Codes a record; −1 if it does not fit.</summary>
    public static int Encode(RecordPredictor predictor, ReadOnlySpan<byte> record, Span<byte> destination)
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
            predictor.Add(value);
        }
        predictor.Code(ref coder, RecordPredictor.EndByte);
        coder.Code(1, predictor.EndProbability);
        GC.KeepAlive(predictor);    // whose memory is not the collector's
        return coder.Finish();
    }

    /// <summary>Decodes a record; −1 if it does not fit or is damaged.</summary>
    public static int Decode(RecordPredictor predictor, ReadOnlySpan<byte> coded, Span<byte> destination)
    {
        int length = DecodeAll(predictor, coded, destination);
        GC.KeepAlive(predictor);
        return length;
    }

    private static int DecodeAll(RecordPredictor predictor, ReadOnlySpan<byte> coded, Span<byte> destination)
    {
        var coder = new Decoding(coded);
        if (coder.Code(0, CodedProbability) == 0)
            return -1;
        predictor.Restart();
        for (int length = 0; ; length++)
        {
            byte value = predictor.Code(ref coder, -1);
            if (value == RecordPredictor.EndByte && coder.Code(0, predictor.EndProbability) == 1)
                return coder.Exhausted ? -1 : length;
            if (length == destination.Length || coder.Exhausted)
                return -1;
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

        public int Code(int decision, uint probability) => _decoder.Decode(probability);
    }
}

using Tacit.Coding;
using Tacit.Modeling.Records;

namespace Tacit.Compression.Records;

/// <summary>A record as bits under a model, and back.</summary>
internal static class RecordCoding
{
    private const uint CodedProbability = uint.MaxValue - (1 << 24) + 1;

    public static int Encode(RankPredictor predictor, RankModel model, ReadOnlySpan<byte> record, Span<byte> destination)
    {
        var coder = new Encoding { Encoder = new BinaryEncoder(destination) };
        coder.Code(1, CodedProbability);
        predictor.Restart();
        for (int i = 0; i <= record.Length; i++)
        {
            byte value = i < record.Length ? record[i] : RankPredictor.EndByte;
            predictor.Code(ref coder, value);
            if (value == RankPredictor.EndByte)
                coder.Code(i == record.Length ? 1 : 0, model.EndProbability);
            if (i < record.Length)
                predictor.Add(value);
        }
        return coder.Encoder.Finish();
    }

    public static int Decode(RankPredictor predictor, RankModel model, ReadOnlySpan<byte> coded, Span<byte> destination)
    {
        var coder = new Decoding { Decoder = new BinaryDecoder(coded) };
        if (coder.Code(0, CodedProbability) == 0)
            return -1;
        predictor.Restart();
        for (int length = 0; ; length++)
        {
            byte value = predictor.Code(ref coder, -1);
            if (value == RankPredictor.EndByte && coder.Code(0, model.EndProbability) == 1)
                return length;
            if (length == destination.Length || coder.Decoder.Exhausted)
                return -1;
            destination[length] = value;
            predictor.Add(value);
        }
    }

    private ref struct Encoding : IRecordCoder
    {
        public BinaryEncoder Encoder;

        public int Code(int decision, uint probability)
        {
            Encoder.Encode(decision, probability);
            return decision;
        }
    }

    private ref struct Decoding : IRecordCoder
    {
        public BinaryDecoder Decoder;

        public int Code(int decision, uint probability) => Decoder.Decode(probability);
    }
}

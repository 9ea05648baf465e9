using Tacit.Coding;
using Tacit.Modeling;

namespace Tacit.Tests.Docs;

// <coders>
/// <summary>Any predictor of bits as a compressor of bytes.</summary>
public static class PredictiveCoder
{
    public static byte[] Encode(byte[] data, IBitPredictor predictor)
    {
        byte[] coded = new byte[4 * data.Length + 8];
        var encoder = new BinaryEncoder(coded);
        for (int i = 0; i < 8 * data.Length; i++)
        {
            int bit = data[i / 8] >> 7 - i % 8 & 1;
            encoder.Encode(bit, predictor.Probability);   // predict,
            predictor.Update(bit);                        // and learn
        }
        return coded[..encoder.Finish()];
    }

    public static byte[] Decode(byte[] coded, int length, IBitPredictor predictor)
    {
        byte[] data = new byte[length];
        var decoder = new BinaryDecoder(coded);
        for (int i = 0; i < 8 * length; i++)
        {
            int bit = decoder.Decode(predictor.Probability);
            predictor.Update(bit);
            data[i / 8] |= (byte)(bit << 7 - i % 8);
        }
        return data;
    }
}
// </coders>

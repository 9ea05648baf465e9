using System.Buffers.Binary;
using Tacit.Modeling.Linear;

namespace Tacit.Modeling.Nonlinear;

/// <summary>Bytes of a short training and of a forecast, for the self-test.</summary>
internal static class NonlinearDigests
{
    /// <summary>A model's file and its forecast.</summary>
    public static byte[] Model()
    {
        double[] series = new double[60];
        series[0] = 0.3;
        for (int t = 1; t < series.Length; t++)
            series[t] = 3.8 * series[t - 1] * (1 - series[t - 1]);
        NonlinearAutoregression model = NonlinearAutoregression.Fit(series, new AutoregressionOptions { Order = 2 }, new NonlinearOptions { Hidden = 3, Steps = 6 });
        using var bytes = new MemoryStream();
        NonlinearModel.Write(bytes, model, "map");
        Forecast forecast = model.Forecast(3, 6, seed: 1);
        Span<byte> eight = stackalloc byte[sizeof(double)];
        for (int h = 0; h < 3; h++)
        {
            BinaryPrimitives.WriteDoubleLittleEndian(eight, forecast.Mean[h]);
            bytes.Write(eight);
            BinaryPrimitives.WriteDoubleLittleEndian(eight, forecast.Interval(h, 0.5).High);
            bytes.Write(eight);
        }
        return bytes.ToArray();
    }
}

using System.Buffers.Binary;
using System.Security.Cryptography;
using Tacit.Learning;
using Tacit.Learning.Safetensors;

namespace Tacit.Modeling.Linear;

/// <summary>An autoregression as a model file: kind <c>ar</c>.</summary>
/// <remarks>
/// Tensors, n values, k lags: <c>series</c> F64 (n), <c>lags</c> I64 (k), <c>coefficients</c> F64 (k), <c>standard_errors</c>
/// F64 (k), <c>intercept</c> F64 (1), <c>variance</c> F64 (1), <c>criteria</c> F64 (orders tried). Settings are
/// <see cref="AutoregressionOptions"/>'; <c>order</c> −1 stands for one that was chosen.
/// </remarks>
public static class AutoregressionModel
{
    /// <summary>The metadata key of the series' name.</summary>
    public const string ColumnKey = "column";

    private const int Chosen = -1;

    /// <summary>The kind.</summary>
    public static ModelKind Kind { get; } = new("ar", "linear autoregression of a series", Load);

    /// <summary>Writes a model file.</summary>
    /// <param name="stream">Receives it.</param>
    /// <param name="model">The model.</param>
    /// <param name="column">The series' name.</param>
    public static void Write(Stream stream, Autoregression model, string column)
    {
        ArgumentNullException.ThrowIfNull(model);
        var settings = new Settings();
        AutoregressionOptions o = model.Options;
        settings.Whole("order", o.Order ?? Chosen, Chosen, int.MaxValue);
        settings.Whole("max_order", o.MaxOrder ?? Chosen, Chosen, int.MaxValue);
        settings.Choice("method", o.Method, ("yule-walker", FitMethod.YuleWalker), ("burg", FitMethod.Burg), ("ols", FitMethod.LeastSquares));
        settings.Choice("criterion", o.Criterion, ("aic", OrderCriterion.Aic), ("aicc", OrderCriterion.Aicc), ("bic", OrderCriterion.Bic));
        settings.Whole("differences", o.Differences, 0, int.MaxValue);
        settings.Whole("season", o.Season, 0, int.MaxValue);
        settings.Whole("seasonal_differences", o.SeasonalDifferences, 0, int.MaxValue);
        settings.Whole("seasonal_lags", o.SeasonalLags, 0, int.MaxValue);
        byte[] series = Bytes(model.Series.Span);
        SafetensorsTensor[] tensors =
        [
            new("series", ElementType.F64, [model.Series.Length], series),
            new("lags", ElementType.I64, [model.Lags.Count], Bytes([.. model.Lags.Select(lag => BitConverter.Int64BitsToDouble(lag))])),
            Tensor("coefficients", model.Coefficients),
            Tensor("standard_errors", model.StandardErrors),
            Tensor("intercept", [model.Intercept]),
            Tensor("variance", [model.Variance]),
            Tensor("criteria", model.Criteria),
        ];
        SafetensorsWriter.Write(stream, ModelFile.Describe(Kind.Name, settings.ToJson(), new(ColumnKey, column),
            new("data_sha256", Convert.ToHexStringLower(SHA256.HashData(series)))), tensors);
    }

    private static Autoregression Load(ModelFile file)
    {
        Settings settings = file.Settings;
        int order = settings.Whole("order", Chosen, Chosen, int.MaxValue), most = settings.Whole("max_order", Chosen, Chosen, int.MaxValue);
        var options = new AutoregressionOptions
        {
            Order = order == Chosen ? null : order,
            MaxOrder = most == Chosen ? null : most,
            Method = settings.Choice("method", FitMethod.LeastSquares, ("yule-walker", FitMethod.YuleWalker), ("burg", FitMethod.Burg), ("ols", FitMethod.LeastSquares)),
            Criterion = settings.Choice("criterion", OrderCriterion.Aicc, ("aic", OrderCriterion.Aic), ("aicc", OrderCriterion.Aicc), ("bic", OrderCriterion.Bic)),
            Differences = settings.Whole("differences", 0, 0, int.MaxValue),
            Season = settings.Whole("season", 0, 0, int.MaxValue),
            SeasonalDifferences = settings.Whole("seasonal_differences", 0, 0, int.MaxValue),
            SeasonalLags = settings.Whole("seasonal_lags", 0, 0, int.MaxValue),
        };
        settings.RefuseUnknown();
        options.Check();
        double[] series = Read(file, "series");
        int[] lags = Array.ConvertAll(ReadWords(file, "lags", ElementType.I64), l => l is > 0 and < int.MaxValue ? (int)l
            : throw new InvalidDataException($"The model has the lag {l}."));
        double[] coefficients = Read(file, "coefficients"), errors = Read(file, "standard_errors");
        double[] intercept = Read(file, "intercept"), variance = Read(file, "variance");
        if (coefficients.Length != lags.Length || errors.Length != lags.Length || intercept.Length != 1 || variance.Length != 1)
            throw new InvalidDataException("The model's tensors differ in length.");
        if (variance[0] < 0)
            throw new InvalidDataException("The model's variance is negative.");
        for (int i = 1; i < lags.Length; i++)
        {
            if (lags[i] <= lags[i - 1])
                throw new InvalidDataException("The model's lags do not ascend.");
        }
        long past = (lags.Length > 0 ? lags[^1] : 0L) + options.Differences + (long)options.SeasonalDifferences * options.Season;
        if (series.Length == 0 || past > series.Length)
            throw new InvalidDataException($"The model looks {past} values back, but has a series of {series.Length}.");
        return new Autoregression(series, options, lags, coefficients, errors, intercept[0], variance[0], Read(file, "criteria"));
    }

    private static double[] Read(ModelFile file, string name)
    {
        double[] values = Array.ConvertAll(ReadWords(file, name, ElementType.F64), BitConverter.Int64BitsToDouble);
        foreach (double value in values)
        {
            if (!double.IsFinite(value))
                throw new InvalidDataException($"The model's tensor '{name}' holds what is no finite number.");
        }
        return values;
    }

    private static long[] ReadWords(ModelFile file, string name, ElementType type)
    {
        SafetensorsEntry entry = file.Tensors.Find(name) ?? throw new InvalidDataException($"The model has no tensor '{name}'.");
        if (entry.Type != type || entry.Shape.Count != 1 || entry.Count > 1 << 27)
            throw new InvalidDataException($"The model's tensor '{name}' is not a row of {type} numbers.");
        byte[] bytes = new byte[entry.Count * sizeof(long)];
        file.Tensors.ReadBytes(entry, 0, bytes);
        long[] words = new long[entry.Count];
        for (int i = 0; i < words.Length; i++)
            words[i] = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(i * sizeof(long)));
        return words;
    }

    private static SafetensorsTensor Tensor(string name, IReadOnlyList<double> values) => new(name, ElementType.F64, [values.Count], Bytes([.. values]));

    private static byte[] Bytes(ReadOnlySpan<double> values)
    {
        byte[] bytes = new byte[values.Length * sizeof(double)];
        for (int i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(i * sizeof(double)), values[i]);
        return bytes;
    }
}

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
        Describe(settings, model.Options);
        SafetensorsWriter.Write(stream, ModelFile.Describe(Kind.Name, settings.ToJson(), Provenance(model, column)), Tensors(model));
    }

    /// <summary>The options, as settings.</summary>
    internal static void Describe(Settings settings, AutoregressionOptions o)
    {
        settings.Whole("order", o.Order ?? Chosen, Chosen, int.MaxValue);
        settings.Whole("max_order", o.MaxOrder ?? Chosen, Chosen, int.MaxValue);
        settings.Choice("method", o.Method, ("yule-walker", FitMethod.YuleWalker), ("burg", FitMethod.Burg), ("ols", FitMethod.LeastSquares));
        settings.Choice("criterion", o.Criterion, ("aic", OrderCriterion.Aic), ("aicc", OrderCriterion.Aicc), ("bic", OrderCriterion.Bic));
        settings.Whole("differences", o.Differences, 0, int.MaxValue);
        settings.Whole("season", o.Season, 0, int.MaxValue);
        settings.Whole("seasonal_differences", o.SeasonalDifferences, 0, int.MaxValue);
        settings.Whole("seasonal_lags", o.SeasonalLags, 0, int.MaxValue);
    }

    /// <summary>The series' name and the hash of its values.</summary>
    internal static KeyValuePair<string, string>[] Provenance(Autoregression model, string column) =>
        [new(ColumnKey, column), new("data_sha256", Convert.ToHexStringLower(SHA256.HashData(DoubleTensors.Bytes(model.Series.Span))))];

    /// <summary>The tensors.</summary>
    internal static SafetensorsTensor[] Tensors(Autoregression model) =>
    [
        DoubleTensors.Of("series", [.. model.Series.Span]),
        new("lags", ElementType.I64, [model.Lags.Count], DoubleTensors.Bytes([.. model.Lags.Select(lag => BitConverter.Int64BitsToDouble(lag))])),
        DoubleTensors.Of("coefficients", model.Coefficients),
        DoubleTensors.Of("standard_errors", model.StandardErrors),
        DoubleTensors.Of("intercept", [model.Intercept]),
        DoubleTensors.Of("variance", [model.Variance]),
        DoubleTensors.Of("criteria", model.Criteria),
    ];

    /// <summary>Reads options that <see cref="Describe"/> wrote.</summary>
    internal static AutoregressionOptions ReadOptions(Settings settings)
    {
        int order = settings.Whole("order", Chosen, Chosen, int.MaxValue), most = settings.Whole("max_order", Chosen, Chosen, int.MaxValue);
        return new AutoregressionOptions
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
    }

    /// <summary>Reads the tensors.</summary>
    /// <exception cref="InvalidDataException">They do not fit together.</exception>
    /// <exception cref="ArgumentException">The options cannot be.</exception>
    internal static Autoregression Read(SafetensorsReader file, AutoregressionOptions options)
    {
        options.Check();
        double[] series = DoubleTensors.Read(file, "series");
        int[] lags = Array.ConvertAll(DoubleTensors.ReadWords(file, "lags", ElementType.I64), l => l is > 0 and < int.MaxValue ? (int)l
            : throw new InvalidDataException($"The model has the lag {l}."));
        double[] coefficients = DoubleTensors.Read(file, "coefficients"), errors = DoubleTensors.Read(file, "standard_errors");
        double[] intercept = DoubleTensors.Read(file, "intercept"), variance = DoubleTensors.Read(file, "variance");
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
        return new Autoregression(series, options, lags, coefficients, errors, intercept[0], variance[0], DoubleTensors.Read(file, "criteria"));
    }

    private static Autoregression Load(ModelFile file)
    {
        Settings settings = file.Settings;
        AutoregressionOptions options = ReadOptions(settings);
        settings.RefuseUnknown();
        return Read(file.Tensors, options);
    }
}

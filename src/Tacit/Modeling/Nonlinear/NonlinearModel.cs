using Tacit.Learning;
using Tacit.Learning.Safetensors;
using Tacit.Modeling.Linear;

namespace Tacit.Modeling.Nonlinear;

/// <summary>A nonlinear autoregression as a model file: kind <c>nar</c>.</summary>
/// <remarks>
/// The tensors of <see cref="AutoregressionModel"/>, and for k lags and H hidden units: <c>scale</c> F64 (3), mean and standard
/// deviation of the differenced series and of the linear noise; <c>noise</c> F64 (1), the variance; <c>held_out</c> F64 (2), mean
/// squared errors of the linear part and of the whole over the end of the series; <c>network.hidden.weight</c> F32 (H, k),
/// <c>network.hidden.bias</c> (H), <c>network.output.weight</c> (1, H), <c>network.output.bias</c> (1).
/// </remarks>
public static class NonlinearModel
{
    private const string Prefix = "network.";

    /// <summary>The kind.</summary>
    public static ModelKind Kind { get; } = new("nar", "nonlinear autoregression of a series", Load);

    /// <summary>Writes a model file.</summary>
    /// <param name="stream">Receives it.</param>
    /// <param name="model">The model.</param>
    /// <param name="column">The series' name.</param>
    public static void Write(Stream stream, NonlinearAutoregression model, string column)
    {
        ArgumentNullException.ThrowIfNull(model);
        var settings = new Settings();
        AutoregressionModel.Describe(settings, model.Options);
        OptionsOf(settings, model.NetworkOptions);
        SafetensorsWriter.Write(stream, ModelFile.Describe(Kind.Name, settings.ToJson(), AutoregressionModel.Provenance(model.Linear, column)),
        [
            .. AutoregressionModel.Tensors(model.Linear),
            DoubleTensors.Of("scale", [model.Scale.Mean, model.Scale.Deviation, model.Scale.Noise]),
            DoubleTensors.Of("noise", [model.Variance]),
            DoubleTensors.Of("held_out", [model.HeldOutLinearError, model.HeldOutError]),
            .. model.Network.Parameters.Select(p => new SafetensorsTensor(Prefix + p.Name, p.Value)),
        ]);
    }

    private static NonlinearOptions OptionsOf(Settings settings, NonlinearOptions o) => new()
    {
        Hidden = settings.Whole("hidden", o.Hidden, 1, NonlinearOptions.MostHidden),
        Steps = settings.Whole("steps", o.Steps, 1, NonlinearOptions.MostSteps),
        Seed = settings.Whole("seed", o.Seed, 0UL, ulong.MaxValue),
    };

    private static NonlinearAutoregression Load(ModelFile file)
    {
        Settings settings = file.Settings;
        AutoregressionOptions options = AutoregressionModel.ReadOptions(settings);
        NonlinearOptions network = OptionsOf(settings, new NonlinearOptions());
        settings.RefuseUnknown();
        Autoregression linear = AutoregressionModel.Read(file.Tensors, options);
        double[] scale = DoubleTensors.Read(file.Tensors, "scale"), noise = DoubleTensors.Read(file.Tensors, "noise"),
            heldOut = DoubleTensors.Read(file.Tensors, "held_out");
        if (scale.Length != 3 || noise.Length != 1 || heldOut.Length != 2)
            throw new InvalidDataException("The model's tensors differ in length.");
        if (!(scale[1] > 0) || scale[2] < 0 || noise[0] < 0)
            throw new InvalidDataException("The model's deviations are not positive.");
        if (linear.Lags.Count == 0)
            throw new InvalidDataException("The model has a network without lags.");
        // Of all members, or of one that stayed zero.
        if (file.Tensors.Find(Prefix + "hidden.weight") is not { Shape: [> 0 and < int.MaxValue and var units, var lags] } || lags != linear.Lags.Count)
            throw new InvalidDataException("The model's network does not have the model's lags.");
        var module = new LagNetwork((int)lags, (int)units);
        foreach (Parameter parameter in module.Parameters)
        {
            ModuleFile.Load(file.Tensors, Prefix + parameter.Name, parameter.Value);
            parameter.Touch();
        }
        return new NonlinearAutoregression(linear, module, network, new LagScale(scale[0], scale[1], scale[2]), noise[0], heldOut[0], heldOut[1]);
    }
}

using System.CommandLine;
using System.Globalization;
using Tacit.Cli.Commands;
using Tacit.Cli.Files;
using Tacit.Learning;
using Tacit.Modeling;
using Tacit.Modeling.Autoencoders;

namespace Tacit.Cli.Items;

/// <summary>tacit inspect for autoencoders: their layers.</summary>
internal static class InspectItemsCommand
{
    private const string Help = """
        usage: tacit inspect --model MODEL        (a model of 'tacit train ae')

        Shows the layers of an autoencoder: the shape and number of their parameters, and how large
        these are on average.
        """;

    public static Command Create()
    {
        Option<string> model = CommandLine.Value("--model");
        Option<bool> quiet = CommandLine.Flag("--quiet", "-q");
        var command = new Command("inspect", Help) { model, quiet };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string path = parsed.GetValue(model)!;
            using OpenModel opened = await OpenModel.OpenAsync(path, cancellationToken);
            Autoencoder autoencoder = ModelInput.OfFile(path, () =>
                ModelRegistry.Standard.Load<Autoencoder>(opened.File));
            var known = new KnownErrors(autoencoder, opened.File);
            AutoencoderNetwork network = autoencoder.Network;
            CultureInfo plain = CultureInfo.InvariantCulture;
            Console.WriteLine(string.Create(plain,
                $"items of {network.Options.Shape}, {network.Options.Latents} latents; values from " +
                $"{autoencoder.Scale.Lowest} to {autoencoder.Scale.Highest} are 0 to " +
                    $"1{(known.IsThere ? "; squared error " : "")}{known}"));
            ShowLayers(network);
            long encoder = network.Encoder?.ParameterCount ?? 0;
            Console.WriteLine(string.Create(plain,
                $"{encoder:N0} parameters in the encoder, {network.Decoder.ParameterCount:N0} in the decoder"));
            return ExitCode.Success;
        });
        return command;
    }

    /// <summary>A line for each tensor that is learnt.</summary>
    public static void ShowLayers(Module network)
    {
        foreach (Parameter parameter in network.Parameters.Where(p => p.IsTrained))
        {
            double squares = 0;
            foreach (float value in parameter.Value.Span)
                squares += (double)value * value;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{parameter.Name,-44} {parameter.Shape,-20} {parameter.Shape.Count,10:N0}   " +
                $"{Math.Sqrt(squares / parameter.Shape.Count):0.0000}"));
        }
    }
}

using System.CommandLine;
using System.Globalization;
using Tacit.Cli.Commands;
using Tacit.Cli.Files;
using Tacit.Cli.Items;
using Tacit.Modeling.Variational;

namespace Tacit.Cli.Variational;

/// <summary>tacit inspect for variational autoencoders: their layers, and which latents say something.</summary>
internal static class InspectVariationalCommand
{
    private const string Help = """
        usage: tacit inspect --model MODEL        (a model of 'tacit train vae')

        Shows the layers of a variational autoencoder: the shape and number of their parameters, and how
        large these are on average; and of each latent how much the means of its posterior differ over
        the training data (their deviation): near 0 it says nothing, near 1 all it can.
        """;

    public static Command Create()
    {
        Option<string> model = CommandLine.Value("--model");
        Option<bool> quiet = CommandLine.Flag("--quiet", "-q");
        var command = new Command("inspect", Help) { model, quiet };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            VariationalAutoencoder autoencoder = await ModelInput.LoadAsync<VariationalAutoencoder>(parsed.GetValue(model)!, cancellationToken);
            VariationalNetwork network = autoencoder.Network;
            CultureInfo plain = CultureInfo.InvariantCulture;
            Console.WriteLine(string.Create(plain, $"items of {network.Options.Shape}, {network.Options.Latents} latents{Above(network.Options)}, {NameOf(network.Options)}; values from " +
                $"{autoencoder.Scale.Lowest} to {autoencoder.Scale.Highest} are 0 to 1; squared error in validation {network.Fit.Error.Value.Span[0]:0.000000}"));
            InspectItemsCommand.ShowLayers(network);
            Console.WriteLine(string.Create(plain, $"{network.Encoder.ParameterCount:N0} parameters in the encoder, {network.Decoder.ParameterCount:N0} in the decoder"));
            float[] deviations = autoencoder.Deviations();
            Console.WriteLine("latents, and the deviation of each: " + string.Join(' ', deviations.Select((d, i) => string.Create(plain, $"z{i + 1} {d:0.00}"))));
            return ExitCode.Success;
        });
        return command;
    }

    private static string Above(VariationalOptions o) => o.Top > 0 ? $" below {o.Top} more" : "";

    private static string NameOf(VariationalOptions o) => LikelihoodOf(o) + (o.Neighbours > 0 ? $" given {o.Neighbours} neighbours" : "");

    private static string LikelihoodOf(VariationalOptions o) => o.Likelihood switch
    {
        LikelihoodKind.Bernoulli => o.Binarise ? "bernoulli of values that are drawn" : "bernoulli",
        LikelihoodKind.Categorical => $"categorical of {o.Values}",
        LikelihoodKind.LogisticMixture => $"mixture of {o.Components} over {o.Values}",
        _ => "gaussian",
    };
}

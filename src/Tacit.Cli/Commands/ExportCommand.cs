using System.CommandLine;
using Tacit.Cli.Files;
using Tacit.Cli.Terminal;
using Tacit.Learning;
using Tacit.Learning.Safetensors;
using Tacit.Modeling;

namespace Tacit.Cli.Commands;

/// <summary>tacit export: a model's weights for other programs.</summary>
internal static class ExportCommand
{
    private const string Help = """
        usage: tacit export MODEL -o OUT.safetensors

        Writes the weights of a model or checkpoint as a plain safetensors file, which Python and
        others read. Names and shapes are PyTorch's: a linear layer's weight is (outputs, inputs).

          -o, --output OUT    the file; - is standard output
          -f, --force         overwrite
          -q, --quiet         no warnings
        """;

    public static Command Create()
    {
        var options = new CommonOptions();
        var output = new Option<string>("--output", "-o");
        Option<bool> force = CommandLine.Flag("--force", "-f");
        var command = new Command("export", Help) { output, force };
        options.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            IReadOnlyList<string> files = options.Files(parsed);
            if (files.Count > 1)
                throw new UsageException("export takes one MODEL");
            string path = parsed.GetValue(output) ?? throw new UsageException("-o OUT is missing: 'tacit export MODEL -o OUT.safetensors'");
            Report report = options.Report(parsed);
            using InputFile input = InputFile.Open(files[0]);
            using var model = new ModelFile(await input.SeekableAsync(cancellationToken), leaveOpen: true);
            await using OutputFile file = OutputFile.IsStandardName(path)
                ? OutputFile.OpenStandard(compressed: true)
                : OutputFile.Create(path, parsed.GetValue(force), compressed: true, input.Status);
            SafetensorsTensor[] tensors =
            [
                .. model.Tensors.Entries.Where(e => !e.Name.StartsWith(ModuleFile.TrainingPrefix, StringComparison.Ordinal))
                    .Select(e => new SafetensorsTensor(model.Tensors, e)),
            ];
            // Python's libraries ask for "format", which says whose conventions the tensors follow.
            SafetensorsWriter.Write(file.Stream,
                [new("format", "pt"), new(ModelFile.KindKey, model.Kind), new("source_sha256", model.Sha256)], tensors);
            await file.FinishAsync(like: null, cancellationToken);
            file.Publish();
            return report.ExitCode;
        });
        return command;
    }
}

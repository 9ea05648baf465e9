using System.CommandLine;
using System.Text;
using Tacit.Cli.Files;
using Tacit.Cli.Terminal;
using Tacit.Learning;
using Tacit.Learning.Safetensors;
using Tacit.Media;
using Tacit.Modeling;
using Tacit.Modeling.LanguageModels;
using Tacit.Modeling.Transformers;

namespace Tacit.Cli.Commands;

/// <summary>tacit export: a model's weights for other programs.</summary>
internal static class ExportCommand
{
    private const string Help = """
        usage: tacit export MODEL [OPTION…] -o OUT.safetensors

        Writes the weights of a model or checkpoint as a plain safetensors file, which Python and
        others read. Shapes are PyTorch's: a linear layer's weight is (outputs, inputs). Names are
        paths as PyTorch's are: blocks.0.attention.query.weight; an LSTM's differ: layers.0 and
        backwards.0, each with input_weight, recurrent_weight and one bias in place of two.
        Of a checkpoint these are the weights it goes on from, not the best ones so far.

          -o, --output OUT    the file; - is standard output
          --format F          safetensors (default): all parameters under Tacit's names;
                              huggingface: a GPT-2 or Llama under the names of that library, with
                              config.json, and tokenizer.json if there is one, beside it;
                              llama2c: llama2.c's format, version 0
          --tokenizer FILE    write the tokeniser there: tokenizer.json or llama2.c's tokenizer.bin
          -f, --force         overwrite
          -q, --quiet         no warnings
        """;

    public static Command Create()
    {
        var options = new CommonOptions();
        var output = new Option<string>("--output", "-o");
        Option<bool> force = CommandLine.Flag("--force", "-f");
        Option<string> format = CommandLine.Value("--format"), tokenizer = CommandLine.Value("--tokenizer");
        var command = new Command("export", Help) { output, force, format, tokenizer };
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
            var outputs = new ExportOutputs(path, parsed.GetValue(force), input.Status);
            await using (outputs)
            {
                switch (parsed.GetValue(format) ?? "safetensors")
                {
                    case "safetensors":
                        WriteOwn(model, outputs);
                        break;
                    case "huggingface":
                        WriteHuggingFace(ModelRegistry.Standard.Load<LanguageModel>(model, cancellationToken), outputs);
                        break;
                    case "llama2c":
                        Llama2cCheckpoint.Write(outputs.Main, ModelRegistry.Standard.Load<LanguageModel>(model, cancellationToken).Model);
                        break;
                    case string other:
                        throw new UsageException($"--format is safetensors, huggingface or llama2c, not '{other}'");
                }
                if (parsed.GetValue(tokenizer) is { } tokens)
                    outputs.Open(tokens).Write(Content(ModelRegistry.Standard.Load<LanguageModel>(model, cancellationToken).Tokenizer));
                await outputs.PublishAsync(cancellationToken);
            }
            return report.ExitCode;
        });
        return command;
    }

    private static void WriteOwn(ModelFile model, ExportOutputs outputs)
    {
        SafetensorsTensor[] tensors =
        [
            .. model.Tensors.Entries.Where(e => !e.Name.StartsWith(ModuleFile.TrainingPrefix, StringComparison.Ordinal))
                .Select(e => new SafetensorsTensor(model.Tensors, e)),
        ];
        // Python's libraries ask for "format", which says whose conventions the tensors follow.
        SafetensorsWriter.Write(outputs.Main,
            [new("format", "pt"), new(ModelFile.KindKey, model.Kind), new("source_sha256", model.Sha256)], tensors);
    }

    private static void WriteHuggingFace(LanguageModel model, ExportOutputs outputs)
    {
        ITokenizer tokenizer = model.Tokenizer;
        IReadOnlyList<SafetensorsTensor> tensors =
            HuggingFaceCheckpoint.Write(model.Model, tokenizer.Start, tokenizer.End, out string configuration);
        outputs.OpenBeside("config.json").Write(Encoding.UTF8.GetBytes(configuration));     // not with -o -: first of all
        SafetensorsWriter.Write(outputs.Main, [new("format", "pt")], tensors);
        if (tokenizer is BytePairTokenizer)
            outputs.OpenBeside("tokenizer.json").Write(Content(tokenizer));
    }

    private static byte[] Content(ITokenizer tokenizer) => tokenizer switch
    {
        BytePairTokenizer pairs => Encoding.UTF8.GetBytes(pairs.Json),
        Llama2cTokenizer llama => llama.ToFile(),
        _ => throw new InvalidDataException("the model's tokens are bytes: there is no tokeniser to write"),
    };

    // Several files, which appear when all are complete.
    private sealed class ExportOutputs(string path, bool force, FileStatus? input) : IAsyncDisposable
    {
        private readonly List<OutputFile> _files =
            [OutputFile.IsStandardName(path) ? OutputFile.OpenStandard(compressed: true) : OutputFile.Create(path, force, compressed: true, input)];

        public Stream Main => _files[0].Stream;

        public Stream Open(string name)
        {
            _files.Add(OutputFile.Create(name, force, compressed: false, input));
            return _files[^1].Stream;
        }

        public Stream OpenBeside(string name) => OutputFile.IsStandardName(path)
            ? throw new UsageException("this format has several files, which do not go to standard output")
            : Open(Path.Combine(Path.GetDirectoryName(path) ?? "", name));

        public async Task PublishAsync(CancellationToken cancellationToken)
        {
            foreach (OutputFile file in _files)
                await file.FinishAsync(like: null, cancellationToken);
            foreach (OutputFile file in _files)
                file.Publish();
        }

        public async ValueTask DisposeAsync()
        {
            foreach (OutputFile file in _files)
                await file.DisposeAsync();
        }
    }
}

using System.CommandLine;
using System.Security.Cryptography;
using Tacit.Cli.Files;
using Tacit.Cli.Terminal;
using Tacit.Learning;
using Tacit.Learning.Safetensors;
using Tacit.Media;
using Tacit.Modeling;
using Tacit.Modeling.LanguageModels;
using Tacit.Modeling.Transformers;

namespace Tacit.Cli.Commands;

/// <summary>tacit import: a model of another program.</summary>
internal static class ImportCommand
{
    private const string Help = """
        usage: tacit import CHECKPOINT [OPTION…] -o MODEL

        Makes a model file of a checkpoint: llama2.c's (version 0), or GPT-2 and models of Llama's kind in
        safetensors, with Hugging Face's names and config.json in the same folder. CHECKPOINT is a file,
        or a folder with model.safetensors.

          -o, --output MODEL  the model file, usually NAME.tacitmodel
          --tokenizer FILE    the tokeniser: tokenizer.json (byte-level BPE) or llama2.c's tokenizer.bin;
                              if not given, tokenizer.json in the folder of the checkpoint
          --config FILE       another config.json
          --context N         see at most N tokens: less memory for models with rotary positions
          -f, --force         overwrite
          -q, --quiet         no warnings

        example:
          tacit import stories15M.bin --tokenizer tokenizer.bin -o stories.tacitmodel
        """;

    public static Command Create()
    {
        var options = new CommonOptions();
        var output = new Option<string>("--output", "-o");
        Option<string> tokenizer = CommandLine.Value("--tokenizer"), config = CommandLine.Value("--config");
        var context = new NumberOption<int>("--context", 0, 1, 1 << 20);
        Option<bool> force = CommandLine.Flag("--force", "-f");
        var command = new Command("import", Help) { output, tokenizer, config, context.Option, force };
        options.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            IReadOnlyList<string> files = options.Files(parsed);
            if (files.Count > 1)
                throw new UsageException("import takes one CHECKPOINT");
            string target = parsed.GetValue(output) ?? throw new UsageException("-o MODEL is missing: 'tacit import CHECKPOINT -o NAME.tacitmodel'");
            Report report = options.Report(parsed);
            string path = Directory.Exists(files[0]) ? Path.Combine(files[0], "model.safetensors") : files[0];
            using InputFile input = InputFile.Open(path);
            await using OutputFile file = OutputFile.Create(target, parsed.GetValue(force), compressed: true, input.Status);
            Stream stream = await input.SeekableAsync(cancellationToken);
            LanguageModel model = await Task.Run(() => ModelDetails.IsModel(stream)
                ? ReadHuggingFace(path, stream, parsed.GetValue(config), parsed.GetValue(tokenizer), context.Read(parsed))
                : ReadLlama2c(path, stream, parsed.GetValue(tokenizer)), cancellationToken);
            stream.Position = 0;
            string hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken));
            SafetensorsWriter.Write(file.Stream, GptModel.Describe(model, [new("source_sha256", hash)]), ModuleFile.Tensors(model.Model));
            await file.FinishAsync(like: null, cancellationToken);
            file.Publish();
            return report.ExitCode;
        });
        return command;
    }

    private static LanguageModel ReadLlama2c(string path, Stream stream, string? tokenizer)
    {
        Gpt model = ModelInput.OfFile(path, () => Llama2cCheckpoint.Read(stream));
        return new LanguageModel(model, ReadTokenizer(tokenizer, model.Options.Vocabulary, null));
    }

    private static LanguageModel ReadHuggingFace(string path, Stream stream, string? config, string? tokenizer, int context)
    {
        config ??= Beside(path, "config.json");
        if (!File.Exists(config))
            throw new IOException($"{path}: '{config}' with the model's sizes is not there; --config FILE names it");
        byte[] configuration = ReadFile(config);
        int? end = null;
        Gpt model = ModelInput.OfFile(path, () =>
        {
            using var file = new SafetensorsReader(stream, leaveOpen: true);
            if (file.FindMetadata(ModelFile.KindKey) is not null && file.FindMetadata(ModelFile.VersionKey) is not null)
                throw new InvalidDataException("this is a model of Tacit already");
            return HuggingFaceCheckpoint.Read(file, configuration, out end, context);
        });
        if (tokenizer is null && File.Exists(Beside(path, "tokenizer.json")))
            tokenizer = Beside(path, "tokenizer.json");
        return new LanguageModel(model, ReadTokenizer(tokenizer, model.Options.Vocabulary, end));
    }

    private static ITokenizer ReadTokenizer(string? path, int vocabulary, int? end)
    {
        if (path is not null)
            return ModelInput.OfFile(path, () => TokenizerText.Parse(ReadFile(path), vocabulary, end));
        return vocabulary == 256 ? new ByteTokenizer()
            : throw new UsageException($"the model has {vocabulary} tokens; --tokenizer FILE says what they stand for");
    }

    private static byte[] ReadFile(string path)
    {
        const long Longest = 1 << 27;
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read);
        if (stream.Length > Longest)
            throw new InvalidDataException($"{path}: has {stream.Length} bytes, which is too many for what it should be");
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }

    private static string Beside(string path, string name) => Path.Combine(Path.GetDirectoryName(path) ?? "", name);
}

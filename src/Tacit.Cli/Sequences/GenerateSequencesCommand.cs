using System.CommandLine;
using System.Globalization;
using Tacit.Cli.Commands;
using Tacit.Cli.Files;
using Tacit.Cli.Series;
using Tacit.Cli.Terminal;
using Tacit.Modeling.Recurrent;
using Tacit.Numerics;
using Tacit.Reports;

namespace Tacit.Cli.Sequences;

/// <summary>tacit generate for models of the kind 'lstm-ae': sequences of latents that are drawn, or lie between two
/// sequences'.</summary>
internal static class GenerateSequencesCommand
{
    private const int Pictured = 60;

    private const string Help = """
        usage: tacit generate --model MODEL [OPTION…] [-o OUT]      (a model of 'tacit train lstm-ae')

        Draws latents from the normal distribution that fits those of the training data, or goes from
        one sequence's latent to another's, and decodes them: lines of text, or CSV with a row of
        values for each. An autoencoder is not taught where its latents lie, so what is drawn is only
        roughly like the data, unless it is variational (--variational true): then latents are drawn
        from its prior, and values are the means of what it says of them. With attention latents alone
        say nothing: the model must be one of --attention 0.

          -n N                sequences (default 8)
          --between DATA      latents in even steps from that of DATA's first sequence to that of its
                              second, both included, instead of drawn ones
          --temperature T     what the drawn latents' deviation is multiplied by (default 1; 0: their mean)
          --seed S            the seed (default 1); the same everywhere
          -o, --output OUT    a file (default: standard output); of a model of sounds OUT.wav for a sound,
                              each with a pause after it; of one of values OUT.svg for a picture of the
                              first sixty
          -T, --threads N     use N threads (default: all processors); same sequences for any N
          -f, --force         overwrite
          -q, --quiet         no notes

        """;

    public static Command Create()
    {
        var options = new DataOptions();
        var sequences = new SequenceOptions();
        Option<string> output = CommandLine.Value("--output", "-o"), between = CommandLine.Value("--between");
        var count = new NumberOption<int>("-n", 8, 1, 10_000);
        var temperature = new NumberOption<float>("--temperature", 1f, 0f, 100f);
        var seed = new NumberOption<ulong>("--seed", 1, 0, ulong.MaxValue);
        var command = new Command("generate", Help + SequenceOptions.Help) { output, between, count.Option,
            temperature.Option, seed.Option };
        options.AddTo(command);
        sequences.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string? data = parsed.GetValue(between);
            int number = count.Read(parsed);
            if (data is not null && (number < 2 || parsed.GetValue(temperature.Option) is not null
                || parsed.GetValue(seed.Option) is not null))
                throw new UsageException("--between takes two steps (-n 2) at least, and nothing is drawn, so " +
                    "neither --temperature nor --seed");
            string name = parsed.GetValue(output) ?? "-";
            bool draws = name.EndsWith(".svg", StringComparison.OrdinalIgnoreCase);
            await using DataRequest asked = options.Read(parsed, data is null ? [] : [data]);
            OutputFile file = asked.Outputs.Open(name);
            SequenceModel loaded = await SequenceModel.LoadAsync(asked.Model, name, cancellationToken);
            LstmAutoencoderModel model = loaded.Model;
            if (draws && model.Tokenizer is not null)
                throw new InvalidDataException($"{ModelInput.NameOf(asked.Model)}: is of text, of which {name} draws no picture");
            if (SoundClips.IsSoundName(name))
                SoundClips.CheckLength((long)number * model.Model.Options.Length, number, loaded.Rate!.Value);
            if (model.Model.Options.Attention > 0)
                throw new InvalidDataException($"{ModelInput.NameOf(asked.Model)}: has attention, so that latents " +
                    $"alone say nothing; one trained with --attention 0 generates");
            if (data is null && !model.Model.CanDraw)
                throw new InvalidDataException($"{ModelInput.NameOf(asked.Model)}: does not know yet where latents " +
                    $"lie, as its training has not ended");
            SequenceData? ends = data is null ? null
                : await sequences.ReadAsync(parsed, loaded, asked.Files, asked, cancellationToken);
            if (ends is { Set.Count: < 2 })
                throw new InvalidDataException($"{data}: there must be two sequences to go from one to the other");
            using WorkPool workers = new(asked.Threads);
            await Task.Run(() =>
            {
                float[] latents = ends is null ? model.Model.Draw(number, seed.Read(parsed), temperature.Read(parsed))
                    : Between(model.Model.Encode(ends.Set.Part([0, 1]), workers, cancellationToken), number);
                if (model.Tokenizer is { } tokenizer)
                {
                    using StreamWriter writer = file.OpenWriter();
                    foreach (int[] said in model.Model.DecodeTokens(latents, workers, cancellationToken))
                        writer.WriteLine(SequenceText.Of(tokenizer, said).ReplaceLineEndings(" "));
                    return;
                }
                float[][] made = model.Model.DecodeValues(latents, workers, cancellationToken);
                if (SoundClips.IsSoundName(name))
                    SoundClips.Write(file.Stream, Array.ConvertAll(made, clip => (ReadOnlyMemory<float>)clip), loaded.Rate!.Value);
                else if (draws)
                    Draw(file, $"{Path.GetFileName(asked.Model)}: {(data is null ? "drawn" : "from one to another")}", made);
                else
                    Write(file, made);
            }, cancellationToken);
            return await asked.FinishAsync([], cancellationToken);
        });
        return command;
    }

    private static void Draw(OutputFile file, string title, float[][] made)
    {
        using StreamWriter writer = file.OpenWriter();
        SequenceChart.Write(writer, title, [.. made.Take(Pictured)
            .Select((values, i) => ((i + 1).ToString(CultureInfo.InvariantCulture), (ReadOnlyMemory<float>)values, Array.Empty<float>()))]);
    }

    private static void Write(OutputFile file, float[][] made)
    {
        using StreamWriter writer = file.OpenWriter();
        foreach (float[] values in made)
            writer.WriteLine(string.Join(',', values.Select(v => v.ToString("R", CultureInfo.InvariantCulture))));
    }

    // From the first row of two to the second.
    private static float[] Between(float[] ends, int count)
    {
        int z = ends.Length / 2;
        float[] latents = new float[count * z];
        for (int i = 0; i < latents.Length; i++)
        {
            float share = i / z / (float)(count - 1);
            latents[i] = share == 1f ? ends[z + i % z] : ends[i % z] + share * (ends[z + i % z] - ends[i % z]);
        }
        return latents;
    }
}

using System.Globalization;
using Tacit.Learning;
using Tacit.Media;
using Tacit.Modeling;

namespace Tacit.Cli.Training;

/// <summary>The setting 'tokenizer': bytes, byte pairs learnt from the data, or another program's file.</summary>
internal static class TokenizerSetting
{
    private const string PairsPrefix = "bpe:", Bytes = "bytes", SomeFile = "file";

    /// <summary>Asks for it; a path is not to be in a model file.</summary>
    public static string Ask(Settings task, string unlessGiven = Bytes) =>
        task.Text("tokenizer", unlessGiven, text => IsFile(text) ? SomeFile : text);

    /// <summary>The tokeniser that is asked for.</summary>
    /// <param name="task">The settings.</param>
    /// <param name="data">What byte pairs are learnt from.</param>
    /// <param name="unlessGiven">What it is if nothing is said.</param>
    public static ITokenizer Make(Settings task, ReadOnlyMemory<byte> data, string unlessGiven = Bytes) => Make(Ask(task, unlessGiven), data.Span);

    /// <summary>The tokeniser of a run that is gone on with, or of a model that is trained further.</summary>
    /// <exception cref="InvalidDataException">Another one is asked for.</exception>
    public static ITokenizer Kept(Settings task, ModelFile checkpoint)
    {
        ITokenizer kept = TokenizerText.Read(checkpoint.Tensors.FindMetadata, checkpoint.Settings.Whole("vocabulary", 256, 1, int.MaxValue));
        string text = Ask(task, kept is ByteTokenizer ? Bytes : SomeFile);
        if (IsFile(text) && !TokenizerText.Describe(kept).SequenceEqual(TokenizerText.Describe(Make(text, default))))
            throw new InvalidDataException($"{text}: is another tokeniser than the one the run began with");
        return kept;
    }

    private static bool IsFile(string text) => text is not (Bytes or SomeFile) && !text.StartsWith(PairsPrefix, StringComparison.Ordinal);

    private static ITokenizer Make(string text, ReadOnlySpan<byte> data)
    {
        if (text == Bytes)
            return new ByteTokenizer();
        if (text.StartsWith(PairsPrefix, StringComparison.Ordinal))
        {
            if (!int.TryParse(text.AsSpan(PairsPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int size)
                || size is <= 256 or > BytePairTrainer.MostTokens)
            {
                throw new InvalidDataException(
                    $"'tokenizer' is bytes, bpe:SIZE with a size from 257 to {BytePairTrainer.MostTokens}, or a file; not '{text}'.");
            }
            var trainer = new BytePairTrainer();
            trainer.Add(data);
            return trainer.Train(size);
        }
        try
        {
            return TokenizerText.Parse(File.ReadAllBytes(text));
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{text}: {e.Message}", e);
        }
    }
}

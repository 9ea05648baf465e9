using System.Text;
using Tacit.Cli.Tests.Support;

namespace Tacit.Cli.Tests;

/// <summary>tacit generate, evaluate, import and export of models of text.</summary>
public sealed class LanguageModelTests : IDisposable
{
    private const string Tiny = "--preset tiny --context 16 --layers 1 --columns 16 --heads 2 --batch 2 --steps 20 -q";

    private readonly Sandbox _box = new();

    public LanguageModelTests()
    {
        _box.WriteText("text", 6000);
        _box.Tacit($"train gpt text {Tiny} -o m").IsQuiet();
    }

    public void Dispose() => _box.Dispose();

    [UnixFact]
    public void PromptAndContinuationAndNothingElseAreWritten()
    {
        byte[] text = _box.Tacit("generate --model m --prompt 'the model' -n 50 --seed 3").IsQuiet().Output;
        Assert.StartsWith("the model", Encoding.Latin1.GetString(text), StringComparison.Ordinal);
        Assert.Equal(9 + 50, text.Length);
        Assert.Equal(text, _box.Tacit("generate --model=m --prompt='the model' -n 50 --seed 3").IsQuiet().Output);
        Assert.NotEqual(text, _box.Tacit("generate --model m --prompt 'the model' -n 50 --seed 4").IsQuiet().Output);
        Assert.Equal(text[..29], _box.Tacit("generate --model m --prompt 'the model' -n 20 --seed 3").IsQuiet().Output);
        // What stands on standard input is the prompt byte for byte.
        byte[] prompt = [0xFF, 0, (byte)'a', 0xC3];
        byte[] piped = _box.Tacit("generate --model m --prompt - -n 5", prompt).IsQuiet().Output;
        Assert.Equal(prompt, piped[..4]);
        Assert.Equal(9, piped.Length);
        Assert.Equal("-n"u8, _box.Tacit("generate --model m --prompt=-n -n 0").IsQuiet().Output);
        Assert.Empty(_box.Tacit("generate --model m -n 0").IsQuiet().Output);
    }

    [UnixFact]
    public void OptionsChooseTheTokens()
    {
        const string Command = "generate --model m --prompt the -n 40 --seed 5 ";
        byte[] greedy = _box.Tacit(Command + "--temperature 0").IsQuiet().Output;
        Assert.Equal(greedy, _box.Tacit(Command + "--top-k 1").IsQuiet().Output);
        Assert.Equal(greedy, _box.Tacit(Command + "--min-p 1").IsQuiet().Output);
        Assert.Equal(greedy, _box.Tacit(Command + "--top-p 0.000001").IsQuiet().Output);
        byte[] all = _box.Tacit(Command).IsQuiet().Output;
        Assert.NotEqual(greedy, all);
        Assert.NotEqual(all, _box.Tacit(Command + "--temperature 0.3").IsQuiet().Output);
        Assert.NotEqual(all, _box.Tacit(Command + "--repetition-penalty 3").IsQuiet().Output);
        string text = Encoding.Latin1.GetString(greedy);
        string stop = text.Substring(20, 2), other = text.Substring(30, 2);
        int end = Math.Min(text.IndexOf(stop, 3, StringComparison.Ordinal), text.IndexOf(other, 3, StringComparison.Ordinal));
        Assert.Equal(greedy[..end], _box.Tacit(Command + $"--temperature 0 --stop '{stop}' --stop '{other}'").IsQuiet().Output);
    }

    [UnixFact]
    public void WrongOptionsAndModelsAreNamed()
    {
        _box.Tacit("generate").Says(1, "--model MODEL is missing");
        _box.Tacit("generate --model none").Says(1, "no such file");
        _box.Tacit("generate --model text").Says(1, "text: The file is no safetensors file");
        _box.Tacit("generate --model m --temperature -1").Says(1, "--temperature takes a number from 0");
        _box.Tacit("generate --model m --top-p 0").Says(1, "--top-p");
        _box.Tacit("generate --model m -n x").Says(1, "-n takes a number");
        _box.Tacit("generate --model m extra").Says(1, "extra");
        _box.Run("head -c 2000 m > cut").IsQuiet();
        _box.Tacit("generate --model cut").Says(1, "cut: ");
        _box.Tacit("evaluate --model m missing").Says(1, "missing: no such file");
        _box.Tacit("export m --format huggingface -o -").Says(1, "several files");
        Assert.Empty(_box.Run("\"$TACIT\" export m --format huggingface -o - 2> trouble").Output);
        _box.Run(": > empty; \"$TACIT\" evaluate --model m empty").Says(1, "nothing to foresee");
    }

    [UnixFact]
    public void EvaluationIsTheSameForAnyNumberOfThreads()
    {
        _box.Run("head -c 1000 text > a; tail -c 500 text > b").IsQuiet();
        string one = _box.Tacit("evaluate --model m a b -T1").IsQuiet().Text;
        Assert.Equal(one, _box.Tacit("evaluate --model m a b -T3").IsQuiet().Text);
        string[] lines = one.TrimEnd().Split('\n');
        Assert.Equal(4, lines.Length);
        Assert.Contains("bits/byte", lines[0], StringComparison.Ordinal);
        string[] cells = lines[1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(("999", "999", "a"), (cells[0], cells[1], cells[^1]));
        Assert.InRange(double.Parse(cells[2], System.Globalization.CultureInfo.InvariantCulture), 2, 8);
        Assert.EndsWith("(2 files)", lines[3], StringComparison.Ordinal);
    }

    [UnixTheory, InlineData("llama2c", "out.bin"), InlineData("huggingface", "out.safetensors")]
    public void AModelGoesOutAndComesBackBitForBit(string format, string name)
    {
        _box.Tacit($"export m --format {format} -o {name}").IsQuiet();
        _box.Tacit($"import {name} -o back").IsQuiet();
        Assert.Equal(_box.Tacit("generate --model m --prompt a -n 60").IsQuiet().Output, _box.Tacit("generate --model back --prompt a -n 60").IsQuiet().Output);
        _box.Tacit($"export back --format {format} -f -o again").IsQuiet();
        Assert.Equal(_box.Read(name), _box.Read("again"));
        _box.Tacit($"import {name} -o back").Says(1, "exists");
        Assert.Equal(format == "llama2c" ? "again back m out.bin text" : "again back config.json m out.safetensors text", _box.Names);
    }

    [UnixFact]
    public void BytePairsAreLearntStoredAndWritten()
    {
        string note = _box.Tacit($"train gpt text {Tiny.Replace("-q", "", StringComparison.Ordinal)} --tokenizer bpe:300 -o pairs").Error;
        Assert.Contains("bits per byte", note, StringComparison.Ordinal);
        _box.Tacit($"train gpt text {Tiny} --tokenizer bpe:300 -o same").IsQuiet();
        Assert.Equal(_box.Read("pairs"), _box.Read("same"));
        byte[] text = _box.Tacit("generate --model pairs --prompt 'the model' -n 30").IsQuiet().Output;
        Assert.InRange(text.Length, 9 + 30 + 1, 9 + 30 * 10);
        _box.Run("mkdir hf").IsQuiet();
        _box.Tacit("export pairs --format huggingface -o hf/model.safetensors --tokenizer t.json").IsQuiet();
        Assert.Equal(_box.Read("t.json"), _box.Read("hf/tokenizer.json"));
        _box.Tacit("import hf -o back").IsQuiet();
        Assert.Equal(text, _box.Tacit("generate --model back --prompt 'the model' -n 30").IsQuiet().Output);
        // A tokeniser from a file; the model file does not say where that was.
        _box.Tacit($"train gpt text {Tiny} --tokenizer hf/tokenizer.json -o a").IsQuiet();
        _box.Tacit($"train gpt text {Tiny} --tokenizer ./t.json -o b").IsQuiet();
        Assert.Equal(_box.Read("a"), _box.Read("b"));
        // A run that goes on keeps its tokeniser, and says so if another file is named. (A model is no checkpoint, as is found next.)
        _box.Run("cp a c.checkpoint; sed 's/,\"[^\"]*\"]}}$/]}}/' t.json > other.json; ! cmp -s t.json other.json").IsQuiet();
        _box.Tacit("train gpt text --resume --tokenizer other.json -q -o c").Says(1, "other.json: ");
        _box.Tacit("train gpt text --resume --tokenizer t.json -q -o c").Says(1, "no checkpoint");
        _box.Run("rm c.checkpoint").IsQuiet();
        _box.Tacit($"train gpt text {Tiny} --tokenizer bpe:12 -o c").Says(1, "bpe:SIZE");
        _box.Tacit($"train gpt text {Tiny} --tokenizer text -o c").Says(1, "text: The tokeniser");
        _box.Tacit($"train gpt text {Tiny} --tokenizer bpe:300 --vocabulary 9 -o c").Says(1, "'vocabulary' is ");
        Assert.False(_box.Has("c"));
    }

    [UnixFact]
    public void InspectionShowsTokensOnAPageOrTheirCost()
    {
        string text = _box.Tacit("inspect --model m text").IsQuiet().Text;
        Assert.StartsWith("text: 4,096 tokens, ", text, StringComparison.Ordinal);
        _box.Tacit("inspect --model m text -o page.html").IsQuiet();
        Assert.Contains("what each token cost", File.ReadAllText(_box.PathOf("page.html")), StringComparison.Ordinal);
        _box.Tacit("inspect --model m text -o page.html").Says(1, "exists");
        _box.Tacit("inspect --model text text").Says(1, "text: ");
        _box.Run("printf x > one; \"$TACIT\" inspect --model m one -o p").Says(1, "nothing to foresee");
        Assert.Equal("m one page.html text", _box.Names);
    }

    [UnixFact]
    public void WhatCannotBeImportedLeavesNothing()
    {
        _box.Tacit("export m --format huggingface -o good.safetensors").IsQuiet();
        _box.Run("head -c 9000 good.safetensors > cut.safetensors; mv config.json c.json").IsQuiet();
        string before = _box.Names;
        _box.Tacit("import good.safetensors -o x").Says(1, "config.json");
        _box.Tacit("import cut.safetensors --config c.json -o x").Says(1, "cut.safetensors: ");
        _box.Tacit("import good.safetensors --config text -o x").Says(1, "not valid JSON");
        _box.Tacit("import good.safetensors --config c.json --tokenizer c.json -o x").Says(1, "c.json: ");
        _box.Tacit("import m --config c.json -o x").Says(1, "a model of Tacit already");
        _box.Tacit("import text -o x").Says(1, "llama2.c");
        _box.Tacit("import good.safetensors --config c.json").Says(1, "-o MODEL is missing");
        _box.Tacit("export m --format other -o x").Says(1, "--format is");
        _box.Tacit("export m --tokenizer t -o x").Says(1, "tokens are bytes");
        _box.Tacit("export m --format huggingface -o -").Says(1, "several files");
        Assert.Equal(before, _box.Names);
    }
}

using System.Diagnostics;
using System.Text.RegularExpressions;
using Tacit.Cli.Tests.Support;

namespace Tacit.Cli.Tests;

/// <summary>tacit train, list and export of what it writes.</summary>
public sealed class TrainTests : IDisposable
{
    private const string Tiny = "--preset tiny --context 16 --layers 1 --columns 16 --heads 2 --batch 2";

    private readonly Sandbox _box = new();

    public TrainTests() => _box.WriteText("text", 6000);

    public void Dispose() => _box.Dispose();

    [UnixFact]
    public void TheSameRunGivesTheSameFileWithAnyNumberOfThreads()
    {
        foreach (int threads in new[] { 1, 2, 3 })
            _box.Tacit($"train gpt text {Tiny} --steps 30 --dropout 0.1 -q -T{threads} -o m{threads}").IsQuiet();
        Assert.Equal(_box.Read("m1"), _box.Read("m2"));
        Assert.Equal(_box.Read("m1"), _box.Read("m3"));
        _box.Tacit($"train gpt text {Tiny} --steps 30 --dropout 0.1 --seed 2 -q -o other").IsQuiet();
        Assert.NotEqual(_box.Read("m1"), _box.Read("other"));
        Assert.Equal("m1 m2 m3 other text", _box.Names);
    }

    [UnixTheory, InlineData("INT"), InlineData("TERM")]
    public void AStoppedRunGoesOnToTheSameFile(string signal)
    {
        string options = $"text {Tiny} --steps 1500 --patience 50";
        using Process process = Shell.Start(_box.Folder, $"exec \"$TACIT\" train gpt {options} -v -o m");
        string? line;
        while ((line = process.StandardError.ReadLine()) is not null && !line.Contains("step 6", StringComparison.Ordinal))
        {
        }
        Assert.NotNull(line);
        _box.Run($"kill -{signal} {process.Id}").IsQuiet();
        string rest = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(130, process.ExitCode);
        Assert.Contains("--resume goes on", rest, StringComparison.Ordinal);
        Assert.Equal("m.checkpoint text", _box.Names);

        _box.Tacit("train gpt text -o m").Says(1, "'m.checkpoint' is of a run that was stopped; --resume goes on with it, -f begins anew");
        Assert.Contains("a checkpoint after step ", _box.Tacit("list m.checkpoint").IsQuiet().Text, StringComparison.Ordinal);
        _box.Tacit("train gpt text --resume -q -o m --rate 0.5").Says(1, "other options");
        _box.Tacit("train gpt text --resume -q -o m --layers 2").Says(1, "another settings");
        _box.Run("cat text text > twice").IsQuiet();
        _box.Tacit("train gpt twice --resume -q -o m").Says(1, "another data_bytes");
        _box.Tacit("train gpt text --resume -q -o m").IsQuiet();
        _box.Tacit($"train gpt {options} -q -o whole").IsQuiet();
        Assert.Equal(_box.Read("whole"), _box.Read("m"));
        _box.Tacit("train gpt text --resume -q -o m").Says(1, "is complete");
        Assert.Equal("m text twice whole", _box.Names);
    }

    [UnixFact]
    public void TheSameCommandWithResumeGoesOnAndItsFilesAreNoData()
    {
        _box.Run("mkdir f && cp text f && echo '{\"batch\": 2}' > c.json").IsQuiet();
        const string Command = "train gpt f --preset tiny --config c.json --context 16 --layers 1 --columns 16 --heads 2 --time 3s "
            + "-o f/m --log f/log --curve f/curve.svg";
        using Process process = Shell.Start(_box.Folder, $"exec \"$TACIT\" {Command} -v");
        string? line;
        while ((line = process.StandardError.ReadLine()) is not null && !line.Contains("step 6", StringComparison.Ordinal))
        {
        }
        Assert.NotNull(line);
        _box.Run($"kill -INT {process.Id} && kill -TERM {process.Id}").IsQuiet();       // as from a terminal and from 'timeout'
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(130, process.ExitCode);
        Assert.Equal("curve.svg\nlog\nm.checkpoint\ntext\n", _box.Run("ls -A f").IsQuiet().Text);

        _box.Tacit(Command.Replace("f/log", "text", StringComparison.Ordinal) + " --resume").Says(1, "is no log of a run");
        _box.Tacit(Command.Replace("f/curve.svg", "text", StringComparison.Ordinal) + " --resume").Says(1, "is no curve");
        _box.Tacit(Command + " --resume --preset small -q").Says(1, "other options");
        _box.Tacit(Command + " --resume --memlimit 10K -q").Says(1, "10.0 KiB");
        _box.Tacit(Command + " --resume -q").IsQuiet();
        Assert.Equal("curve.svg\nlog\nm\ntext\n", _box.Run("ls -A f").IsQuiet().Text);
        int[] steps = [.. File.ReadLines(_box.PathOf("f/log")).Select(l => int.Parse(Regex.Match(l, @"\d+").Value))];
        Assert.Equal(steps.Distinct().Order(), steps);
    }

    [UnixFact]
    public void WhatIsSkippedIsInTheExitCode()
    {
        _box.Run("mkdir f && cp text f && mkfifo f/pipe").IsQuiet();
        Outcome outcome = _box.Tacit($"train gpt f {Tiny} --steps 2 -o m");
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("f/pipe: is not a regular file; skipped", outcome.Error, StringComparison.Ordinal);
        Assert.True(_box.Has("m"));
    }

    [UnixFact]
    public void ARunThatDivergesDrawsItsCurve()
    {
        _box.Tacit("train gpt text --preset tiny --layers 1 --rate 1e6 --decay 1000 --warm-up 0 --steps 50 -q -o m --curve c.svg").Says(1, "Training diverged");
        Assert.Equal("c.svg text", _box.Names);
    }

    [UnixFact]
    public void TimeIsMeasuredAndTheStepsItGaveMakeTheSameModel()
    {
        Outcome timed = _box.Tacit($"train gpt text {Tiny} --time 2s -o timed");
        Assert.Equal(0, timed.ExitCode);
        Match steps = Regex.Match(timed.Error, @"--steps (\d+) --seed 1: about");
        Assert.True(steps.Success, timed.Error);
        _box.Tacit($"train gpt text {Tiny} --steps {steps.Groups[1].Value} -q -o counted").IsQuiet();
        Assert.Equal(_box.Read("timed"), _box.Read("counted"));
    }

    [UnixFact]
    public void AModelIsListedAndExported()
    {
        _box.Tacit($"train gpt text {Tiny} --steps 5 -q -o m --log log --curve curve.svg").IsQuiet();
        string list = _box.Tacit("list -v m").IsQuiet().Text;
        foreach (string part in new[] { "kind gpt", "\"layers\":1", "tokenizer: bytes", "data_bytes: 5400", "validation_bytes: 600", "steps: 5", "seed: 1", "SHA-256 ", "tokens.weight F32 (256, 16)" })
            Assert.Contains(part, list, StringComparison.Ordinal);
        foreach (string secret in new[] { Environment.MachineName, _box.Folder, "hread" })
            Assert.DoesNotContain(secret, list, StringComparison.Ordinal);
        Assert.StartsWith("m: a model", _box.Run("cat m | \"$TACIT\" list - | sed s/standard.input/m/").IsQuiet().Text, StringComparison.Ordinal);
        _box.Tacit("export m -o m.safetensors").IsQuiet();
        Assert.Contains("\"format\":\"pt\"", _box.Run("head -c 200 m.safetensors").Text, StringComparison.Ordinal);
        // What is exported is the weights, byte for byte: the ends of both files.
        byte[] model = _box.Read("m"), exported = _box.Read("m.safetensors");
        int header = BitConverter.ToInt32(model), plain = BitConverter.ToInt32(exported);
        Assert.Equal(model[(8 + header)..], exported[(8 + plain)..]);
        Assert.Equal(5, File.ReadLines(_box.PathOf("log")).Count(line => line.StartsWith("{\"step\":", StringComparison.Ordinal)));
        Assert.StartsWith("<svg", File.ReadAllText(_box.PathOf("curve.svg")), StringComparison.Ordinal);
        _box.Tacit("export m -o m.safetensors").Says(1, "exists already");
        _box.Tacit("list m.safetensors").Says(1, "no model of Tacit");
    }

    [UnixFact]
    public void DataComesFromFilesFoldersAndStandardInput()
    {
        _box.Run("mkdir f && head -c 3000 text > f/a && tail -c 3000 text > f/b").IsQuiet();
        _box.Tacit($"train gpt text {Tiny} --steps 2 -q -o one").IsQuiet();
        _box.Tacit($"train gpt f {Tiny} --steps 2 -q -o two").IsQuiet();
        _box.Run($"cat f/a | \"$TACIT\" train gpt - f/b {Tiny} --steps 2 -q -o three").IsQuiet();
        _box.Run($"head -c 5400 text > begin && tail -c 600 text > end && \"$TACIT\" train gpt begin --validation end {Tiny} --steps 2 -q -o four").IsQuiet();
        Assert.Equal(_box.Read("one"), _box.Read("two"));
        Assert.Equal(_box.Read("one"), _box.Read("three"));
        Assert.Equal(_box.Read("one"), _box.Read("four"));
    }

    [UnixFact]
    public void SettingsComeFromPresetFileAndOptionsInThisOrder()
    {
        _box.Run("""echo '{"context": 16, "layers": 1, "columns": 16, "heads": 2, "batch": 3, "rate": 0.01}' > c.json""").IsQuiet();
        _box.Tacit("train gpt text --preset tiny --config c.json --batch 2 --rate 0.003 --steps 5 -q -o a").IsQuiet();
        _box.Tacit($"train gpt text {Tiny} --steps 5 -q -o b").IsQuiet();
        Assert.Equal(_box.Read("a"), _box.Read("b"));
    }

    [UnixTheory]
    [InlineData("train", "needs a KIND")]
    [InlineData("train what text -o m", "no kind 'what'")]
    [InlineData("train gpt text", "-o MODEL is missing")]
    [InlineData("train gpt text -o -", "not written to standard output")]
    [InlineData("train gpt none -o m", "none: no such file")]
    [InlineData("train gpt empty -o m", "no data")]
    [InlineData("train gpt text -o text", "'text' exists already; -f overwrites it")]
    [InlineData("train gpt text -o text -f", "same file")]
    [InlineData("train gpt text -o no/m", "folder of 'no/m' does not exist")]
    [InlineData("train gpt text -o m --context 100000", "not more than the window")]
    [InlineData("train gpt text -o m --layers 0", "'layers' is a whole number from 1 to 1000, not '0'")]
    [InlineData("train gpt text -o m --layers 2.5", "'layers' is a whole number")]
    [InlineData("train gpt text -o m --rate fast", "'rate' is a number")]
    [InlineData("train gpt text -o m --norm none", "'norm' is one of rms, layer, not 'none'")]
    [InlineData("train gpt text -o m --columns 30 --heads 4", "divides 'columns'")]
    [InlineData("train gpt text -o m --preset huge", "--preset is one of")]
    [InlineData("train gpt text -o m --time soon", "--time takes a time")]
    [InlineData("train gpt text -o m --time 5m --steps 10", "exclude each other")]
    [InlineData("train gpt text -o m --resume", "there is no 'm.checkpoint'")]
    [InlineData("train gpt text -o m --config text", "text: ")]
    [InlineData("train gpt text -o m --config bad.json", "no setting 'layer'")]
    [InlineData("train gpt text -o m --validation empty", "holds no bytes")]
    [InlineData("train gpt text -o m --unknown 1", "unknown option '--unknown'")]
    [InlineData("train gpt text -o m --memlimit 1K", "1.0 KiB")]
    [InlineData("train gpt text -o m --preset tiny --context 16 --memlimit 4M --log log", "--memlimit is 4.0 MiB")]
    [InlineData("train gpt text -o m --columns 65536 --heads 2 --context 16", "2^31 values")]
    [InlineData("train gpt text -o m --batch 65536 --hidden 65536", "batch of 65536 windows of 256 bytes is too large")]
    [InlineData("train gpt text -o m --columns 4096 --layers 1000 --context 16", "at least")]
    [InlineData("train gpt text -o m --log -", "--log takes the name of a file")]
    [InlineData("train gpt text -o m --curve -", "--curve takes the name of a file")]
    [InlineData("train gpt text -o m --log text", "'text' exists already")]
    [InlineData("train gpt text -o m --curve text", "'text' exists already")]
    [InlineData("train gpt text -o m --curve text -f", "same file")]
    [InlineData("train gpt text -o m --log m", "same file")]
    [InlineData("train gpt text -o m --log a --curve ./a", "same file")]
    [InlineData("train gpt text -o m --config bad.json --log bad.json -f", "same file")]
    [InlineData("train gpt text -o m --log no/log", "folder of 'no/log' does not exist")]
    [InlineData("train gpt text -o m --curve .", "no regular file")]
    [InlineData("train gpt text -o m --preset tiny --layers 1 --rate 1e6 --decay 1000 --warm-up 0 --steps 50 -q", "Training diverged")]
    [InlineData("export text -o m", "safetensors")]
    public void MistakesAreSaidAndNothingIsWritten(string arguments, string message)
    {
        _box.Run("touch empty; echo '{\"layer\": 3}' > bad.json").IsQuiet();
        _box.Tacit(arguments).Says(1, message);
        Assert.Equal("bad.json empty text", _box.Names);
    }

    [UnixFact]
    public void ACheckpointOfAnotherKindIsRefused()
    {
        // A model file is a checkpoint without a state, and here of a kind there is not.
        _box.Tacit($"train gpt text {Tiny} --steps 1 -q -o m").IsQuiet();
        _box.Run("sed 's/\"kind\":\"gpt\"/\"kind\":\"gqt\"/' m > n.checkpoint && cp m o.checkpoint").IsQuiet();
        _box.Tacit("train gpt text --resume -o n").Says(1, "of the kind 'gqt', not 'gpt'");
        _box.Tacit("train gpt text --resume -q -o o").Says(1, "no checkpoint");
        Assert.Equal("m n.checkpoint o.checkpoint text", _box.Names);
    }

    [UnixFact]
    public void HelpNamesEverySetting()
    {
        string help = _box.Tacit("train gpt --help").IsQuiet().Text;
        _box.Tacit($"train gpt text {Tiny} --steps 1 -q -o m").IsQuiet();
        string list = _box.Tacit("list m").IsQuiet().Text;
        foreach (Match setting in Regex.Matches(list, "\"([a-z_0-9]+)\":"))
            Assert.Contains("--" + setting.Groups[1].Value.Replace('_', '-'), help, StringComparison.Ordinal);
        Assert.Contains("gpt", _box.Tacit("train --help").IsQuiet().Text, StringComparison.Ordinal);
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Tacit.Cli.Tests.Support;

namespace Tacit.Cli.Tests;

/// <summary>tacit train --from: a model that is there is trained further.</summary>
public sealed class FurtherTrainingTests : IDisposable
{
    private const string Tiny = "--preset tiny --context 16 --layers 1 --columns 16 --heads 2 --batch 2 -q";

    private readonly Sandbox _box = new();

    public FurtherTrainingTests()
    {
        _box.WriteText("text", 6000);
        _box.Write("other", [.. Samples.Text(6000).Select(b => (byte)char.ToUpperInvariant((char)b))]);
        _box.Tacit($"train gpt text {Tiny} --steps 60 -o m").IsQuiet();
    }

    public void Dispose() => _box.Dispose();

    [UnixFact]
    public void ItGoesOnFromTheModelsValuesToTheSameFileEverywhere()
    {
        byte[] before = _box.Read("m");
        _box.Tacit("train gpt other --from m --steps 1 --rate 0 -q -o same").IsQuiet();
        Assert.Equal(Weights("m"), Weights("same"));
        _box.Tacit("train gpt other --from m --steps 60 --batch 2 --rate 0.003 -q -T1 -o one").IsQuiet();
        _box.Tacit("train gpt other --from m --steps 60 --batch 2 --rate 0.003 -q -T3 -o three").IsQuiet();
        Assert.Equal(_box.Read("one"), _box.Read("three"));
        Assert.Equal(before, _box.Read("m"));
        string list = _box.Tacit("list one").IsQuiet().Text;
        Assert.Contains($"from_sha256: {Convert.ToHexStringLower(SHA256.HashData(before))}", list, StringComparison.Ordinal);
        Assert.Contains("\"columns\":16", list, StringComparison.Ordinal);
        Assert.DoesNotContain("from_sha256", _box.Tacit("list m").IsQuiet().Text, StringComparison.Ordinal);
        double old = BitsPerByte("m", "other"), further = BitsPerByte("one", "other");
        Assert.True(further < old - 0.5, $"{further} after {old}");
        // Of what is like the old data it knows more than a model that begins with nothing.
        _box.Write("more", Samples.Text(6000, seed: 2));
        _box.Tacit("train gpt more --from m --steps 60 --batch 2 --rate 0.003 -q -o on").IsQuiet();
        _box.Tacit($"train gpt more {Tiny} --steps 60 -o anew").IsQuiet();
        (further, double anew) = (BitsPerByte("on", "more"), BitsPerByte("anew", "more"));
        Assert.True(further < anew - 0.1, $"{further} against {anew}");
    }

    [UnixFact]
    public void AStoppedRunGoesOnToTheSameFile()
    {
        const string Options = "other --from m --steps 1500 --batch 2 --dropout 0.1";
        using Process process = Shell.Start(_box.Folder, $"exec \"$TACIT\" train gpt {Options} -v -o n");
        string? line;
        while ((line = process.StandardError.ReadLine()) is not null && !line.Contains("step 6", StringComparison.Ordinal))
        {
        }
        Assert.NotNull(line);
        _box.Run($"kill -INT {process.Id}").IsQuiet();
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(130, process.ExitCode);
        Assert.True(_box.Has("n.checkpoint"));

        _box.Tacit($"train gpt text {Tiny} --steps 2 -o wrong").IsQuiet();
        _box.Tacit("train gpt other --from wrong --resume -q -o n").Says(1, "another from_sha256");
        _box.Run("cp n.checkpoint copy.checkpoint").IsQuiet();
        _box.Tacit("train gpt other --resume -q -o copy").IsQuiet();
        _box.Tacit($"train gpt {Options} --resume -q -o n").IsQuiet();
        _box.Tacit($"train gpt {Options} -q -o whole").IsQuiet();
        Assert.Equal(_box.Read("whole"), _box.Read("n"));
        Assert.Equal(_box.Read("whole"), _box.Read("copy"));
    }

    [UnixTheory, InlineData("llama2c", ""), InlineData("huggingface", ""), InlineData("huggingface", "--tokenizer bpe:300")]
    public void AnImportedModelIsTrainedFurther(string format, string tokenizer)
    {
        _box.Run("mkdir d").IsQuiet();
        _box.Tacit($"train gpt text {Tiny} {tokenizer} --steps 20 -o a").IsQuiet();
        _box.Tacit($"export a --format {format} -o d/model.safetensors").IsQuiet();
        _box.Tacit("import d/model.safetensors -o b").IsQuiet();
        _box.Tacit("train gpt other --from a --steps 20 --batch 2 -q -o a2").IsQuiet();
        _box.Tacit("train gpt other --from b --steps 20 --batch 2 -q -o b2").IsQuiet();
        Assert.Equal(Weights("a2"), Weights("b2"));
        Assert.NotEqual(Weights("a"), Weights("a2"));
        Assert.Equal(_box.Tacit("generate --model a2 -n 20").IsQuiet().Output, _box.Tacit("generate --model b2 -n 20").IsQuiet().Output);
        _box.Tacit("train gpt other --from b2 --steps 1 --batch 2 -q -o b3").IsQuiet();     // and again
    }

    [UnixTheory]
    [InlineData("--from m --layers 2", "'layers' is 1 in m and cannot become 2")]
    [InlineData("--from m --preset small", "cannot become")]
    [InlineData("--from m --norm layer", "'norm' is \"rms\" in m and cannot become \"layer\"")]
    [InlineData("--from m --config c.json", "'context' is 16 in m and cannot become 32")]
    [InlineData("--from m --tokenizer bpe:300", "'tokenizer' is the model's own")]
    [InlineData("--from m --tokenizer bytes", "'tokenizer' is the model's own")]
    [InlineData("--from m --what 1", "unknown option '--what'")]
    [InlineData("--from none", "none: no such file")]
    [InlineData("--from text", "text: The file is no safetensors file")]
    [InlineData("--from cut", "cut: ")]
    [InlineData("--from claims", "claims: The model file's settings are of a model with ")]
    [InlineData("--from a", "a: is a model of the kind 'ar', not 'gpt'")]
    [InlineData("--from m -f -o m", "same file")]
    [InlineData("--from m --resume", "there is no 'x.checkpoint'")]
    [InlineData("--from - -", "standard input can be read once")]
    public void MistakesAreSaidAndNothingIsWritten(string arguments, string message)
    {
        _box.Run("""
            echo '{"context": 32}' > c.json; head -c 2000 m > cut; sed 's/layers\\":1,/layers\\":2,/' m > claims
            printf 'y\n1\n3\n2\n5\n4\n6\n5\n8\n9\n7\n' > a.csv; "$TACIT" train ar a.csv -p 1 -q -o a
            """).IsQuiet();
        string before = _box.Names;
        _box.Tacit($"train gpt other {arguments}{(arguments.Contains("-o ", StringComparison.Ordinal) ? "" : " -o x")}").Says(1, message);
        Assert.Equal(before, _box.Names);
    }

    [UnixFact]
    public void WhatChangesNoTensorMayChange()
    {
        _box.Tacit("train gpt other --from m --layers 1 --context 16 --dropout 0.2 --recompute true --steps 2 -q -o n").IsQuiet();
        Assert.Contains("\"dropout\":0.2", _box.Tacit("list n").IsQuiet().Text, StringComparison.Ordinal);
        _box.Run("cat m | \"$TACIT\" train gpt other --from - --steps 2 -q -o a && \"$TACIT\" train gpt other --from <(cat m) --steps 2 -q -o b && cmp a b").IsQuiet();
    }

    private byte[] Weights(string model)
    {
        byte[] file = _box.Read(model);
        return file[(8 + BitConverter.ToInt32(file))..];
    }

    private double BitsPerByte(string model, string file)
    {
        string[] lines = _box.Tacit($"evaluate --model {model} {file}").IsQuiet().Text.Split('\n');
        return double.Parse(lines[1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[2], CultureInfo.InvariantCulture);
    }
}

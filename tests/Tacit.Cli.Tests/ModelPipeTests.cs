using Tacit.Cli.Tests.Support;

namespace Tacit.Cli.Tests;

/// <summary>Models from pipes, which can be read once.</summary>
public sealed class ModelPipeTests : IDisposable
{
    private readonly Sandbox _box = new();

    public ModelPipeTests()
    {
        _box.WriteText("text", 3000);
        _box.Tacit("train gpt text --preset tiny --context 16 --layers 1 --columns 16 --heads 2 --batch 2 --steps 5 -q -o m").IsQuiet();
    }

    public void Dispose() => _box.Dispose();

    [UnixTheory]
    [InlineData("generate --model M --prompt a -n 20")]
    [InlineData("evaluate --model M text")]
    [InlineData("inspect --model M text")]
    [InlineData("export M -o -")]
    [InlineData("generate --model none --model M -n 20")]
    public void AModelComesFromAPipe(string command)
    {
        byte[] expected = _box.Tacit(command.Replace("M", "m", StringComparison.Ordinal)).IsQuiet().Output;
        Assert.NotEmpty(expected);
        Assert.Equal(expected, _box.Tacit(command.Replace("M", "<(cat m)", StringComparison.Ordinal)).IsQuiet().Output);
        Assert.Equal(expected, _box.Run("cat m | \"$TACIT\" " + command.Replace("M", "-", StringComparison.Ordinal)).IsQuiet().Output);
        Assert.Equal("m text", _box.Names);
    }

    [UnixFact]
    public void AModelOfSeriesComesFromAPipe()
    {
        _box.Run("printf 'y\\n1\\n3\\n2\\n5\\n4\\n6\\n5\\n8\\n9\\n7\\n' > a.csv; \"$TACIT\" train ar a.csv -p 1 -q -o a").IsQuiet();
        foreach (string command in (string[])["forecast --steps 3", "generate -n 3"])
        {
            string expected = _box.Tacit($"{command} --model a").IsQuiet().Text;
            Assert.Equal(expected, _box.Tacit($"{command} --model <(cat a)").IsQuiet().Text);
            Assert.Equal(expected, _box.Run($"cat a | \"$TACIT\" {command} --model -").IsQuiet().Text);
        }
    }

    [UnixTheory]
    [InlineData("generate --model <(head -c 999 m)", "cut short")]
    [InlineData("generate --model <(true)", "too short to be a safetensors file")]
    [InlineData("generate --model - < text", "standard input: The file is no safetensors file")]
    [InlineData("generate --model - --prompt - < m", "standard input can be read once")]
    [InlineData("evaluate --model - < m", "standard input can be read once")]
    [InlineData("inspect --model - - < m", "standard input can be read once")]
    [InlineData("generate --model .", ".: is a folder")]
    public void WhatIsNoModelIsSaid(string command, string message) => _box.Tacit(command).Says(1, message);
}

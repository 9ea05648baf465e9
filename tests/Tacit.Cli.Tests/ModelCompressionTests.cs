using Tacit.Cli.Tests.Support;

namespace Tacit.Cli.Tests;

/// <summary>tacit compress --model, and where decompress, test and list look for what an archive needs.</summary>
public sealed class ModelCompressionTests : IDisposable
{
    private readonly Sandbox _box = new();

    public ModelCompressionTests()
    {
        _box.WriteText("text", 6000);
        _box.Tacit("train gpt text --preset tiny --context 16 --layers 1 --columns 16 --heads 2 --batch 4 --steps 150 -q -o m.tacitmodel").IsQuiet();
        _box.Run("mkdir far; head -c 2500 text > a").IsQuiet();
    }

    public void Dispose() => _box.Dispose();

    [UnixFact]
    public void AModelIsGivenFoundOrEmbedded()
    {
        byte[] data = _box.Read("a");
        _box.Tacit("c --block-size 1K --model m.tacitmodel a").IsQuiet();     // an only block need not name the model
        _box.Run("sha256sum < m.tacitmodel | cut -c1-64 > hash; mv a.tacit far; rm a").IsQuiet();
        string hash = System.Text.Encoding.ASCII.GetString(_box.Read("hash")).Trim();

        // Nowhere: the error names the hash and every place.
        Outcome missing = _box.Run("export XDG_DATA_HOME=$PWD/data TACIT_MODELS=$PWD/none; \"$TACIT\" d far/a.tacit");
        missing.Says(1, hash);
        missing.Says(1, "--model (not given)");
        missing.Says(1, "beside the archive");
        missing.Says(1, "$TACIT_MODELS");
        missing.Says(1, "data/tacit/models");
        _box.Run("TACIT_MODELS= \"$TACIT\" t far/a.tacit").Says(1, hash);

        Assert.Equal(data, _box.Tacit("-dc --model m.tacitmodel far/a.tacit").IsQuiet().Output);
        Assert.Equal(data, _box.Run("TACIT_MODELS=none:$PWD \"$TACIT\" -dc far/a.tacit").IsQuiet().Output);
        Assert.Equal(data, _box.Run("TACIT_MODELS=$PWD/m.tacitmodel \"$TACIT\" -dc < far/a.tacit").IsQuiet().Output);
        Assert.Equal(data, _box.Run("mkdir -p data/tacit/models; cp m.tacitmodel data/tacit/models; XDG_DATA_HOME=$PWD/data \"$TACIT\" -dc far/a.tacit").IsQuiet().Output);
        // Beside it, whatever its name, as long as that is a model's; a wrong one there does no harm.
        _box.Run("cp m.tacitmodel far/other.tacitmodel; echo > far/a.tacitmodel; \"$TACIT\" d far/a.tacit && rm far/*.tacitmodel").IsQuiet();
        Assert.Equal(data, _box.Read("far/a"));
        _box.Run("cp m.tacitmodel far/model; \"$TACIT\" t far/a.tacit").Says(1, hash);
        Assert.Equal(data[100..200], _box.Tacit("-dc --range 100:200 --model far/model far/a.tacit").IsQuiet().Output);
        Assert.Contains(hash, _box.Tacit("list -v --model m.tacitmodel far/a.tacit").IsQuiet().Text, StringComparison.Ordinal);

        _box.Run("cp far/a a; \"$TACIT\" c --block-size 1K --model m.tacitmodel --embed-model --rm a && mv a.tacit far/b.tacit").IsQuiet();
        Assert.Equal(data, _box.Run("cd far; \"$TACIT\" -dc b.tacit").IsQuiet().Output);
        Assert.Contains("of the kind gpt", _box.Tacit("list -v far/b.tacit").IsQuiet().Text, StringComparison.Ordinal);
        // Archives one after another, the first with its model inside.
        Assert.Equal([.. data, .. data], _box.Run("cat far/b.tacit far/a.tacit | \"$TACIT\" d").IsQuiet().Output);
    }

    [UnixFact]
    public void AModelAndAPriorGoTogether()
    {
        _box.Run("tail -c 3000 text > b; \"$TACIT\" train prior -q b -o p.tacitmodel").IsQuiet();
        _box.Tacit("c --block-size 1K --model m.tacitmodel --model p.tacitmodel a").IsQuiet();
        Assert.Equal(_box.Read("a"), _box.Tacit("-dc a.tacit").IsQuiet().Output);
        string listed = _box.Tacit("list -v a.tacit").IsQuiet().Text;
        Assert.Contains("lm -5", listed, StringComparison.Ordinal);
        Assert.Contains("of the kind gpt, found as", listed, StringComparison.Ordinal);
        Assert.Contains("of the kind prior, found as", listed, StringComparison.Ordinal);
        Assert.Contains("and what the models need", listed, StringComparison.Ordinal);
        _box.Run("\"$TACIT\" c --verify --block-size 1K --embed-model --model p.tacitmodel --model m.tacitmodel a -o far/a.tacit").IsQuiet();
        Assert.Equal(_box.Read("a"), _box.Tacit("-dc far/a.tacit").IsQuiet().Output);

        string inspected = _box.Tacit("inspect --model p.tacitmodel --model m.tacitmodel a").IsQuiet().Text;
        foreach (string part in new[] { "with a gpt ", "after a prior ", "(without, ", "language model" })
            Assert.Contains(part, inspected, StringComparison.Ordinal);
        Assert.Contains("with a gpt ", _box.Tacit("inspect -3 --mix --model m.tacitmodel a").IsQuiet().Text, StringComparison.Ordinal);
        Assert.DoesNotContain("cm -", _box.Tacit("inspect --model m.tacitmodel a").IsQuiet().Text, StringComparison.Ordinal);
        _box.Tacit("inspect -3 --model m.tacitmodel a").Says(1, "--mix");
        _box.Tacit("inspect --mix a").Says(1, "--model");
        _box.Tacit("c -f -6 --model m.tacitmodel --model p.tacitmodel a").Says(1, "level 5, not 6");
        _box.Tacit("c -f --no-mix --model m.tacitmodel --model p.tacitmodel a").Says(1, "no use");
    }

    [UnixFact]
    public void AModelFromAPipeCanBeEmbedded()
    {
        _box.Run("mkfifo pipe; cat m.tacitmodel > pipe & \"$TACIT\" c --block-size 1K --embed-model --model pipe a; wait").IsQuiet();
        _box.Run("rm m.tacitmodel").IsQuiet();
        Assert.Equal(_box.Read("a"), _box.Tacit("-dc a.tacit").IsQuiet().Output);
    }

    [UnixFact]
    public void MixingIsTheDefaultAndThreadsDoNotChangeTheBytes()
    {
        foreach (string options in new[] { "", "--no-mix", "--mix -9 --block-size 700" })
        {
            byte[] one = _box.Tacit($"c -c --model m.tacitmodel {options} -T1 a").IsQuiet().Output;
            Assert.Equal(one, _box.Tacit($"c -c --model=m.tacitmodel {options} -T3 a").IsQuiet().Output);
            Assert.Equal(_box.Read("a"), _box.Tacit("d --model m.tacitmodel", one).IsQuiet().Output);
        }
        Assert.Contains("model and text", List(""), StringComparison.Ordinal);
        Assert.DoesNotContain("model and", List("--no-mix"), StringComparison.Ordinal);

        string List(string options) => _box.Run($"\"$TACIT\" c -f --block-size 800 --model m.tacitmodel {options} a && exec \"$TACIT\" list -v a.tacit").IsQuiet().Text;
    }

    [UnixFact]
    public void WhatDoesNotFitIsSaid()
    {
        _box.Tacit("c --codec lm a").Says(1, "codec 'lm' takes one model");
        _box.Tacit("c --mix a").Says(1, "for a language model");
        _box.Tacit("c --mix --no-mix --model m.tacitmodel a").Says(1, "exclude each other");
        _box.Tacit("c --embed-model a").Says(1, "--model");
        _box.Tacit("c --codec deflate --model m.tacitmodel a").Says(1, "codec 'deflate' uses no model");
        _box.Tacit("c --model m.tacitmodel --model m.tacitmodel a").Says(1, "twice");
        _box.Tacit("c --model text a").Says(1, "text: The file is no safetensors file");
        _box.Tacit("c --model none a").Says(1, "none: no such file");
        _box.Tacit("c --memlimit 10K --model m.tacitmodel a").Says(1, "m.tacitmodel: This needs");
        _box.Run("(echo x; seq 1 7 3000 | awk '{ print $1 % 97 }') > s.csv; \"$TACIT\" train ar s.csv -q -p 2 -o s.tacitmodel").IsQuiet();
        _box.Tacit("c --model s.tacitmodel a").Says(1, "of the kind 'ar'");
        Assert.False(_box.Has("a.tacit"));
    }
}

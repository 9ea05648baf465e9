using Tacit.Cli.Tests.Support;

namespace Tacit.Cli.Tests;

/// <summary>Models and checkpoints that are damaged, hostile or of another kind: one clear line, and nothing is written.</summary>
public sealed class BadModelTests : IDisposable
{
    private readonly Sandbox _box = new();

    public BadModelTests()
    {
        _box.WriteText("text", 3000);
        _box.Tacit("train gpt text --preset tiny --context 16 --layers 1 --columns 16 --heads 2 --batch 2 --steps 5 -q -o m").IsQuiet();
    }

    public void Dispose() => _box.Dispose();

    [UnixTheory]
    [InlineData(": > bad")]
    [InlineData("cp text bad")]
    [InlineData("head -c 500 m > bad")]
    [InlineData("head -c 9000 m > bad")]
    [InlineData("(cat m; printf x) > bad")]
    [InlineData(@"(printf '\xff\xff\xff\xff\xff\xff\xff\x7f'; tail -c +9 m) > bad")]
    [InlineData(@"cp m bad; printf '\xff\xff\xff\x7f' | dd of=bad bs=1 seek=5000 conv=notrunc status=none")]
    [InlineData(@"sed 's/layers\\"":1,/layers\\"":9,/' m > bad")]
    [InlineData(@"sed 's/heads\\"":2,/heads\\"":3,/' m > bad")]
    [InlineData(@"sed 's/vocabulary\\"":256/vocabulary\\"":255/' m > bad")]
    [InlineData("sed 's/\"kind\":\"gpt\"/\"kind\":\"gqt\"/' m > bad")]
    [InlineData("sed 's/\"tokenizer\":\"bytes\"/\"tokenizer\":\"bites\"/' m > bad")]
    [InlineData("sed 's/\"tacit_model\":\"1\"/\"tacit_model\":\"2\"/' m > bad")]
    public void NoCommandTakesThem(string make)
    {
        _box.Run(make).IsQuiet();
        string before = _box.Names;
        foreach (string command in (string[])
        [
            "generate --model bad", "evaluate --model bad text", "inspect --model bad text -o x", "export bad --format llama2c -o x",
            "export bad --format huggingface -o x", "train gpt text --from bad --steps 1 -q -o x",
        ])
        {
            Outcome outcome = _box.Tacit(command);
            outcome.Says(1, "");
            Assert.Empty(outcome.Output);
            Assert.Equal(before, _box.Names);
        }
        // As the checkpoint of a run it stays what it is.
        _box.Run("mv bad bad.checkpoint").IsQuiet();
        _box.Tacit("train gpt text --resume -q -o bad").Says(1, "");
        Assert.Equal("bad.checkpoint m text", _box.Names);
    }

    [UnixTheory]
    [InlineData(": > bad", "cut short")]
    [InlineData("head -c 9000 m.bin > bad", "its header describes")]
    [InlineData("(cat m.bin; printf x) > bad", "its header describes")]
    [InlineData(@"(printf '\x00\x00\x01\x00'; tail -c +5 m.bin) > bad", "llama2.c")]
    [InlineData(@"(printf '\xff\xff\xff\xff'; tail -c +5 m.bin) > bad", "sizes that cannot be")]
    [InlineData(@"cp m.bin bad; printf '\x00\x00\x80\x7f' | dd of=bad bs=1 seek=4028 conv=notrunc status=none", "not a finite number")]
    public void NoCheckpointOfLlama2cThatLiesIsImported(string make, string message)
    {
        _box.Tacit("export m --format llama2c -o m.bin").IsQuiet();
        _box.Run(make).IsQuiet();
        _box.Tacit("import bad -o x").Says(1, message);
        Assert.Equal("bad m m.bin text", _box.Names);
    }

    [UnixFact]
    public void AModelOfSeriesIsNoModelOfText()
    {
        _box.Run("printf 'y\\n1\\n3\\n2\\n5\\n4\\n6\\n5\\n8\\n9\\n7\\n' > a.csv; \"$TACIT\" train ar a.csv -p 1 -q -o a").IsQuiet();
        string before = _box.Names;
        _box.Tacit("inspect --model a text -o x").Says(1, "no codec takes a model of the kind 'ar'");
        _box.Tacit("export a --format huggingface -o x").Says(1, "of the kind 'ar'");
        _box.Tacit("export a --format llama2c -o x").Says(1, "of the kind 'ar'");
        _box.Tacit("forecast --model m").Says(1, "m: a model of the kind 'gpt' cannot be used to forecast");
        _box.Run("cp a x.checkpoint").IsQuiet();
        _box.Tacit("train gpt text --resume -o x").Says(1, "of the kind 'ar', not 'gpt'");
        _box.Run("rm x.checkpoint").IsQuiet();
        Assert.Equal(before, _box.Names);
    }

    [UnixFact]
    public void DataThatIsTooShortIsNamed()
    {
        _box.Run("head -c 256 text > short; head -c 257 text > enough; : > empty").IsQuiet();
        _box.Tacit("train gpt short --validation-share 0 --steps 1 -q -o x").Says(1, "256 bytes to learn from, which is not more than the window of 256");
        _box.Tacit("train gpt empty -o x").Says(1, "no data");
        _box.Tacit("evaluate --model m empty").Says(1, "nothing to foresee in 0 bytes");
        _box.Tacit("inspect --model m empty -o x").Says(1, "nothing to foresee in 0 bytes");
        Assert.Equal("empty enough m short text", _box.Names);
        _box.Tacit("train gpt enough --validation-share 0 --steps 1 --layers 1 --columns 16 --heads 2 --batch 1 -q -o x").IsQuiet();
    }
}

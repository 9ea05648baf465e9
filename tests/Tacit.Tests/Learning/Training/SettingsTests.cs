using System.Text.Json;
using Tacit.Learning;

namespace Tacit.Tests.Learning.Training;

public class SettingsTests
{
    [Fact]
    public void OptionsAreTheSameAfterJson()
    {
        var options = new TrainingOptions
        {
            Steps = 123456789012 / 100,
            Seed = ulong.MaxValue,
            Optimiser = OptimiserKind.Sgd,
            Rate = 1f / 3,
            Schedule = ScheduleShape.Linear,
            WarmUp = 3,
            Decay = 1e-20f,
            Clip = 0,
            Patience = 4,
        };
        Assert.Equal(options, TrainingOptions.From(Settings.Parse(options.ToJson())));
        Assert.Equal(new TrainingOptions(), TrainingOptions.From(Settings.Parse("{}")));
        using JsonDocument json = JsonDocument.Parse(options.ToJson());
        Assert.Equal(ulong.MaxValue, json.RootElement.GetProperty("seed").GetUInt64());
        Assert.Equal("sgd", json.RootElement.GetProperty("optimiser").GetString());
    }

    [Fact]
    public void TheLastValueGivenCounts()
    {
        Settings settings = Settings.Parse("""{"a": 1, "b": true, "c": "two", "d": 1.5e2}""");
        settings.Give("a", "3");
        settings.Give(Settings.Parse("""{"b": false}"""));
        Settings copy = settings.Copy();
        Assert.Equal(3, settings.Whole("a", 0, 0, 9));
        Assert.False(settings.Flag("b", true));
        Assert.Equal(2, settings.Choice("c", 1, ("one", 1), ("two", 2)));
        Assert.Throws<InvalidDataException>(() => settings.RefuseUnknown());
        Assert.Equal(150f, copy.Real("d", 0, 0, 1000));
        settings.RefuseUnknown(copy);
        Assert.Equal("""{"a":3,"b":false,"c":"two"}""", settings.ToJson());
        Assert.Throws<InvalidOperationException>(() => settings.Whole("a", 0, 0, 9));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"a\": [1]}")]
    [InlineData("{\"a\": {}}")]
    [InlineData("{\"a\": null}")]
    [InlineData("{\"a\": 1, \"a\": 2}")]
    [InlineData("{\"a\": 1} x")]
    [InlineData("{\"a\": 1")]
    public void WhatIsNoListOfSettingsIsRefused(string json) => Assert.Throws<InvalidDataException>(() => Settings.Parse(json));

    [Fact]
    public void SettingsWithoutEndAreRefused()
    {
        static string Many(int count) => "{" + string.Join(',', Enumerable.Range(0, count).Select(i => $"\"s{i}\":1")) + "}";
        Settings.Parse(Many(1000));
        Assert.Contains("more than 1000", Assert.Throws<InvalidDataException>(() => Settings.Parse(Many(1001))).Message, StringComparison.Ordinal);
        string text = new('x', 1 << 20);
        Assert.Contains("bytes", Assert.Throws<InvalidDataException>(() => Settings.Parse($"{{\"s\":\"{text}\"}}")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10")]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("1e1")]
    [InlineData(" 1")]
    [InlineData("99999999999999999999")]
    [InlineData("")]
    public void NumbersOutOfTheirRangeAreRefused(string text)
    {
        var settings = new Settings();
        settings.Give("n", text);
        var e = Assert.Throws<InvalidDataException>(() => settings.Whole("n", 0, 0, 9));
        Assert.Contains($"from 0 to 9, not '{text}'", e.Message, StringComparison.Ordinal);
        if (text is not ("1.5" or "1e1" or " 1"))
            Assert.Throws<InvalidDataException>(() => settings.Copy().Real("n", 0, 0, 9));
        Assert.Throws<InvalidDataException>(() => settings.Copy().Flag("n", true));
    }

    [Theory]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("1e99")]
    public void RealsAreFinite(string text)
    {
        var settings = new Settings();
        settings.Give("x", text);
        Assert.Throws<InvalidDataException>(() => settings.Real("x", 0, 0, float.MaxValue));
    }
}

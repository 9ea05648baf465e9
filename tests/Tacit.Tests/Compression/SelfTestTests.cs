using Tacit.Compression;

namespace Tacit.Tests.Compression;

public class SelfTestTests
{
    [Fact]
    public void ThisMachineKeepsThePromise()
    {
        List<SelfTestResult> results = [.. SelfTest.Run()];
        Assert.True(results.Count >= 13);
        Assert.Equal(results.Count, results.Select(r => r.Name).Distinct().Count());
        Assert.True(results.All(r => r.Passed), string.Join('\n', results.Select(r => $"{r.Name} {r.Actual} {r.Expected}")));
    }
}

namespace Tacit.Compression;

/// <summary>Computes digests that must be the same on every machine.</summary>
public static class SelfTest
{
    /// <summary>Runs all digests, one at a time as they are asked for.</summary>
    public static IEnumerable<SelfTestResult> Run()
    {
        yield break;
    }
}

/// <summary>One digest.</summary>
/// <param name="Name">What was computed.</param>
/// <param name="Actual">The digest here, in hex.</param>
/// <param name="Expected">The digest everywhere.</param>
public sealed record SelfTestResult(string Name, string Actual, string Expected)
{
    /// <summary>True if this machine keeps the promise.</summary>
    public bool Passed => Actual == Expected;
}

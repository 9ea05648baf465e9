namespace Tacit.Compression;

/// <summary>One digest.</summary>
/// <param name="Name">What was computed.</param>
/// <param name="Actual">The digest here, in hex.</param>
/// <param name="Expected">The digest everywhere.</param>
public sealed record SelfTestResult(string Name, string Actual, string Expected)
{
    /// <summary>True if this machine keeps the promise.</summary>
    public bool Passed => Actual == Expected;
}

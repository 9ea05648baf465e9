using Tacit.Cli.Tests.Support;

namespace Tacit.Cli.Tests;

/// <summary>
/// The determinism contract, one factor at a time: instruction sets, tiers of the compiler, threads, build. Every run is
/// a process of its own, since the runtime reads these switches when it starts. The full product is the slow test.
/// </summary>
public sealed class DeterminismTests : IDisposable
{
    private static readonly string[] InstructionSets =
        ["", "DOTNET_EnableAVX512=0", "DOTNET_EnableAVX2=0", "DOTNET_EnableAVX=0", "DOTNET_EnableHWIntrinsic=0"];

    private static readonly string[] Compilers =
        ["", "DOTNET_TieredCompilation=0", "DOTNET_TC_QuickJitForLoops=0", "DOTNET_ReadyToRun=0", "DOTNET_TieredPGO=1"];

    private static readonly Lazy<string> Expected = new(() =>
    {
        using var box = new Sandbox();
        return box.Tacit("selftest").IsQuiet().Text;
    });

    private readonly Sandbox _box = new();

    public static TheoryData<string> Factors => [.. InstructionSets.Concat(Compilers).Distinct()];

    public void Dispose() => _box.Dispose();

    [UnixTheory, MemberData(nameof(Factors))]
    public void DigestsAreTheSame(string factor)
    {
        Outcome outcome = _box.Run($"env {factor} \"$TACIT\" selftest").IsQuiet();
        Assert.Contains("keeps the promise", outcome.Text, StringComparison.Ordinal);
        Assert.Equal(Expected.Value, outcome.Text);
    }

    [UnixTheory, MemberData(nameof(Factors))]
    public void FilesAreTheSame(string factor)
    {
        _box.WriteText("a", 12_000);
        _box.Run("\"$TACIT\" c -6 --block-size 5000 -T1 -c a > there").IsQuiet();
        foreach (int threads in new[] { 1, 2, 3 })
        {
            _box.Run($"env {factor} \"$TACIT\" c -6 --block-size 5000 -T{threads} -c a > here && cmp here there").IsQuiet();
            _box.Run($"env {factor} \"$TACIT\" d -T{threads} -c there | cmp - a").IsQuiet();
        }
    }

    [UnixFact]
    public void ADebugBuildComputesTheSame()
    {
        string debug = Path.Combine(AppContext.BaseDirectory, "command-debug", "tacit");
        Assert.Equal(Expected.Value, _box.Run($"'{debug}' selftest").IsQuiet().Text);
    }

    [UnixFact, Trait("Category", "Slow")]
    public void TheFullProductIsTheSame()
    {
        foreach (string instructions in InstructionSets)
        {
            foreach (string compiler in Compilers)
                Assert.Equal(Expected.Value, _box.Run($"env {instructions} {compiler} \"$TACIT\" selftest").IsQuiet().Text);
            FilesAreTheSame(instructions);
        }
    }
}

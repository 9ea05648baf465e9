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

    private static readonly Lazy<byte[]> ExpectedModel = new(() =>
    {
        using var box = new Sandbox();
        return TrainAndGenerate(box, "", threads: 2);
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

    [UnixTheory, MemberData(nameof(Factors))]
    public void TrainedModelsAndTheirTextsAreTheSame(string factor)
    {
        foreach (int threads in new[] { 1, 3 })
        {
            Assert.Equal(ExpectedModel.Value, TrainAndGenerate(_box, factor, threads));
            _box.Run("rm m").IsQuiet();
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
            TrainedModelsAndTheirTextsAreTheSame(instructions);
        }
    }

    // A model file and a text from it. Small: without hardware for it a fused multiply-add costs a thousand times as much.
    private static byte[] TrainAndGenerate(Sandbox box, string factor, int threads)
    {
        const string Sizes = "--context 8 --layers 2 --columns 8 --heads 2 --key-heads 1 --hidden 12";
        box.WriteText("text", 400);
        box.Run($"env {factor} \"$TACIT\" train gpt text {Sizes} --batch 2 --validation-windows 2 --steps 6 --dropout 0.1 --seed 5 -q -T{threads} -o m").IsQuiet();
        // Beyond the window, which is filled anew from its later half.
        byte[] text = box.Run($"env {factor} \"$TACIT\" generate --model m --prompt the -n 20 --temperature 0.9 --top-p 0.95 --seed 7").IsQuiet().Output;
        return [.. box.Read("m"), .. text];
    }
}

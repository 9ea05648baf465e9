using BenchmarkDotNet.Running;
using Tacit.Bench.Comparison;

// compare [OUT]: whole processes, Tacit against the compressors installed here; writes docs/BENCHMARKS.md and its plot.
// anything else: BenchmarkDotNet's own options, for example --filter '*Coder*'.
if (args is ["compare", ..])
    return ComparisonRun.Run(args[1..]);
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;

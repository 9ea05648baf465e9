using BenchmarkDotNet.Running;
using Tacit.Bench;
using Tacit.Bench.Comparison;

// compare [OUT]: whole processes, Tacit against the compressors installed here; writes docs/BENCHMARKS.md and its plot.
// kernels [--quick] [PART…]: the numeric engine (products, widths, exp, int8, small, attention, threads, training, startup) against OpenBLAS and the processor's peak, one thread; prints the bars it is held to.
// learning [STEPS] [lstm]: whole training steps of byte-level models, tokens per second on one and two threads.
// learning shrinking: steps whose activations or gradients tend to zero against ordinary ones.
// anything else: BenchmarkDotNet's own options, for example --filter '*Coder*'.
if (args is ["compare", ..])
    return ComparisonRun.Run(args[1..]);
if (args is ["kernels", ..])
    return KernelBars.Run(args[1..]);
if (args is ["learning", ..])
    return LearningBars.Run(args.AsSpan(1));
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;

using BenchmarkDotNet.Running;
using Tacit.Bench;
using Tacit.Bench.Comparison;
using Tacit.Bench.Records;

// compare [--out=DIR] [--only=FAMILY,…] [SET…]: whole processes, Tacit against the compressors installed here; writes docs/BENCHMARKS.md and
// its plot (about 20 minutes; for some sets or compressors only, into DIR).
// xz [PART…]: every file of the data sets (whose path contains a part) against xz -9e, whole archives; minutes.
// cm [-LEVEL…] [--sizes] [--neural] [--model=PRIOR] FILE…: codec cm in this process: sizes, kinds, and speeds both ways per second of thread time.
// numeric [-LEVEL] [--sizes] [--write] [PART…]: codec numeric on the series against xz, zstd and codec cm, and its speeds, with the bars; --write: into docs/NUMERIC.md.
// audio [--to=FILE] [--only=PART]: codec audio against FLAC and WavPack; writes docs/AUDIO.md (several minutes).
// kernels [--quick] [PART…]: the numeric engine (products, widths, exp, int8, small, attention, threads, training, startup) against OpenBLAS and the processor's peak, one thread; prints the bars it is held to.
// learning [STEPS] [gpt|lstm|shrinking]: whole training steps of byte-level models on one and two threads, PyTorch beside them.
// generate [tiny|small|base|MODEL …] [TOKENS]: tokens per second of one stream, beside the time it takes to read what a token needs.
// neural FILE --model MODEL [-LEVEL] [--sizes]: cm alone, a language model alone, and both: bytes, and speeds per second of thread time.
// never-larger --model=FILE|--neural [--cap=BYTES] [PART…]: is any text or file of records larger with a model, or with a network that learns along, than without?
// bitsback FILE.idx --model MODEL [--quick]: a variational autoencoder's codec at several lengths of blocks, lossy at several rates, cm and PNG beside it.
// records [--no-rivals] [--best|--fast] [--max-model=BYTES] [SET…]: small records, each alone, against compressors with trained dictionaries: sizes, speeds, the bars.
// anything else: BenchmarkDotNet's own options, for example --filter '*Coder*'.
if (args is ["compare", ..])
    return ComparisonRun.Run(args[1..]);
if (args is ["xz", ..])
    return XzCheck.Run(args[1..]);
if (args is ["audio", ..])
    return AudioRun.Run(args[1..]);
if (args is ["cm", ..])
    return CodecRun.Run(args[1..]);
if (args is ["numeric", ..])
    return NumericBars.Run(args[1..]);
if (args is ["kernels", ..])
    return KernelBars.Run(args[1..]);
if (args is ["learning", ..])
    return LearningBars.Run(args.AsSpan(1));
if (args is ["neural", ..])
    return NeuralRun.Run(args[1..]);
if (args is ["never-larger", ..])
    return NeverLargerRun.Run(args[1..]);
if (args is ["bitsback", ..])
    return BitsBackRun.Run(args[1..]);
if (args is ["generate", ..])
    return GenerationBars.Run(args.AsSpan(1));
if (args is ["records", ..])
    return RecordBars.Run(args[1..]);
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;

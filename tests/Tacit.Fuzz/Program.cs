using System.Diagnostics;
using System.Globalization;
using Tacit.Tests.Fuzz;

// tacit-fuzz: reads changed archives and looks for anything but an answer or an expected exception (docs/TESTING.md).
var culture = CultureInfo.InvariantCulture;
ulong seed = ulong.Parse(Option("--seed", "1"), culture);
long first = long.Parse(Option("--first", "0"), culture), count = long.Parse(Option("--count", "100000"), culture);
string? codec = Option("--codec", "") is { Length: > 0 } name ? name : null;
string folder = Option("--output", Path.Combine(Path.GetTempPath(), "tacit-fuzz"));
var timeLimit = TimeSpan.FromSeconds(double.Parse(Option("--time", "5"), culture));

var corpus = new FuzzCorpus(codec);
var run = new FuzzRun(corpus, timeLimit);
var clock = Stopwatch.StartNew();
long failures = 0, current = first;
TimeSpan started = clock.Elapsed, reported = started;

// What no token stops: a case that is still running long after its limit ends the run.
using var watch = new Timer(_ =>
{
    if (clock.Elapsed - started > 6 * timeLimit)
    {
        Fail(Volatile.Read(ref current), "it does not end");
        Environment.Exit(1);
    }
}, null, 1000, 1000);

for (; current < first + count; current++)
{
    started = clock.Elapsed;
    if (run.Check(FuzzCase.Make(corpus, seed, current)) is { } failure)
        Fail(current, failure);
    if (clock.Elapsed - reported > TimeSpan.FromSeconds(10))
    {
        reported = clock.Elapsed;
        Console.WriteLine($"{current - first + 1} of {count} cases, {failures} failures, {clock.Elapsed.TotalSeconds:f0} s");
    }
}
Console.WriteLine($"{count} cases (seed {seed}, {(codec ?? "all codecs")}), {failures} failures, {run.Accepted} read without error, " +
    $"{clock.Elapsed.TotalSeconds:f0} s");
return failures == 0 ? 0 : 1;

void Fail(long number, string what)
{
    failures++;
    FuzzCase fuzzCase = FuzzCase.Make(corpus, seed, number);
    Directory.CreateDirectory(folder);
    string file = Path.Combine(folder, $"seed{seed}-case{number}.tacit");
    File.WriteAllBytes(file, fuzzCase.Bytes);
    Console.WriteLine($"FAILED seed {seed}, case {number} ({fuzzCase.What}): {what}\n  {file}\n  dotnet run -c Release --project tests/Tacit.Fuzz -- " +
        $"--seed {seed} --first {number} --count 1{(codec is null ? "" : $" --codec {codec}")}");
}

string Option(string option, string otherwise)
{
    int at = Array.IndexOf(args, option);
    return at >= 0 && at + 1 < args.Length ? args[at + 1] : otherwise;
}

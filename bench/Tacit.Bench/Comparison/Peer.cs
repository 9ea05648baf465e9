using System.Diagnostics;

namespace Tacit.Bench.Comparison;

/// <summary>A compressor as users run it: one process a file, one thread.</summary>
/// <param name="Family">Whose point it is in the plot.</param>
/// <param name="Name">Program and setting.</param>
/// <param name="Version">Command that prints the version.</param>
/// <param name="Pack">Shell command; {in} and {out} are the files.</param>
/// <param name="Unpack">Shell command that restores {in} to {out}.</param>
internal sealed record Peer(string Family, string Name, string Version, string Pack, string Unpack)
{
    /// <summary>All settings measured; Tacit's executable is <paramref name="tacit"/>.</summary>
    public static IEnumerable<Peer> All(string tacit)
    {
        for (int level = 1; level <= 9; level++)
        {
            yield return new("tacit", $"tacit -{level}", $"{tacit} --version",
                $"{tacit} c -q -T1 -{level} -c {{in}} > {{out}}", $"{tacit} d -q -T1 -c {{in}} > {{out}}");
        }
        foreach (string level in new[] { "6", "9" })
            yield return new("gzip", $"gzip -{level}", "gzip --version", $"gzip -{level} -c {{in}} > {{out}}", "gzip -dc {in} > {out}");
        yield return new("bzip2", "bzip2 -9", "bzip2 --version 2>&1 </dev/null", "bzip2 -9 -c {in} > {out}", "bzip2 -dc {in} > {out}");
        foreach (string level in new[] { "6", "9e" })
            yield return new("xz", $"xz -{level}", "xz --version", $"xz -T1 -{level} -c {{in}} > {{out}}", "xz -dc {in} > {out}");
        foreach (string level in new[] { "-3", "-19", "--ultra -22" })
            yield return new("zstd", $"zstd {level}", "zstd --version", $"zstd -q --single-thread {level} -c {{in}} > {{out}}", "zstd -q -dc {in} > {out}");
        foreach (string level in new[] { "5", "11" })
            yield return new("brotli", $"brotli -{level}", "brotli --version", $"brotli -q {level} -w 24 -c {{in}} > {{out}}", "brotli -dc {in} > {out}");
        yield return new("7z PPMd", "7z PPMd o8 256m", "7z | head -2", "7z a -bd -y -mmt=1 -m0=PPMd:o=8:mem=256m {out}.7z {in} > /dev/null && mv {out}.7z {out}",
            "7z e -bd -so {in} > {out}");
        yield return new("bzip3", "bzip3 -b 16", "bzip3 --version 2>&1", "bzip3 -e -b 16 -c {in} > {out}", "bzip3 -d -c {in} > {out}");
        yield return new("zpaq", "zpaq -m3", "zpaq 2>/dev/null | head -1", "zpaq a {out}.zpaq {in} -m3 -t1 > /dev/null 2>&1 && mv {out}.zpaq {out}",
            "ln -sf {in} {in}.zpaq && zpaq x {in}.zpaq -to {out} -t1 > /dev/null 2>&1; rm -f {in}.zpaq");
        yield return new("zpaq", "zpaq -m5", "zpaq 2>/dev/null | head -1", "zpaq a {out}.zpaq {in} -m5 -t1 > /dev/null 2>&1 && mv {out}.zpaq {out}",
            "ln -sf {in} {in}.zpaq && zpaq x {in}.zpaq -to {out} -t1 > /dev/null 2>&1; rm -f {in}.zpaq");
        yield return new("lrzip", "lrzip -z", "lrzip --version 2>&1", "lrzip -q -p1 -z -L9 -o {out} -f {in}", "lrzip -q -d -p1 -o {out} -f {in}");
    }

    /// <summary>The program's first word.</summary>
    public string Program => Version.Split(' ')[0];

    /// <summary>True if the program can be run here.</summary>
    public bool IsInstalled => Shell($"command -v {Program} > /dev/null") == 0;

    /// <summary>First line of what the program says of its version.</summary>
    public string VersionLine()
    {
        using Process process = Start(Version);
        string text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return text.Split('\n').FirstOrDefault(line => line.Trim().Length > 0)?.Trim() ?? "?";
    }

    /// <summary>Runs a command and measures it.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static Cost Measure(string command, string input, string output)
    {
        string filled = command.Replace("{in}", $"'{input}'", StringComparison.Ordinal).Replace("{out}", $"'{output}'", StringComparison.Ordinal);
        string report = output + ".time";
        if (Shell($"/usr/bin/time -o '{report}' -f '%U %S %M' bash -c \"{filled.Replace("\"", "\\\"", StringComparison.Ordinal)}\"") != 0)
            throw new InvalidOperationException($"failed: {filled}");
        string[] numbers = File.ReadAllLines(report)[^1].Split(' ');
        File.Delete(report);
        double user = double.Parse(numbers[0], System.Globalization.CultureInfo.InvariantCulture);
        double system = double.Parse(numbers[1], System.Globalization.CultureInfo.InvariantCulture);
        return new Cost(user + system, long.Parse(numbers[2], System.Globalization.CultureInfo.InvariantCulture) * 1024);
    }

    private static int Shell(string command)
    {
        using Process process = Start(command);
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }

    private static Process Start(string command) => Process.Start(
        new ProcessStartInfo("bash", ["-c", command]) { RedirectStandardOutput = true })!;
}

/// <summary>What a command took: CPU seconds of user and system, and the most memory resident, in bytes.</summary>
internal readonly record struct Cost(double Seconds, long Memory);

using System.Diagnostics;
using System.IO.Compression;

namespace Tacit.Bench.Records;

/// <summary>What others make of the same records, each alone, with a dictionary trained on the same samples.</summary>
internal static class RecordRivals
{
    public const int DictionarySize = 112640;

    /// <summary>Bytes of all test records: zstd, brotli, deflate.</summary>
    public static (long Zstd, long Brotli, long Deflate) Measure(RecordSet set)
    {
        string folder = Path.Combine(Path.GetTempPath(), $"tacit-records-{Environment.ProcessId}");
        Directory.CreateDirectory(folder);
        try
        {
            string dictionary = Train(set, folder);
            for (int i = 0; i < set.Test.Length; i++)
                File.WriteAllBytes(Path.Combine(folder, $"test{i}"), set.Test[i]);
            string[] names = [.. Enumerable.Range(0, set.Test.Length).Select(i => $"test{i}")];
            Run("zstd", folder, ["-19", "--no-check", "--no-dictID", "-q", "-D", dictionary, .. names]);
            Run("brotli", folder, ["-q", "11", "-D", dictionary, .. names]);
            return (names.Sum(n => new FileInfo(Path.Combine(folder, n + ".zst")).Length),
                names.Sum(n => new FileInfo(Path.Combine(folder, n + ".br")).Length), Deflate(set, File.ReadAllBytes(Path.Combine(folder, dictionary))));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Train(RecordSet set, string folder)
    {
        for (int i = 0; i < set.Train.Length; i++)
            File.WriteAllBytes(Path.Combine(folder, $"train{i}"), set.Train[i]);
        Run("zstd", folder, ["--train", $"--maxdict={DictionarySize}", "-q", "-o", "dictionary", .. Enumerable.Range(0, set.Train.Length).Select(i => $"train{i}")]);
        return "dictionary";
    }

    // Raw deflate after a preset: the dictionary's end is coded before the record and flushed to a byte, and what the record adds is counted.
    // zlib with a preset dictionary codes the same: its window holds the same bytes.
    private static long Deflate(RecordSet set, byte[] dictionary)
    {
        byte[] preset = dictionary[^Math.Min(dictionary.Length, 32768 - 262)..];
        long sum = 0;
        foreach (byte[] record in set.Test)
        {
            using var coded = new MemoryStream();
            long before;
            using (var deflate = new DeflateStream(coded, CompressionLevel.SmallestSize, leaveOpen: true))
            {
                deflate.Write(preset);
                deflate.Flush();
                before = coded.Length;
                deflate.Write(record);
            }
            sum += coded.Length - before;
        }
        return sum;
    }

    private static void Run(string program, string folder, string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardError = true })
            ?? throw new InvalidOperationException($"{program} does not start");
        string trouble = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program}: {trouble}");
    }
}

using System.Diagnostics;
using System.IO.Compression;

namespace Tacit.Bench.Records;

/// <summary>What others make of the same records, each alone, with a dictionary trained on the same samples.</summary>
internal static class RecordRivals
{
    public const int DictionarySize = 112640;

    /// <summary>Bytes of all test records: zstd, brotli, deflate. Brotli is null where the tool takes no dictionary.</summary>
    public static (long Zstd, long? Brotli, long Deflate) Measure(RecordSet set)
    {
        string folder = Path.Combine(Path.GetTempPath(), $"tacit-records-{Environment.ProcessId}");
        Directory.CreateDirectory(folder);
        try
        {
            string dictionary = Train(set, folder);
            for (int i = 0; i < set.Test.Length; i++)
                File.WriteAllBytes(Path.Combine(folder, $"test{i}"), set.Test[i]);
            string[] names = [.. Enumerable.Range(0, set.Test.Length).Select(i => $"test{i}")];

            long Coded(string suffix) => names.Sum(n => new FileInfo(Path.Combine(folder, n + suffix)).Length);

            // Tools whose library is too old for dictionaries take the option and do nothing with it.
            long? Brotli()
            {
                Run("brotli", folder, ["-q", "11", .. names]);
                long without = Coded(".br");
                Run("brotli", folder, ["-f", "-q", "11", "-D", dictionary, .. names]);
                return Coded(".br") is var with && with != without ? with : null;
            }

            Run("zstd", folder, ["-19", "--no-check", "--no-dictID", "-q", "-D", dictionary, .. names]);
            return (Coded(".zst"), Brotli(), Deflate(set, File.ReadAllBytes(Path.Combine(folder, dictionary))));
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

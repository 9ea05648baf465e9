using System.Diagnostics;
using System.IO.Compression;
using Tacit.Compression;

namespace Tacit.Bench.Comparison;

/// <summary>Is any file of the data sets larger with Tacit's default level than with <c>xz -9e</c>? Whole archives, tiny files too.</summary>
internal static class XzCheck
{
    /// <summary>Runs over all files, or those whose path contains an argument; 1 if a file is larger, and says which.</summary>
    public static int Run(string[] wanted)
    {
        string shared = Path.GetFullPath(Path.Combine(ComparisonRun.Root(), "..", "shared", "data"));
        if (!Directory.Exists(shared))
        {
            Console.Error.WriteLine($"The data sets are not there: {shared}");
            return 1;
        }
        string[] files = [.. Directory.GetFiles(shared, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Where(f => wanted.Length == 0 || wanted.Any(w => f.Contains(w, StringComparison.Ordinal)))];
        int count = 0, larger = 0;
        long ours = 0, theirs = 0;
        foreach (string file in files)
        {
            // What is in gzip files counts, and the gzip files themselves, which nothing makes much smaller.
            byte[] data = File.ReadAllBytes(file);
            Compare(data, Path.GetRelativePath(shared, file));
            if (file.EndsWith(".gz", StringComparison.Ordinal))
                Compare(Content(file), Path.GetRelativePath(shared, file)[..^3]);
        }
        Console.WriteLine($"{count} files, {larger} larger than with xz -9e; together {ours:N0} against {theirs:N0} bytes");
        return larger == 0 ? 0 : 1;

        void Compare(byte[] data, string name)
        {
            int tacit = Tacit(data), xz = Xz(data);
            ours += tacit;
            theirs += xz;
            count++;
            bool loses = tacit > xz;
            larger += loses ? 1 : 0;
            if (loses || data.Length >= 1 << 16)
                Console.WriteLine($"{(loses ? "LARGER" : "      ")} {data.Length,10} {tacit,10} {xz,10} {(double)tacit / xz,6:f3} {name}");
        }
    }

    internal static byte[] Content(string file)
    {
        using var source = new GZipStream(File.OpenRead(file), CompressionMode.Decompress);
        using var content = new MemoryStream();
        source.CopyTo(content);
        return content.ToArray();
    }

    private static int Tacit(byte[] data)
    {
        var options = new TacitCompressionOptions();
        byte[] packed = new byte[TacitEncoder.GetMaxCompressedLength(data.Length, options)];
        if (!TacitEncoder.TryCompress(data, packed, out int length, options))
            throw new InvalidOperationException("the bound on the compressed length does not hold");
        return length;
    }

    private static int Xz(byte[] data)
    {
        using Process xz = Process.Start(new ProcessStartInfo("xz", ["-9e", "-T1", "-c"]) { RedirectStandardInput = true, RedirectStandardOutput = true })
            ?? throw new InvalidOperationException("xz does not start");
        using var packed = new MemoryStream();
        Task reading = xz.StandardOutput.BaseStream.CopyToAsync(packed);
        xz.StandardInput.BaseStream.Write(data);
        xz.StandardInput.Close();
        reading.Wait();
        xz.WaitForExit();
        return (int)packed.Length;
    }
}

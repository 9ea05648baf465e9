using System.Diagnostics;
using System.Text;

namespace Tacit.Cli.Tests.Support;

/// <summary>A folder of its own for a test, and ways to run the command in it.</summary>
public sealed class Sandbox : IDisposable
{
    public Sandbox() => Folder = Directory.CreateTempSubdirectory("tacit-cli-").FullName;

    public string Folder { get; }

    /// <summary>Names of all files and folders here, hidden ones too, in order.</summary>
    public string Names => string.Join(' ', Directory.GetFileSystemEntries(Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));

    public string PathOf(string name) => Path.Combine(Folder, name);

    public byte[] Read(string name) => File.ReadAllBytes(PathOf(name));

    public bool Has(string name) => File.Exists(PathOf(name));

    public byte[] Write(string name, byte[] data)
    {
        File.WriteAllBytes(PathOf(name), data);
        return data;
    }

    /// <summary>Takes a text out of the header of a safetensors file, with spaces in its place.</summary>
    public void Blank(string name, string text)
    {
        byte[] file = Read(name);
        string header = Encoding.UTF8.GetString(file, 8, (int)BitConverter.ToInt64(file));
        Assert.Contains(text, header, StringComparison.Ordinal);
        Encoding.UTF8.GetBytes(header.Replace(text, new string(' ', text.Length), StringComparison.Ordinal)).CopyTo(file, 8);
        Write(name, file);
    }

    /// <summary>Writes a file of text that compresses well.</summary>
    public byte[] WriteText(string name, int length = 5000) => Write(name, Samples.Text(length));

    /// <summary>Writes NAME.tacit with the command and deletes NAME.</summary>
    public byte[] WriteArchive(string name, int length = 5000, string options = "--codec brotli")
    {
        byte[] data = WriteText(name, length);
        Run($"\"$TACIT\" c {options} '{name}' && rm '{name}'").IsQuiet();
        return data;
    }

    /// <summary>Runs the command with arguments as bash reads them.</summary>
    public Outcome Tacit(string arguments, byte[]? input = null) => Run("exec \"$TACIT\" " + arguments, input);

    /// <summary>Runs a bash script, with pipes failing if any part does.</summary>
    public Outcome Run(string script, byte[]? input = null) => Shell.Run(Folder, script, input);

    /// <summary>Starts the command and waits until it has made its temporary file.</summary>
    public Process StartAndAwaitTemporary(string arguments, string before = "")
    {
        Process process = Shell.Start(Folder, $"exec {before} \"$TACIT\" {arguments}");
        var clock = Stopwatch.StartNew();
        while (Directory.GetFiles(Folder, ".tacit-*.tmp").Length == 0)
        {
            Assert.False(process.HasExited, "It ended before it wrote anything.");
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), "It wrote nothing in 30 seconds.");
            Thread.Sleep(5);
        }
        return process;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}

/// <summary>Data for tests, the same in every run.</summary>
public static class Samples
{
    private static readonly string[] Words =
        ["model", "predict", "next", "symbol", "goes", "unsaid", "tacit", "the", "a", "of", "coder", "bits", "surprise", "only"];

    /// <summary>Words in no good order.</summary>
    public static byte[] Text(int length, ulong seed = 1)
    {
        var text = new StringBuilder(length + 16);
        while (text.Length < length)
        {
            seed = seed * 6364136223846793005 + 1442695040888963407;
            text.Append(Words[(int)(seed >> 33) % Words.Length]).Append((seed >> 60) == 0 ? '\n' : ' ');
        }
        return Encoding.ASCII.GetBytes(text.ToString(0, length));
    }

    /// <summary>Bytes that do not compress.</summary>
    public static byte[] Noise(int length, ulong seed = 1)
    {
        byte[] data = new byte[length];
        for (int i = 0; i < length; i++)
            data[i] = (byte)((seed = seed * 6364136223846793005 + 1442695040888963407) >> 56);
        return data;
    }
}

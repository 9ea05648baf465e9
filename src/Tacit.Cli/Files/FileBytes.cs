using Tacit.Cli.Terminal;
using Tacit.Learning;
using Tacit.Media;

namespace Tacit.Cli.Files;

/// <summary>All bytes of files and of what is in folders, one after another, and which of them are whose.</summary>
internal sealed class FileBytes
{
    private FileBytes(byte[] bytes, IReadOnlyList<DataFile> files)
    {
        Bytes = bytes;
        Files = files;
    }

    /// <summary>The bytes.</summary>
    public byte[] Bytes { get; }

    /// <summary>The files they are from: stretches of <see cref="Bytes"/>.</summary>
    public IReadOnlyList<DataFile> Files { get; }

    /// <summary>Reads files, folders and standard input; at most 2 GiB together.</summary>
    /// <param name="names">In this order; folders in the order of their names.</param>
    /// <param name="isOutput">Whether a file is one that is being written: skipped in folders, refused where it is named.</param>
    /// <param name="report">Is told of what is skipped.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="IOException">Something cannot be read; the message names it.</exception>
    public static async Task<FileBytes> ReadAsync(IReadOnlyList<string> names, Func<FileStatus?, bool> isOutput, Report report,
        CancellationToken cancellationToken)
    {
        using var all = new MemoryStream();
        var ends = new List<(FoundFile File, int End)>();
        byte[] buffer = new byte[1 << 18];
        foreach (FoundFile file in FileWalk.Expand(names, recursive: true, report))
        {
            if (file.InFolder && TemporaryFiles.IsTemporary(file.Path))
                continue;
            try
            {
                using InputFile input = InputFile.Open(file.Path);
                if (isOutput(input.Status))
                {
                    if (file.InFolder)
                        continue;
                    throw new IOException("input and output are the same file");
                }
                int read;
                while ((read = await input.Stream.ReadAsync(buffer, cancellationToken)) > 0)
                {
                    if (all.Length + read > Array.MaxLength)
                        throw new IOException("there are more than 2 GiB to learn from, which is the most; a part of it will do");
                    all.Write(buffer, 0, read);
                }
            }
            catch (Exception e) when (Trouble.IsExpected(e) && e is not UsageException)
            {
                throw new IOException($"{(file.Path == "-" ? "standard input" : file.Path)}: {Trouble.Describe(e)}", e);
            }
            ends.Add((file, (int)all.Length));
        }
        if (report.ExitCode == ExitCode.Error)
            throw new IOException("not all of the data can be read; nothing is learnt from a part of it");
        byte[] bytes = all.ToArray();
        var files = new List<DataFile>(ends.Count);
        int start = 0;
        foreach ((FoundFile file, int end) in ends)
        {
            string? folder = file.InFolder ? Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(file.Path))) : null;
            files.Add(new DataFile(file.Path == "-" ? "standard input" : file.Path, folder, bytes.AsMemory(start, end - start)));
            start = end;
        }
        return new FileBytes(bytes, files);
    }
}

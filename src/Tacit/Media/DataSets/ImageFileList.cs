using System.Buffers;
using System.Globalization;
using System.Text;

namespace Tacit.Media.DataSets;

/// <summary>The images of a folder as text, a line for each: kind, largest sample and name. FORMAT.md, section 12.6.</summary>
public static class ImageFileList
{
    /// <summary>Bytes a name has at most.</summary>
    public const int MostNameBytes = 4096;

    private static readonly SearchValues<char> s_notOnWindows = SearchValues.Create("<>:\"|?*");
    private static readonly UTF8Encoding s_utf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Writes a list.</summary>
    /// <exception cref="InvalidDataException">A name cannot be one.</exception>
    public static byte[] Write(IEnumerable<ImageFile> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        using var text = new MemoryStream();
        foreach (ImageFile file in files)
        {
            CheckName(file.Name);
            text.Write(Encoding.ASCII.GetBytes(string.Create(NumberFormatInfo.InvariantInfo, $"{(file.Kind == ImageFileKind.Png ? "png" : "pnm")} {file.MaxValue} ")));
            text.Write(s_utf8.GetBytes(file.Name));
            text.WriteByte((byte)'\n');
        }
        return text.ToArray();
    }

    /// <summary>Reads a list.</summary>
    /// <exception cref="InvalidDataException">It is none, a name could lead out of its folder, or is there twice.</exception>
    public static IReadOnlyList<ImageFile> Read(ReadOnlySpan<byte> text)
    {
        var files = new List<ImageFile>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (!text.IsEmpty)
        {
            int end = text.IndexOf((byte)'\n');
            if (end < 0)
                throw new InvalidDataException("The list of images is damaged: its last line does not end.");
            files.Add(ReadLine(text[..end]));
            if (!names.Add(files[^1].Name))
                throw new InvalidDataException($"The list of images is damaged: it has '{files[^1].Name}' twice.");
            text = text[(end + 1)..];
        }
        return files;
    }

    private static ImageFile ReadLine(ReadOnlySpan<byte> line)
    {
        const int KindLength = 4;
        ImageFileKind? kind = line.StartsWith("png "u8) ? ImageFileKind.Png : line.StartsWith("pnm "u8) ? ImageFileKind.Pnm : null;
        int end = kind is null ? -1 : line[KindLength..].IndexOf((byte)' ');
        if (end < 0 || !int.TryParse(line.Slice(KindLength, end), NumberStyles.None, NumberFormatInfo.InvariantInfo, out int most) || most is < 1 or > byte.MaxValue)
            throw new InvalidDataException("The list of images is damaged: a line has no kind, or no largest value from 1 to 255.");
        string name;
        try
        {
            name = s_utf8.GetString(line[(KindLength + end + 1)..]);
        }
        catch (DecoderFallbackException)
        {
            throw new InvalidDataException("The list of images is damaged: a name is not UTF-8.");
        }
        CheckName(name);
        return new ImageFile(name, kind!.Value, most);
    }

    // A name leads to a file in the folder or in one below it, on every system.
    private static void CheckName(string name)
    {
        bool fits = name.Length <= MostNameBytes && !name.Contains('\\', StringComparison.Ordinal) && !name.Any(char.IsControl)
            && Array.TrueForAll(name.Split('/'), part => part is not ("" or "." or ".."))
            && !(OperatingSystem.IsWindows() && name.AsSpan().ContainsAny(s_notOnWindows));
        try
        {
            if (fits && s_utf8.GetByteCount(name) <= MostNameBytes)
                return;
        }
        catch (EncoderFallbackException)
        {
            // Half a character, as some systems allow.
        }
        throw new InvalidDataException($"'{name}' cannot be the name of an image in an archive: it has characters none may have, or could lead elsewhere");
    }
}

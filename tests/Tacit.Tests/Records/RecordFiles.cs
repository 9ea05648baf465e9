using System.IO.Compression;
using Tacit.Tests.Support;

namespace Tacit.Tests.Records;

/// <summary>Records of the data sets.</summary>
internal static class RecordFiles
{
    /// <summary>The lines of a file of the data sets' records, gunzipped if need be.</summary>
    public static byte[][] Lines(string name)
    {
        byte[] all = File.ReadAllBytes(Path.Combine(DataFactAttribute.Folder, "records", name));
        if (name.EndsWith(".gz", StringComparison.Ordinal))
        {
            using var source = new GZipStream(new MemoryStream(all), CompressionMode.Decompress);
            using var content = new MemoryStream();
            source.CopyTo(content);
            all = content.ToArray();
        }
        var lines = new List<byte[]>();
        for (int start = 0, end; start < all.Length; start = end + 1)
        {
            end = Array.IndexOf(all, (byte)'\n', start) is >= 0 and var at ? at : all.Length;
            lines.Add(all[start..end]);
        }
        return [.. lines];
    }
}

using Tacit.Cli.Files;
using Tacit.Compression;

namespace Tacit.Cli.Terminal;

/// <summary>All that an archive says of itself: frames, metadata, blocks.</summary>
internal sealed class ArchiveDetails : IArchiveTable
{
    public void Add(ListedArchive listed)
    {
        Console.WriteLine(listed.Name);
        Console.WriteLine($"  {listed.Archive.Length} bytes in {listed.CompressedLength}, {ByteSize.Ratio(listed.CompressedLength, listed.Archive.Length)}");
        for (int i = 0; i < listed.Archive.Frames.Count; i++)
            Show(listed.Archive, i, listed.Models);
    }

    public void End()
    {
    }

    private static void Show(TacitArchive archive, int index, ModelPlaces models)
    {
        TacitFrame frame = archive.Frames[index];
        Console.WriteLine($"  frame {index} at {frame.Offset}: {frame.Length} bytes in {frame.CompressedLength}, {frame.CodecSummary}, " +
            $"blocks up to {ByteSize.Format(frame.BlockSize)}, {ByteSize.Format(frame.DecodingMemory)} a thread to decode{(frame.ModelHashes.Count > 0 ? ", and what the models need" : "")}");
        if (ListedArchive.SoundOf(archive, frame) is { } sound)
            Console.WriteLine($"    {sound}");
        foreach ((string key, string value) in frame.Metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            Console.WriteLine($"    {Report.Printable(key)}: {Report.Printable(value)}");
        if (frame.Sha256 is { } hash)
            Console.WriteLine($"    SHA-256 {hash}");
        for (int i = 0; i < frame.ModelHashes.Count; i++)
            Console.WriteLine($"    model {frame.ModelHashes[i]}, {PlaceOf(archive, frame, i, models)}");
        for (int i = 0; i < frame.Blocks.Count; i++)
        {
            TacitBlock block = frame.Blocks[i];
            string kind = archive.DescribeBlock(frame, block);
            Console.WriteLine($"    block {i} at {block.Offset}: {block.RawLength} bytes from {block.RawOffset} in {block.CodedLength}" +
                (kind.Length > 0 ? $", {kind}" : ""));
        }
    }

    private static string PlaceOf(TacitArchive archive, TacitFrame frame, int number, ModelPlaces models)
    {
        if (!frame.EmbedsModels)
            return models.Describe(frame.ModelHashes[number]);
        try
        {
            return $"of the kind {Report.Printable(archive.DescribeModel(frame, number)!)}, {frame.EmbeddedModelLength(number)} bytes in the frame";
        }
        catch (Exception e) when (e is InvalidDataException or InsufficientMemoryException)
        {
            return $"in the frame, but: {e.Message}";
        }
    }
}

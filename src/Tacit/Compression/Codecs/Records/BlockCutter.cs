using Tacit.Media;

namespace Tacit.Compression.Codecs.Records;

/// <summary>Tells an encoder where blocks of a fixed number of records end.</summary>
internal sealed class BlockCutter(RecordFormat format, int recordsPerBlock)
{
    private readonly RecordCutter _cutter = new(format);
    private int _records;       // of the block so far
    private long _blocks;

    /// <summary>Takes bytes up to the end of a block.</summary>
    /// <param name="source">The bytes that come next.</param>
    /// <param name="room">How many the block can still hold.</param>
    /// <param name="complete">True if the block ends with the last of the bytes that were taken.</param>
    /// <returns>How many were taken.</returns>
    /// <exception cref="InvalidDataException">The block has no room for its records, or the data is not of the format.</exception>
    public int Take(ReadOnlySpan<byte> source, int room, out bool complete)
    {
        int total = 0;
        complete = false;
        while (!complete && total < source.Length)
        {
            if (total == room)
            {
                throw new InvalidDataException($"Records {_blocks * recordsPerBlock} and after, {recordsPerBlock} of which are a block, take more than " +
                    "a block can hold: a larger --block-size takes them (BlockSize in the library), or they are no small records.");
            }
            total += _cutter.Take(source[total..Math.Min(source.Length, room)], out bool ended);
            if (ended && ++_records == recordsPerBlock)
            {
                _records = 0;
                _blocks++;
                complete = true;
            }
        }
        return total;
    }
}

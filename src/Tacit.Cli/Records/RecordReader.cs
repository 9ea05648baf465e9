using System.Runtime.InteropServices;
using Tacit.Media;

namespace Tacit.Cli.Records;

/// <summary>Cuts a stream into records, one in memory at a time.</summary>
/// <param name="format">How the stream holds them; null if it is one record as a whole.</param>
/// <param name="take">Gets each record that is not empty, without line end or prefix; one of more than <see cref="MaxLength"/> bytes cut to one byte more.</param>
internal sealed class RecordReader(RecordFormat? format, Action<ReadOnlySpan<byte>> take)
{
    /// <summary>Longest record that is given whole.</summary>
    public const int MaxLength = 1 << 20;

    private readonly List<byte> _record = [];

    /// <summary>Reads a stream to its end.</summary>
    /// <exception cref="InvalidDataException">A prefix says too much, or the stream ends inside of a prefixed record.</exception>
    public async Task ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[1 << 16];
        RecordCutter? cutter = format is { } cut ? new RecordCutter(cut) : null;
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
            Add(buffer.AsSpan(0, read), cutter);
        if (format == RecordFormat.Prefixed && cutter!.Pending > 0)
            throw new InvalidDataException("ends inside of a record; is the file length-prefixed?");
        Take();
    }

    private void Add(ReadOnlySpan<byte> source, RecordCutter? cutter)
    {
        while (!source.IsEmpty)
        {
            bool complete = false;
            int taken = cutter?.Take(source, out complete) ?? source.Length;
            _record.AddRange(source[..Math.Min(taken, MaxLength + RecordCutter.PrefixLength + 1 - _record.Count)]);
            source = source[taken..];
            if (complete)
                Take();
        }
    }

    // Empty records are no samples.
    private void Take()
    {
        ReadOnlySpan<byte> record = CollectionsMarshal.AsSpan(_record);
        if (format == RecordFormat.Prefixed)
            record = record.IsEmpty ? record : record[RecordCutter.PrefixLength..];
        else if (format is not null)
            record = record switch { [.., (byte)'\r', (byte)'\n'] => record[..^2], [.., (byte)'\n'] => record[..^1], [.., (byte)'\r'] => record[..^1], _ => record };
        if (!record.IsEmpty)
            take(record);
        _record.Clear();
    }
}

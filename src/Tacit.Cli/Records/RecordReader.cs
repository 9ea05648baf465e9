using System.Buffers.Binary;

namespace Tacit.Cli.Records;

/// <summary>How a file holds records.</summary>
internal enum RecordFormat
{
    /// <summary>One a line, without its end: text, JSON Lines.</summary>
    Lines,

    /// <summary>Rows of a CSV file: lines, but for ends of lines between quotation marks.</summary>
    Rows,

    /// <summary>A length of 4 bytes, the least significant first, before each.</summary>
    Prefixed,

    /// <summary>The whole file is one.</summary>
    Files,
}

/// <summary>Cuts a stream into records, one in memory at a time.</summary>
internal sealed class RecordReader(RecordFormat format, Action<byte[]> take)
{
    /// <summary>Longest record.</summary>
    public const int MaxLength = 1 << 24;

    private readonly List<byte> _record = [];
    private int _missing = -1;      // bytes of a prefixed record that are still to come, -1 while its length is read
    private bool _quoted;

    /// <summary>Reads a stream to its end.</summary>
    /// <exception cref="InvalidDataException">A record is too long, or the stream ends inside of a prefixed one.</exception>
    public async Task ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[1 << 16];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            for (int i = 0; i < read; i++)
                Add(buffer[i]);
        }
        End();
    }

    private void Add(byte value)
    {
        if (format == RecordFormat.Prefixed)
        {
            AddPrefixed(value);
            return;
        }
        if (format == RecordFormat.Rows && value == '"')
            _quoted = !_quoted;
        if (value == '\n' && format != RecordFormat.Files && !_quoted)
        {
            Take(trim: true);
            return;
        }
        Append(value);
    }

    private void AddPrefixed(byte value)
    {
        Append(value);
        if (_missing < 0 && _record.Count == sizeof(int))
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(_record.ToArray());
            if (length is < 0 or > MaxLength)
                throw new InvalidDataException($"a record would have {(uint)length} bytes, {MaxLength} are the most; is the file length-prefixed?");
            _record.Clear();
            _missing = length;
        }
        else if (_missing > 0)
        {
            _missing--;
        }
        if (_missing == 0)
        {
            Take(trim: false);
            _missing = -1;
        }
    }

    private void End()
    {
        if (format == RecordFormat.Prefixed && (_record.Count > 0 || _missing >= 0))
            throw new InvalidDataException("ends inside of a record; is the file length-prefixed?");
        if (format == RecordFormat.Files || _record.Count > 0)
            Take(trim: format != RecordFormat.Files);
        _quoted = false;
    }

    private void Append(byte value)
    {
        if (_record.Count == MaxLength)
            throw new InvalidDataException($"has a record of more than {MaxLength} bytes");
        _record.Add(value);
    }

    // A line may end in CR LF; empty ones are no samples.
    private void Take(bool trim)
    {
        if (trim && _record.Count > 0 && _record[^1] == '\r')
            _record.RemoveAt(_record.Count - 1);
        if (_record.Count > 0)
            take([.. _record]);
        _record.Clear();
    }
}

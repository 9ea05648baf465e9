using System.Buffers.Binary;

namespace Tacit.Media;

/// <summary>Finds where records end, in bytes that come piece by piece.</summary>
/// <remarks>
/// In rows a quotation mark opens a quoted cell where a cell begins only, after a comma, semicolon, tab or bar; a row that is longer
/// than <see cref="MaxQuoted"/> ends with its line whatever was opened, so that a stray mark does not swallow the rest of the data.
/// </remarks>
public sealed class RecordCutter
{
    /// <summary>Longest record of <see cref="RecordFormat.Prefixed"/>, without the prefix.</summary>
    public const int MaxPrefixed = 1 << 24;

    /// <summary>Bytes of a row after which quotation marks mean nothing any more.</summary>
    public const int MaxQuoted = 1 << 16;

    /// <summary>Bytes of a prefix.</summary>
    public const int PrefixLength = sizeof(int);

    private readonly RecordFormat _format;
    private readonly byte[] _prefix = new byte[PrefixLength];
    private long _length;           // of the record so far
    private long _end;              // of a prefixed record whose prefix is there
    private bool _quoted, _mayOpen = true;

    /// <summary>Starts at the beginning of a record.</summary>
    /// <param name="format">How records are divided.</param>
    public RecordCutter(RecordFormat format) => _format = format;

    /// <summary>Bytes of the record that has begun and not ended; 0 between records.</summary>
    public long Pending => _length;

    /// <summary>Takes bytes up to the end of a record, its line end or prefix included.</summary>
    /// <param name="source">The bytes that come next.</param>
    /// <param name="complete">True if a record ends with the last of the bytes that were taken.</param>
    /// <returns>How many were taken: all, unless a record ends before.</returns>
    /// <exception cref="InvalidDataException">A prefix says more than <see cref="MaxPrefixed"/> bytes.</exception>
    public int Take(ReadOnlySpan<byte> source, out bool complete)
    {
        int taken = _format switch
        {
            RecordFormat.Lines => TakeLine(source, out complete),
            RecordFormat.Rows => TakeRow(source, out complete),
            _ => TakePrefixed(source, out complete),
        };
        _length = complete ? 0 : _length + taken;
        return taken;
    }

    private static int TakeLine(ReadOnlySpan<byte> source, out bool complete)
    {
        int end = source.IndexOf((byte)'\n');
        complete = end >= 0;
        return complete ? end + 1 : source.Length;
    }

    private int TakeRow(ReadOnlySpan<byte> source, out bool complete)
    {
        for (int i = 0; i < source.Length; i++)
        {
            byte value = source[i];
            if (value == '\n' && (!_quoted || _length + i >= MaxQuoted))
            {
                _quoted = false;
                _mayOpen = true;
                complete = true;
                return i + 1;
            }
            if (value == '"' && (_quoted || _mayOpen))
            {
                _quoted = !_quoted;
                _mayOpen = true;    // two marks within a cell stand for one
            }
            else
            {
                _mayOpen = value is (byte)',' or (byte)';' or (byte)'\t' or (byte)'|';
            }
        }
        complete = false;
        return source.Length;
    }

    private int TakePrefixed(ReadOnlySpan<byte> source, out bool complete)
    {
        int prefix = (int)Math.Min(PrefixLength - Math.Min(_length, PrefixLength), source.Length);
        if (prefix > 0)
        {
            source[..prefix].CopyTo(_prefix.AsSpan((int)_length));
            if (_length + prefix < PrefixLength)
            {
                complete = false;
                return prefix;
            }
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(_prefix);
            if (length > MaxPrefixed)
                throw new InvalidDataException($"a record would have {length} bytes, {MaxPrefixed} are the most; is the data length-prefixed?");
            _end = PrefixLength + (long)length;
        }
        int taken = (int)Math.Min(_end - _length, source.Length);
        complete = _length + taken == _end;
        return taken;
    }
}

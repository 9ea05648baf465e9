using Tacit.Cli.Terminal;

namespace Tacit.Cli;

/// <summary>Bytes from Start up to, not including, End; to the last if that is null.</summary>
internal readonly record struct ByteRange(long Start, long? End)
{
    /// <summary>Reads A:B, A: or :B.</summary>
    /// <exception cref="UsageException">It is none of these.</exception>
    public static ByteRange Parse(string text)
    {
        int colon = text.IndexOf(':');
        if (colon < 0 || text.Length == 1)
            throw new UsageException($"--range is A:B, A: or :B in bytes of the data, not '{text}'");
        string from = text[..colon], to = text[(colon + 1)..];
        long start = from.Length == 0 ? 0 : ByteSize.Parse("--range", from);
        long? end = to.Length == 0 ? null : ByteSize.Parse("--range", to);
        return end < start ? throw new UsageException($"--range {text} ends before it starts") : new ByteRange(start, end);
    }

    public override string ToString() => $"{Start}:{End}";
}

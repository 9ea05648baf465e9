using Tacit.Cli.Terminal;

namespace Tacit.Cli;

/// <summary>Bytes (or records) from Start up to, not including, End; to the last if that is null.</summary>
internal readonly record struct ByteRange(long Start, long? End)
{
    /// <summary>Reads A:B, A: or :B.</summary>
    /// <param name="text">The text.</param>
    /// <param name="option">The option it is the value of.</param>
    /// <param name="what">What is counted.</param>
    /// <exception cref="UsageException">It is none of these.</exception>
    public static ByteRange Parse(string text, string option = "--range", string what = "in bytes of the data")
    {
        int colon = text.IndexOf(':');
        if (colon < 0 || text.Length == 1)
            throw new UsageException($"{option} is A:B, A: or :B {what}, not '{text}'");
        string from = text[..colon], to = text[(colon + 1)..];
        long start = from.Length == 0 ? 0 : ByteSize.Parse(option, from);
        long? end = to.Length == 0 ? null : ByteSize.Parse(option, to);
        return end < start ? throw new UsageException($"{option} {text} ends before it starts") : new ByteRange(start, end);
    }

    public override string ToString() => $"{Start}:{End}";
}

namespace Tacit.Modeling.LanguageModels;

/// <summary>Looks for texts that end a generation.</summary>
internal sealed class StopSearch(IReadOnlyList<byte[]> stops)
{
    /// <summary>How many of the bytes are certain to come before a stop, and whether one has come.</summary>
    public (int Ready, bool Stopped) Search(ReadOnlySpan<byte> bytes)
    {
        int ready = bytes.Length, first = -1;
        foreach (byte[] stop in stops)
        {
            if (stop.Length == 0)
                continue;
            int at = bytes.IndexOf(stop);
            if (at >= 0 && (first < 0 || at < first))
                first = at;
            // The end may be the beginning of a stop.
            for (int length = Math.Min(stop.Length - 1, bytes.Length); length > 0; length--)
            {
                if (bytes[^length..].SequenceEqual(stop.AsSpan(0, length)))
                {
                    ready = Math.Min(ready, bytes.Length - length);
                    break;
                }
            }
        }
        return first >= 0 ? (first, true) : (ready, false);
    }
}

namespace Tacit.Compression.Codecs;

/// <summary>The one-byte parameter of the classical codecs: the level, kept for people; decoding does not need it.</summary>
internal static class LevelParameter
{
    /// <exception cref="InvalidDataException">Not one byte from 1 to 9.</exception>
    public static void Check(string codec, ReadOnlySpan<byte> parameters)
    {
        if (parameters.Length != 1 || parameters[0] is < 1 or > 9)
            throw new InvalidDataException($"The parameters of codec '{codec}' are damaged.");
    }
}

using System.Security.Cryptography;

namespace Tacit.Compression.Container;

/// <summary>An embedded model's file while it arrives; its buffer grows with what has come, not with what was claimed.</summary>
/// <param name="length">The file's length.</param>
/// <param name="isKnown">True if the model is here already: then its bytes are only checked.</param>
internal sealed class ModelBytes(int length, bool isKnown) : IDisposable
{
    private const int FirstCapacity = 1 << 16, GrowthFactor = 8;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[] _bytes = [];
    private int _taken;

    /// <summary>True if the model is here already.</summary>
    public bool IsKnown => isKnown;

    /// <summary>True when all bytes are here.</summary>
    public bool IsComplete => _taken == length;

    /// <summary>All bytes, once they are here.</summary>
    public byte[] File => _bytes;

    /// <summary>Takes bytes, at most those that are missing; returns how many.</summary>
    public int Take(ReadOnlySpan<byte> source)
    {
        int count = Math.Min(source.Length, length - _taken);
        if (isKnown)
        {
            _hash.AppendData(source[..count]);
        }
        else
        {
            if (_taken + count > _bytes.Length)
                Array.Resize(ref _bytes, (int)Math.Min(length, Math.Max(Math.Max((long)GrowthFactor * _bytes.Length, FirstCapacity), _taken + count)));
            source[..count].CopyTo(_bytes.AsSpan(_taken));
        }
        _taken += count;
        return count;
    }

    /// <summary>Whether the bytes, of a model that is here already, have this SHA-256.</summary>
    public bool Matches(ReadOnlySpan<byte> hash) => _hash.GetHashAndReset().AsSpan().SequenceEqual(hash);

    public void Dispose() => _hash.Dispose();
}

using Tacit.Coding;
using Tacit.Modeling.Variational;

namespace Tacit.Compression.Codecs.BitsBack;

/// <summary>Codec <c>bitsback</c>: the items of an IDX file under a variational autoencoder; what is none of the model's items is coded by cm.</summary>
/// <remarks>
/// A block of items is: VarInt, the bytes before its first whole item; these bytes, and those after the last one; then the stack of
/// <see cref="BitsBackCoder"/>, or if it is lossy the message of <see cref="LatentQuantiser"/>.
/// </remarks>
internal sealed class BitsBackCodec : BlockCodec
{
    /// <summary>Kind of a block of items, coded with bits back.</summary>
    public const byte ItemsKind = 0;

    /// <summary>Kind of a block of items that are made of the latents coded.</summary>
    public const byte LatentsKind = 1;

    /// <summary>With cm's kind added: a block coded by cm.</summary>
    public const byte ContextKind = 8;

    private readonly VariationalAutoencoder _model;
    private readonly BitsBackCoder _coder;
    private readonly bool _lossy;
    private readonly int _level, _size;
    private LatentQuantiser? _quantiser;
    private ContextMixingCodec? _plain;
    private int[]? _latents;        // of the block that was simplified

    public BitsBackCodec(VariationalAutoencoder model, bool lossy, int level)
    {
        (_model, _lossy, _level, _size) = (model, lossy, level, model.Shape.Size);
        _coder = new BitsBackCoder(model);
    }

    /// <summary>Bytes of memory beside what cm takes: networks, and a stack that may be twice as long as what it comes to.</summary>
    public static long Memory(VariationalAutoencoder model, int blockLength) =>
        BitsBackCoder.Memory(model.Options) + 3L * blockLength + sizeof(int) * (blockLength / model.Shape.Size + 1L) * model.Latents + LatentQuantiser.Memory(model.Latents);

    public override void Dispose()
    {
        _plain?.Dispose();
        base.Dispose();
    }

    public override void Simplify(Span<byte> raw, BlockPlace place)
    {
        _latents = null;
        if (!_lossy || !FindItems(raw, place, out int before, out int count))
            return;
        Span<byte> items = raw.Slice(before, count * _size);
        try
        {
            _latents = Quantiser.Simplify(items);
        }
        catch (ArithmeticException e)
        {
            throw new InvalidDataException(e.Message, e);
        }
    }

    public override int Encode(ReadOnlySpan<byte> raw, Span<byte> coded, out byte kind, WorkMonitor monitor) =>
        Encode(raw, coded, new BlockPlace(0, null), out kind, monitor);

    public override int Encode(ReadOnlySpan<byte> raw, Span<byte> coded, BlockPlace place, out byte kind, WorkMonitor monitor)
    {
        if (!FindItems(raw, place, out int before, out int count) || (_lossy && _latents is null))
        {
            int plain = Plain.Encode(raw, coded, out kind, monitor);
            kind += ContextKind;
            return plain;
        }
        kind = _lossy ? LatentsKind : ItemsKind;
        int after = before + count * _size, loose = raw.Length - count * _size;
        if (VarInt.MaxLength + loose > coded.Length)
            return -1;
        int at = VarInt.Write(coded, (ulong)before);
        raw[..before].CopyTo(coded[at..]);
        raw[after..].CopyTo(coded[(at + before)..]);
        at += loose;
        try
        {
            int length = _lossy ? Quantiser.Encode(_latents!, coded[at..]) : _coder.Encode(raw[before..after], coded[at..], n => monitor.Advance(n * _size));
            return length < 0 ? -1 : at + length;
        }
        catch (ArithmeticException e)
        {
            throw new InvalidDataException(e.Message, e);
        }
    }

    public override void Decode(ReadOnlySpan<byte> coded, byte kind, Span<byte> raw, WorkMonitor monitor)
    {
        if (kind >= ContextKind)
        {
            Plain.Decode(coded, (byte)(kind - ContextKind), raw, monitor);
            return;
        }
        if (kind != (_lossy ? LatentsKind : ItemsKind))
            throw new InvalidDataException($"Block kind {kind} is unknown to codec 'bitsback'{(_lossy ? " in a lossy frame" : "")}.");
        ulong claimed = VarInt.Read(ref coded);
        if (claimed > (ulong)raw.Length || raw.Length - (int)claimed < _size)
            throw new InvalidDataException("The coded block has no whole item.");
        int before = (int)claimed, count = (raw.Length - before) / _size, after = before + count * _size, loose = raw.Length - count * _size;
        if (coded.Length < loose)
            throw new InvalidDataException("The coded block ends before its items begin.");
        coded[..before].CopyTo(raw);
        coded[before..loose].CopyTo(raw[after..]);
        try
        {
            if (_lossy)
                Quantiser.Decode(coded[loose..], raw[before..after]);
            else
                _coder.Decode(coded[loose..], raw[before..after], n => monitor.Advance(n * _size));
        }
        catch (ArithmeticException e)
        {
            throw new InvalidDataException(e.Message, e);
        }
    }

    private ContextMixingCodec Plain => _plain ??= new ContextMixingCodec(_level);

    private LatentQuantiser Quantiser => _quantiser ??= new LatentQuantiser(_model, _level);

    // Where the block's whole items lie; none if it is not of a file of such items, or they have values the model does not know.
    private bool FindItems(ReadOnlySpan<byte> raw, BlockPlace place, out int before, out int count)
    {
        (before, count) = (0, 0);
        if (place.Items < 0)
            return false;
        before = (int)(place.Offset < place.Items ? Math.Min(place.Items - place.Offset, raw.Length) : (_size - (place.Offset - place.Items) % _size) % _size);
        count = (raw.Length - before) / _size;
        ReadOnlySpan<byte> items = raw.Slice(before, count * _size);
        return count > 0 && (_lossy ? !items.ContainsAnyExceptInRange((byte)0, (byte)(_model.Options.Values - 1)) : _coder.CanCode(items));
    }
}

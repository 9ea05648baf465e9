using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Tacit.Coding;
using Tacit.Modeling.ContextMixing;
using Tacit.Modeling.LanguageModels;
using Tacit.Modeling.Recurrent;
using Tacit.Numerics.Threads;

namespace Tacit.Compression.Codecs;

/// <summary>Codec <c>cm</c>: a context mixer's predictions, arithmetic coded.</summary>
/// <remarks>
/// A block's kind is its <see cref="BlockKind"/>. A block of rows or of pixels starts with the row length as two bytes, little-endian;
/// then, for every kind, comes the message of the binary coder: each byte's bits, highest first. With
/// <see cref="NetworkKind"/> added to the kind, a network that learns the block is mixed in.
/// </remarks>
internal sealed class ContextMixingCodec : BlockCodec
{
    /// <summary>Added to a block's kind: a network takes part.</summary>
    public const byte NetworkKind = 64;

    private const int RowLengthSize = 2;

    // How often a look is taken at whether going on makes sense.
    internal const int CheckInterval = 1 << 12;

    private readonly LanguageModelExpert? _expert;
    private readonly ContextMixer _model;
    private readonly NeuralExpert? _network;
    private readonly ContextMixer? _networked;

    /// <param name="level">1 to 9.</param>
    /// <param name="expert">A language model to mix in, this codec's from now on; or null.</param>
    /// <param name="prior">What blocks of its structure begin with, or null.</param>
    /// <param name="network">True if a network may take part.</param>
    public ContextMixingCodec(int level, LanguageModelExpert? expert = null, MixerPrior? prior = null, bool network = false)
    {
        _expert = expert;
        Listen(false);
        _model = new(new ContextMixerOptions { Level = level, Prior = prior, Experts = expert is null ? [] : [expert] });
        if (!network)
            return;
        _network = new NeuralExpert(new OnlineLstmOptions());
        _networked = new ContextMixer(new ContextMixerOptions { Level = level, Prior = prior, Experts = expert is null ? [_network] : [expert, _network] });
    }

    /// <inheritdoc/>
    public override SpareThreads? Spare
    {
        set
        {
            if (_network is not null)
                _network.Spare = value;
        }
    }

    public override int Encode(ReadOnlySpan<byte> raw, Span<byte> coded, out byte kind, WorkMonitor monitor)
    {
        kind = 0;
        return Choose(raw) is { } structure ? Encode(raw, coded, structure, out kind, monitor) : -1;
    }

    /// <summary>The structure in which a block is coded, by trial; null if it is not worth modelling.</summary>
    public BlockStructure? Choose(ReadOnlySpan<byte> raw)
    {
        Listen(false);      // trials are cm's own
        return Incompressibility.Holds(raw, _model) ? null : StructureTrial.Choose(raw, _model);
    }

    /// <summary>Codes a block whose structure has been chosen.</summary>
    public int Encode(ReadOnlySpan<byte> raw, Span<byte> coded, BlockStructure structure, out byte kind, WorkMonitor monitor)
    {
        kind = (byte)structure.Kind;
        int header = structure.RowLength != 0 ? RowLengthSize : 0;
        if (coded.Length <= header)
            return -1;
        if (header != 0)
            BinaryPrimitives.WriteUInt16LittleEndian(coded, (ushort)structure.RowLength);

        raw = X86Addresses.Prepare(raw, structure);
        int length = Encode(raw, coded[header..], _model, structure, monitor, counts: _networked is null);
        if (_networked is null)
            return length < 0 ? -1 : header + length;

        // The network helps or it does not, and what it costs to find out is little beside its own time.
        _model.Dispose();
        byte[] better = new byte[length < 0 ? coded.Length - header : length];
        int shorter = Encode(raw, better, _networked, structure, monitor, counts: true);
        _networked.Dispose();
        if (shorter < 0 || shorter >= better.Length)
            return length < 0 ? -1 : header + length;
        better.AsSpan(0, shorter).CopyTo(coded[header..]);
        kind += NetworkKind;
        return header + shorter;
    }

    private int Encode(ReadOnlySpan<byte> raw, Span<byte> coded, ContextMixer model, BlockStructure structure, WorkMonitor monitor, bool counts)
    {
        Listen(true);
        model.Reset(raw.Length, structure);
        var encoder = new BinaryEncoder(coded);
        while (!raw.IsEmpty)
        {
            int count = Math.Min(CheckInterval, raw.Length);
            _expert?.Tell(raw[..count]);
            EncodeChunk(ref encoder, model, raw[..count]);
            if (encoder.Overflowed)
                return -1;
            raw = raw[count..];
            monitor.Advance(counts ? count : 0);
        }
        return encoder.Finish();
    }

    public override void Decode(ReadOnlySpan<byte> coded, byte kind, Span<byte> raw, WorkMonitor monitor)
    {
        ContextMixer model = _model;
        if (kind >= NetworkKind)
        {
            model = _networked ?? throw new InvalidDataException($"Block kind {kind} of codec 'cm' needs a network, and the frame says there is none.");
            _model.Dispose();
            kind -= NetworkKind;
        }
        else
        {
            _networked?.Dispose();
        }
        BlockStructure structure = ReadStructure(ref coded, kind);
        Listen(true);
        model.Reset(raw.Length, structure);
        var decoder = new BinaryDecoder(coded);
        for (Span<byte> rest = raw; !rest.IsEmpty;)
        {
            int count = Math.Min(CheckInterval, rest.Length);
            DecodeChunk(ref decoder, model, rest[..count]);
            if (decoder.Exhausted)
                throw new InvalidDataException("The coded block ends before its data does.");
            rest = rest[count..];
            monitor.Advance(count);
        }
        if (structure.Kind == BlockKind.X86)
            X86Addresses.MakeRelative(raw);
    }

    public override void Dispose()
    {
        _model.Dispose();
        _networked?.Dispose();
        _network?.Dispose();
        _expert?.Dispose();
        base.Dispose();
    }

    private void Listen(bool active)
    {
        if (_expert is not null)
            _expert.IsActive = active;
    }

    // Methods of their own, compiled in full at once: a loop that runs for seconds would spend its first in slow code.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void EncodeChunk(ref BinaryEncoder encoder, ContextMixer model, ReadOnlySpan<byte> raw)
    {
        foreach (byte value in raw)
        {
            for (int i = 7; i >= 0; i--)
            {
                int bit = value >> i & 1;
                encoder.Encode(bit, model.Probability);
                model.Update(bit);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void DecodeChunk(ref BinaryDecoder decoder, ContextMixer model, Span<byte> raw)
    {
        foreach (ref byte value in raw)
        {
            int partial = 1;
            while (partial < 256)
            {
                int bit = decoder.Decode(model.Probability);
                model.Update(bit);
                partial = partial << 1 | bit;
            }
            value = (byte)partial;
        }
    }

    private static BlockStructure ReadStructure(ref ReadOnlySpan<byte> coded, byte kind)
    {
        switch ((BlockKind)kind)
        {
            case BlockKind.Binary or BlockKind.Text or BlockKind.Ideographs or BlockKind.X86:
                return new BlockStructure((BlockKind)kind);
            case BlockKind.Rows or BlockKind.Bilevel:
                int length = coded.Length >= RowLengthSize ? BinaryPrimitives.ReadUInt16LittleEndian(coded) : 0;
                var structure = new BlockStructure((BlockKind)kind, length);
                if (!structure.IsPossible)
                    throw new InvalidDataException($"A block of rows of {length} bytes: at most {BlockStructure.MaxRowLength} are possible.");
                coded = coded[RowLengthSize..];
                return structure;
            default:
                throw new InvalidDataException($"Block kind {kind} is unknown to codec 'cm'.");
        }
    }
}

namespace Tacit.Compression.Codecs;

/// <summary>What a frame says of how its blocks are coded.</summary>
/// <param name="Codec">The codec's number.</param>
/// <param name="Parameters">Its parameters.</param>
/// <param name="Kind">The kind of its only block.</param>
/// <param name="Models">The models it names.</param>
internal readonly record struct FrameForm(byte Codec, byte[] Parameters, byte Kind, IReadOnlyList<TacitModel> Models);

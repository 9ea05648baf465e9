using Tacit.Numerics;

namespace Tacit.Modeling.Transformers;

/// <summary>What a <see cref="Gpt"/> keeps of the tokens streams have seen: the KV cache.</summary>
public sealed class GptState : IDisposable
{
    /// <summary>The state before the first token.</summary>
    /// <param name="options">Of the model.</param>
    /// <param name="streams">Sequences that advance together.</param>
    public GptState(GptOptions options, int streams = 1)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(streams, 1);
        Streams = streams;
        Caches = new AttentionCache[options.Layers];
        int size = options.Columns / options.Heads;
        for (int i = 0; i < Caches.Length; i++)
            Caches[i] = new AttentionCache(streams, options.KeyHeads == 0 ? options.Heads : options.KeyHeads, size, size, options.Context);
    }

    /// <summary>Sequences that advance together.</summary>
    public int Streams { get; }

    /// <summary>Tokens each has seen.</summary>
    public int Position { get; internal set; }

    internal AttentionCache[] Caches { get; }

    /// <summary>Forgets all tokens.</summary>
    public void Clear()
    {
        Position = 0;
        foreach (AttentionCache cache in Caches)
        {
            for (int stream = 0; stream < Streams; stream++)
                cache.Truncate(stream);
        }
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        foreach (AttentionCache cache in Caches)
            cache.Dispose();
    }
}

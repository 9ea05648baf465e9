using System.Runtime.CompilerServices;
using System.Text;
using Tacit.Learning;
using Tacit.Media;
using Tacit.Modeling.Transformers;

namespace Tacit.Modeling.LanguageModels;

/// <summary>A trained GPT with its tokeniser: continues texts and says how likely they are.</summary>
/// <remarks>Its methods may be called from several threads at a time.</remarks>
public sealed class LanguageModel
{
    private readonly GptServing?[] _serving = new GptServing?[2];

    /// <summary>A language model.</summary>
    /// <exception cref="ArgumentException">The vocabularies differ.</exception>
    public LanguageModel(Gpt model, ITokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tokenizer);
        if (model.Options.Vocabulary != tokenizer.Vocabulary)
            throw new ArgumentException($"A model of {model.Options.Vocabulary} tokens with a tokeniser of {tokenizer.Vocabulary}.");
        Model = model;
        Tokenizer = tokenizer;
    }

    /// <summary>The network.</summary>
    public Gpt Model { get; }

    /// <summary>Turns text into its tokens.</summary>
    public ITokenizer Tokenizer { get; }

    /// <summary>The network laid out for prediction, made when first asked for and shared.</summary>
    /// <param name="quantised">True for weights in eight bits.</param>
    internal GptServing Serving(bool quantised)
    {
        lock (_serving)
            return _serving[quantised ? 1 : 0] ??= new GptServing(Model, quantised);
    }

    /// <summary>Frees what <see cref="Serving"/> made, which nothing may use then.</summary>
    internal void Free()
    {
        lock (_serving)
        {
            for (int i = 0; i < _serving.Length; i++)
            {
                _serving[i]?.Dispose();
                _serving[i] = null;
            }
        }
    }

    /// <summary>The tokens that follow a prompt, one at a time, without end.</summary>
    /// <param name="prompt">Tokens to continue; with none, the tokeniser's start, else its end, else a line's end comes first.</param>
    /// <param name="sampling">How tokens are chosen.</param>
    /// <remarks>When the window is full, the model goes on from its later half.</remarks>
    public IEnumerable<int> GenerateTokens(IEnumerable<int> prompt, SamplingOptions? sampling = null)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        GptOptions options = Model.Options;
        var sampler = new Sampler(sampling ?? new SamplingOptions(), options.Vocabulary);
        return Continue();

        IEnumerable<int> Continue()
        {
            var history = new List<int>();
            if (Tokenizer.Start is { } start)
                history.Add(start);
            history.AddRange(prompt);
            if (history.Count == 0)
                history.Add(Tokenizer.End ?? Tokenizer.Encode("\n"u8)[0]);
            using var state = new GptState(options);
            var tape = new Tape { IsRecording = false };
            int fresh = history.Count;      // tokens the state has not seen
            for (long place = 0; ; place++)
            {
                if (state.Position + fresh > options.Context)
                {
                    state.Clear();
                    fresh = Math.Min(history.Count, Math.Max(1, options.Context / 2));
                }
                int[] tokens = [.. history[^fresh..]];
                float[] logits = Model.Step(tape, tokens, state).Value.Span.ToArray();
                tape.Reset();
                int next = sampler.Next(logits, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(history), place);
                history.Add(next);
                fresh = 1;
                yield return next;
            }
        }
    }

    /// <summary>The bytes that follow a prompt, until the model ends the text, in pieces that end with whole UTF-8 characters.</summary>
    /// <param name="prompt">Bytes to continue.</param>
    /// <param name="count">New tokens, at most.</param>
    /// <param name="sampling">How tokens are chosen.</param>
    /// <param name="stops">Where the text ends: before the first of these; they are not part of it.</param>
    public IEnumerable<byte[]> Generate(ReadOnlyMemory<byte> prompt, int count, SamplingOptions? sampling = null, IReadOnlyList<byte[]>? stops = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        int[] tokens = Tokenizer.Encode(prompt.Span);
        IEnumerable<int> continuation = GenerateTokens(tokens, sampling);
        return Pieces();

        IEnumerable<byte[]> Pieces()
        {
            var pending = new List<byte>();
            var ends = new StopSearch(stops ?? []);
            int previous = tokens.Length > 0 ? tokens[^1] : Tokenizer.Start ?? -1;
            foreach (int token in continuation.Take(count))
            {
                if (token == Tokenizer.End)
                    break;
                pending.AddRange(Tokenizer.Decode(token, previous).Span);
                previous = token;
                (int ready, bool stopped) = ends.Search(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(pending));
                if (!stopped)
                    ready = Math.Min(ready, WholeCharacters.Count(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(pending)));
                if (ready > 0)
                    yield return [.. pending[..ready]];
                pending.RemoveRange(0, ready);
                if (stopped)
                    yield break;
            }
            if (pending.Count > 0)
                yield return [.. pending];
        }
    }

    /// <summary>The text that follows a prompt, in pieces of whole characters, without blocking the caller.</summary>
    /// <inheritdoc cref="Generate" path="/param"/>
    /// <param name="prompt">Text to continue.</param>
    /// <param name="count">New tokens, at most.</param>
    /// <param name="sampling">How tokens are chosen.</param>
    /// <param name="stops">Where the text ends: before the first of these; they are not part of it.</param>
    /// <param name="cancellationToken">Ends the generation.</param>
    public async IAsyncEnumerable<string> GenerateAsync(string prompt, int count, SamplingOptions? sampling = null,
        IReadOnlyList<string>? stops = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        byte[][] ends = [.. (stops ?? []).Select(Encoding.UTF8.GetBytes)];
        using IEnumerator<byte[]> pieces = Generate(Encoding.UTF8.GetBytes(prompt), count, sampling, ends).GetEnumerator();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!await Task.Run(pieces.MoveNext, cancellationToken).ConfigureAwait(false))
                yield break;
            yield return Encoding.UTF8.GetString(pieces.Current);
        }
    }
}

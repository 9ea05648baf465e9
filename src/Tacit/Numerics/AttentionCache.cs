using Tacit.Numerics.Attending;
using Tacit.Numerics.Lanes;
using Tacit.Numerics.Memory;
using Tacit.Numerics.Products;
using Tacit.Numerics.Threads;

namespace Tacit.Numerics;

/// <summary>The keys and values of sequences that grow by a step at a time, packed as products read them.</summary>
/// <remarks>
/// Streams are independent sequences decoded in lock-step or one by one. A step with a cache gives the bits that
/// <see cref="Attention.Forward"/> gives for the last query of the whole sequence. Memory grows with the steps.
/// </remarks>
public sealed unsafe class AttentionCache : IDisposable
{
    /// <summary>Steps are dropped in multiples of this: whole panels of keys.</summary>
    public const int DropUnit = Panel.Widest;

    private const int FirstRoom = 64;

    private readonly PackedMatrix[] _keys;      // (D, room) per stream and key head
    private readonly PackedMatrix[] _values;    // (room, E); room for some steps, at most the capacity
    private readonly int[] _lengths;

    /// <summary>An empty cache.</summary>
    /// <param name="streams">Sequences, at least 1.</param>
    /// <param name="keyHeads">Heads of the keys and values (G), at least 1.</param>
    /// <param name="headSize">Values of a key (D), at least 1.</param>
    /// <param name="valueSize">Values of a value (E), at least 1.</param>
    /// <param name="capacity">Steps that fit, at least 1.</param>
    public AttentionCache(int streams, int keyHeads, int headSize, int valueSize, int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(streams, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(keyHeads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(headSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(valueSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        (KeyHeads, HeadSize, ValueSize, Capacity) = (keyHeads, headSize, valueSize, capacity);
        _lengths = new int[streams];
        _keys = new PackedMatrix[streams * keyHeads];
        _values = new PackedMatrix[streams * keyHeads];
        int lanes = Widest.Lanes;       // read once: one kernel goes through all of them
        for (int i = 0; i < _keys.Length; i++)
        {
            _keys[i] = new PackedMatrix(headSize, Math.Min(capacity, FirstRoom), lanes);
            _values[i] = new PackedMatrix(Math.Min(capacity, FirstRoom), valueSize, lanes);
        }
    }

    /// <summary>Most bytes of memory a cache takes, on any machine: panels round up, and one of its matrices is copied when it grows.</summary>
    public static long Memory(int streams, int keyHeads, int headSize, int valueSize, int capacity)
    {
        long panels = (capacity + (long)Panel.Widest - 1) / Panel.Widest, keys = headSize * panels * Panel.Widest;
        long values = (long)capacity * ((valueSize + Panel.Widest - 1) / Panel.Widest * Panel.Widest);
        return sizeof(float) * ((long)streams * keyHeads * (keys + values) + keys + values);
    }

    /// <summary>Bytes of memory it takes now.</summary>
    internal long AllocatedMemory => _keys.Concat(_values).Sum(matrix => sizeof(float) * (long)matrix.PanelStep * Panel.CountFor(matrix.Columns, Panel.Width(matrix.Lanes)));

    /// <summary>Sequences.</summary>
    public int Streams => _lengths.Length;

    /// <summary>Heads of the keys and values (G).</summary>
    public int KeyHeads { get; }

    /// <summary>Values of a key (D).</summary>
    public int HeadSize { get; }

    /// <summary>Values of a value (E).</summary>
    public int ValueSize { get; }

    /// <summary>Steps that fit.</summary>
    public int Capacity { get; }

    /// <summary>Steps a stream holds.</summary>
    public int Length(int stream) => _lengths[stream];

    /// <summary>Forgets a stream's steps from <paramref name="length"/> on.</summary>
    public void Truncate(int stream, int length = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, _lengths[stream]);
        _lengths[stream] = length;
    }

    /// <summary>Forgets a stream's first steps: what comes after is as if they had never been.</summary>
    /// <param name="stream">Its number.</param>
    /// <param name="count">Steps, a multiple of <see cref="DropUnit"/>, at most those there are.</param>
    /// <exception cref="ArgumentException">There are not so many, or they are not a multiple.</exception>
    public void Drop(int stream, int count)
    {
        if (count < 0 || count % DropUnit != 0 || count > _lengths[stream])
            throw new ArgumentException($"AttentionCache.Drop: {count} of {_lengths[stream]} steps; in units of {DropUnit}.");
        for (int i = stream * KeyHeads; i < (stream + 1) * KeyHeads; i++)
        {
            _keys[i].DropColumns(count);
            _values[i].DropRows(count);
        }
        _lengths[stream] -= count;
    }

    /// <summary>Adds a step, or several, to a stream.</summary>
    /// <param name="stream">Its number.</param>
    /// <param name="key">(steps, G, D).</param>
    /// <param name="value">(steps, G, E).</param>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    /// <exception cref="InvalidOperationException">The cache is full.</exception>
    public void Append(int stream, ReadOnlySpan<float> key, ReadOnlySpan<float> value)
    {
        int steps = key.Length / (KeyHeads * HeadSize), first = _lengths[stream];
        if (key.Length != steps * KeyHeads * HeadSize || value.Length != steps * KeyHeads * ValueSize)
            throw new ArgumentException($"AttentionCache.Append: {key.Length} and {value.Length} values for keys of ({KeyHeads}, {HeadSize}) and values of ({KeyHeads}, {ValueSize}).");
        if (first + steps > Capacity)
            throw new InvalidOperationException($"AttentionCache.Append: stream {stream} already holds {first} of {Capacity} steps, {steps} do not fit.");
        fixed (float* pk = key, pv = value)
            Append(stream, pk, (nint)KeyHeads * HeadSize, pv, (nint)KeyHeads * ValueSize, steps);
    }

    /// <summary>Adds steps that fit, whose keys and values lie so many floats apart.</summary>
    internal void Append(int stream, float* key, nint keyStep, float* value, nint valueStep, int steps)
    {
        int first = _lengths[stream];
        for (int g = 0; g < KeyHeads; g++)
        {
            int i = stream * KeyHeads + g;
            if (first + steps > _keys[i].Columns)
                Grow(i, (int)Math.Min(Math.Max(2L * _keys[i].Columns, first + steps), Capacity));
            _keys[i].SetColumns(first, key + g * HeadSize, keyStep, steps);
            _values[i].SetRows(first, value + g * ValueSize, valueStep, steps);
        }
        _lengths[stream] = first + steps;
    }

    /// <summary>The outputs of one query per stream, each at the last step of its stream, or of several at the last ones.</summary>
    /// <param name="scale">Of the scores, usually 1 / √D.</param>
    /// <param name="q">(streams, steps, H, D), H a multiple of G.</param>
    /// <param name="heads">H.</param>
    /// <param name="o">(streams, steps, H, E).</param>
    /// <param name="window">How many of the last steps a query sees at most; 0 for all.</param>
    /// <param name="firstStream">The stream the first query belongs to.</param>
    /// <param name="steps">Queries of each stream.</param>
    /// <param name="pool">Threads to share the streams and heads among; the caller alone if null.</param>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    public void Attend(float scale, ReadOnlySpan<float> q, int heads, Span<float> o, int window = 0, int firstStream = 0, int steps = 1, WorkPool? pool = null)
    {
        if (heads < 1 || heads % KeyHeads != 0 || window < 0 || steps < 1 || q.Length % (steps * heads * HeadSize) != 0)
            throw new ArgumentException($"AttentionCache.Attend: {q.Length} values of queries, {heads} heads of {HeadSize}, {KeyHeads} key heads, {steps} steps, a window of {window}.");
        int streams = q.Length / (steps * heads * HeadSize);
        if (firstStream < 0 || firstStream + streams > Streams || o.Length != streams * steps * heads * ValueSize)
            throw new ArgumentException($"AttentionCache.Attend: streams {firstStream} to {firstStream + streams - 1} of {Streams}, {o.Length} outputs.");
        for (int s = firstStream; steps > 1 && s < firstStream + streams; s++)
        {
            if (_lengths[s] < steps)
                throw new ArgumentException($"AttentionCache.Attend: {steps} steps of stream {s}, which holds {_lengths[s]}.");
        }
        fixed (float* pq = q, po = o)
        {
            var kernel = new Steps { Cache = this, Q = pq, QueryStep = heads * HeadSize, O = po, Heads = heads, Count = steps, FirstStream = firstStream, Window = window, Scale = scale };
            Ranges.Run(kernel, streams * heads, 2L * steps * (streams == 0 ? 0 : _lengths[firstStream]) * HeadSize, pool, _keys[0].Lanes);
        }
    }

    /// <summary>The outputs of queries at the last steps of the first stream, which lie so many floats apart.</summary>
    internal void Attend(float scale, float* q, int queryStep, int heads, float* o, int steps)
    {
        var kernel = new Steps { Cache = this, Q = q, QueryStep = queryStep, O = o, Heads = heads, Count = steps, Scale = scale };
        Widest.Run(ref kernel, _keys[0].Lanes);
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        foreach (PackedMatrix keys in _keys)
            keys.Dispose();
        foreach (PackedMatrix values in _values)
            values.Dispose();
    }

    private void Grow(int i, int room)
    {
        PackedMatrix keys = _keys[i], values = _values[i];
        (_keys[i], _values[i]) = (keys.Grown(HeadSize, room), values.Grown(room, ValueSize));
        keys.Dispose();
        values.Dispose();
    }

    private struct Steps : IRangeKernel, IKernel
    {
        public AttentionCache Cache;
        public float* Q, O;
        public int Heads, Count, FirstStream, Window, QueryStep;
        public float Scale;

        /// <summary>The heads of one stream.</summary>
        public readonly void Run<L, V>()
            where L : struct, ILanes<V>
            where V : struct => Run<L, V>(0, Heads);

        public readonly void Run<L, V>(int first, int end)
            where L : struct, ILanes<V>
            where V : struct
        {
            if (Count == 1)
                One<L, V>(first, end);
            else
                Several<L, V>(first, end);
        }

        private readonly void One<L, V>(int first, int end)
            where L : struct, ILanes<V>
            where V : struct
        {
            int longest = 0;
            foreach (int length in Cache._lengths)
                longest = Math.Max(longest, length);
            float* scratch = Scratch.Take(Scratch.Outer, OneQuery.ScratchFor(longest, Cache.HeadSize));
            for (int i = first; i < end; i++)
            {
                int at = i / Heads, h = i % Heads, length = Cache._lengths[FirstStream + at], g = KeyHead(at, h);
                OneQuery.Run<L, V>(Scale, Q + (nint)at * QueryStep + h * Cache.HeadSize, Cache._keys[g], Cache._values[g],
                    Window == 0 ? 0 : Math.Max(0, length - Window), length, O + (nint)i * Cache.ValueSize, scratch);
            }
        }

        private readonly void Several<L, V>(int first, int end)
            where L : struct, ILanes<V>
            where V : struct
        {
            for (int i = first; i < end; i++)
            {
                int at = i / Heads, h = i % Heads, length = Cache._lengths[FirstStream + at], g = KeyHead(at, h);
                PackedMatrix keys = Cache._keys[g], values = Cache._values[g];
                var head = new HeadAttention
                {
                    Shape = new AttentionShape
                    {
                        Batch = 1,
                        Heads = 1,
                        KeyHeads = 1,
                        Queries = Count,
                        Keys = length,
                        HeadSize = Cache.HeadSize,
                        ValueSize = Cache.ValueSize,
                        Causal = true,
                        FirstPosition = Math.Max(0, length - Count),
                        Window = Window,
                        QueryStep = QueryStep,
                    },
                    Scale = Scale,
                    Q = Q + (nint)at * Count * QueryStep + h * Cache.HeadSize,
                    O = O + ((nint)at * Count * Heads + h) * Cache.ValueSize,
                    OutputStep = (nint)Heads * Cache.ValueSize,
                };
                head.Forward<L, V>(keys.Panels, keys.PanelStep, values.Panels, values.PanelStep);
            }
        }

        private readonly int KeyHead(int at, int h) => (FirstStream + at) * Cache.KeyHeads + h / (Heads / Cache.KeyHeads);
    }
}

using System.Numerics;

namespace Tacit.Modeling.Records;

/// <summary>Which bytes followed each context in the samples, and how often: what training collects.</summary>
/// <remarks>
/// Memory is bounded by the numbers of contexts and of bytes after them, about 600 MB: when either is used up, contexts seen least
/// are forgotten, wherever they were seen, until there is room again.
/// </remarks>
internal sealed class ContextCounts
{
    /// <summary>Contexts at most, unless told otherwise: five eighths of 2^24 places.</summary>
    public const int MaxContexts = 10_000_000;

    private const int NodesForContexts = 3;    // bytes after contexts at most, for each context there may be

    private readonly int _maxContexts, _maxNodes;
    private ulong[] _keys = new ulong[1 << 16];
    private byte[] _contexts = new byte[1 << 16];    // place in the plan; the top bit: needed
    private int[] _heads = new int[1 << 16];
    private int _used;
    private byte[] _symbols = new byte[1 << 16];
    private int[] _counts = new int[1 << 16];
    private int[] _nexts = new int[1 << 16];
    private int _nodes = 1;    // 0 ends a list
    private int _shift = 64 - 16;

    /// <summary>Nothing counted.</summary>
    /// <param name="maxContexts">Most contexts, at least 16.</param>
    public ContextCounts(int maxContexts = MaxContexts)
    {
        _maxContexts = maxContexts;
        _maxNodes = NodesForContexts * maxContexts;
    }

    /// <summary>Contexts seen.</summary>
    public int ContextCount => _used;

    /// <summary>Adds a record, or takes it out again.</summary>
    public void Add(ReadOnlySpan<byte> record, ReadOnlySpan<byte> contexts, ref RecordScanner scanner, int sign)
    {
        scanner.Restart();
        for (int i = 0; i <= record.Length; i++)
        {
            byte symbol = i < record.Length ? record[i] : RecordPredictor.EndByte;
            for (int c = 0; c < contexts.Length; c++)
                Add(scanner.Hash(contexts[c]), c, symbol, sign);
            if (i < record.Length)
                scanner.Add(symbol);
        }
    }

    /// <summary>Marks the contexts that say more than their parents: those whose parent was followed by several bytes.</summary>
    public void MarkNeeded(ReadOnlySpan<byte> record, RecordPlan plan, ref RecordScanner scanner)
    {
        Span<int> slots = stackalloc int[32];
        scanner.Restart();
        for (int i = 0; i <= record.Length; i++)
        {
            for (int c = 0; c < plan.Contexts.Length; c++)
            {
                slots[c] = Find(scanner.Hash(plan.Contexts[c]));
                int parent = plan.Parents[c];
                if (slots[c] >= 0 && (parent < 0 || (slots[parent] >= 0 && _nexts[_heads[slots[parent]]] != 0)))
                    _contexts[slots[c]] |= Needed;
            }
            if (i < record.Length)
                scanner.Add(record[i]);
        }
    }

    private const byte Needed = 128;

    private int Find(ulong key)
    {
        int i = (int)(key >> _shift);
        while (_keys[i] != key)
        {
            if (_keys[i] == 0)
                return -1;
            i = (i + 1) & (_keys.Length - 1);
        }
        return i;
    }

    /// <summary>How many needed contexts <paramref name="keep"/> wants, by context and how often it was seen.</summary>
    public int Kept(Func<int, long, bool> keep)
    {
        int kept = 0;
        for (int i = 0; i < _keys.Length; i++)
            kept += _keys[i] != 0 && (_contexts[i] & Needed) != 0 && Seen(i) is > 0 and var seen && keep(_contexts[i] & ~Needed, seen) ? 1 : 0;
        return kept;
    }

    /// <summary>Calls back for each needed context that <paramref name="keep"/> wants, with its bytes in ascending order.</summary>
    public void ForEach(Func<int, long, bool> keep, Action<ulong, byte[], int[], int> visit)
    {
        byte[] symbols = new byte[256];
        int[] counts = new int[256];
        int[] all = new int[256];
        for (int i = 0; i < _keys.Length; i++)
        {
            if (_keys[i] == 0 || (_contexts[i] & Needed) == 0 || !(Seen(i) is > 0 and var seen) || !keep(_contexts[i] & ~Needed, seen))
                continue;
            int n = 0;
            for (int node = _heads[i]; node != 0; node = _nexts[node])
                all[_symbols[node]] = _counts[node];
            for (int s = 0; s < 256; s++)
            {
                if (all[s] > 0)
                {
                    symbols[n] = (byte)s;
                    counts[n++] = all[s];
                }
                all[s] = 0;
            }
            visit(_keys[i], symbols, counts, n);
        }
    }

    // Counts below nothing are of what was forgotten, and then taken out.
    private long Seen(int slot)
    {
        long sum = 0;
        for (int node = _heads[slot]; node != 0; node = _nexts[node])
            sum += Math.Max(_counts[node], 0);
        return sum;
    }

    private void Add(ulong key, int context, byte symbol, int sign)
    {
        int mask = _keys.Length - 1;
        int i = (int)(key >> _shift);
        while (_keys[i] != key)
        {
            if (_keys[i] == 0)
            {
                if (sign < 0)
                    return;
                if (_used == _maxContexts || _nodes == _maxNodes)
                {
                    Forget();
                    Add(key, context, symbol, sign);
                    return;
                }
                _keys[i] = key;
                _contexts[i] = (byte)context;
                _heads[i] = AddNode(symbol, 0);
                if (++_used > _keys.Length * 5L / 8)
                    Rebuild(2 * _keys.Length);
                return;
            }
            i = (i + 1) & mask;
        }
        int head = _heads[i];
        for (int node = head; node != 0; node = _nexts[node])
        {
            if (_symbols[node] == symbol)
            {
                _counts[node] += sign;
                return;
            }
        }
        if (sign <= 0)
            return;
        if (_nodes == _maxNodes)
        {
            Forget();
            Add(key, context, symbol, sign);
            return;
        }
        _heads[i] = AddNode(symbol, head);
    }

    private int AddNode(byte symbol, int next)
    {
        if (_nodes == _symbols.Length)
        {
            int length = Math.Min(2 * _nodes, _maxNodes);
            Array.Resize(ref _symbols, length);
            Array.Resize(ref _counts, length);
            Array.Resize(ref _nexts, length);
        }
        _symbols[_nodes] = symbol;
        _counts[_nodes] = 1;
        _nexts[_nodes] = next;
        return _nodes++;
    }

    // Forgets the contexts seen least, till at most half of all there may be is left.
    private void Forget()
    {
        int left = _used;
        for (long least = 2; left > _maxContexts / 2 || _nodes > _maxNodes / 2; least *= 2)
        {
            byte[] symbols = _symbols;
            int[] counts = _counts, nexts = _nexts;
            _symbols = new byte[1 << 16];
            _counts = new int[1 << 16];
            _nexts = new int[1 << 16];
            _nodes = 1;
            left = 0;
            for (int i = 0; i < _keys.Length; i++)
            {
                if (_keys[i] == 0)
                    continue;
                long seen = 0;
                for (int node = _heads[i]; node != 0; node = nexts[node])
                    seen += Math.Max(counts[node], 0);
                if (seen < least)
                {
                    _keys[i] = 0;
                    continue;
                }
                int head = 0;
                for (int node = _heads[i]; node != 0; node = nexts[node])
                {
                    head = AddNode(symbols[node], head);
                    _counts[head] = counts[node];
                }
                _heads[i] = head;
                left++;
            }
        }
        _used = left;
        Rebuild(_keys.Length);
    }

    // Gives every context its place in a table of so many.
    private void Rebuild(int length)
    {
        ulong[] keys = _keys;
        byte[] contexts = _contexts;
        int[] heads = _heads;
        _keys = new ulong[length];
        _contexts = new byte[length];
        _heads = new int[length];
        _shift = 64 - BitOperations.Log2((uint)length);
        for (int i = 0; i < keys.Length; i++)
        {
            if (keys[i] == 0)
                continue;
            int place = (int)(keys[i] >> _shift);
            while (_keys[place] != 0)
                place = (place + 1) & (length - 1);
            _keys[place] = keys[i];
            _contexts[place] = contexts[i];
            _heads[place] = heads[i];
        }
    }
}

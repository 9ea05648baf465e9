using System.Numerics;

namespace Tacit.Modeling.Records;

/// <summary>Which bytes followed each context in the samples, and how often: what training collects.</summary>
internal sealed class ContextCounts
{
    // Bounds memory (about 1 GB) when nothing ever comes again; contexts that come later are not counted.
    private const int MaxContexts = 20_000_000;

    private ulong[] _keys = new ulong[1 << 16];
    private byte[] _contexts = new byte[1 << 16];    // place in the plan; the top bit: needed
    private int[] _heads = new int[1 << 16];
    private int _used;
    private byte[] _symbols = new byte[1 << 16];
    private int[] _counts = new int[1 << 16];
    private int[] _nexts = new int[1 << 16];
    private int _nodes = 1;    // 0 ends a list
    private int _shift = 64 - 16;

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

    /// <summary>Calls back for each needed context with its bytes in ascending order.</summary>
    public void ForEach(Action<ulong, int, byte[], int[], int> visit)
    {
        byte[] symbols = new byte[256];
        int[] counts = new int[256];
        int[] all = new int[256];
        for (int i = 0; i < _keys.Length; i++)
        {
            if (_keys[i] == 0 || (_contexts[i] & Needed) == 0)
                continue;
            int n = 0;
            if (_nexts[_heads[i]] == 0)
            {
                if (_counts[_heads[i]] > 0)
                {
                    symbols[0] = _symbols[_heads[i]];
                    counts[0] = _counts[_heads[i]];
                    n = 1;
                }
            }
            else
            {
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
            }
            if (n > 0)
                visit(_keys[i], _contexts[i] & ~Needed, symbols, counts, n);
        }
    }

    private void Add(ulong key, int context, byte symbol, int sign)
    {
        int mask = _keys.Length - 1;
        int i = (int)(key >> _shift);
        while (_keys[i] != key)
        {
            if (_keys[i] == 0)
            {
                if (sign < 0 || _used == MaxContexts)
                    return;
                _keys[i] = key;
                _contexts[i] = (byte)context;
                _heads[i] = AddNode(symbol, 0);
                if (++_used > _keys.Length * 5 / 8)
                    Grow();
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
        if (sign > 0)
            _heads[i] = AddNode(symbol, head);
    }

    private int AddNode(byte symbol, int next)
    {
        if (_nodes == _symbols.Length)
        {
            Array.Resize(ref _symbols, 2 * _nodes);
            Array.Resize(ref _counts, 2 * _nodes);
            Array.Resize(ref _nexts, 2 * _nodes);
        }
        _symbols[_nodes] = symbol;
        _counts[_nodes] = 1;
        _nexts[_nodes] = next;
        return _nodes++;
    }

    private void Grow()
    {
        ulong[] keys = _keys;
        byte[] contexts = _contexts;
        int[] heads = _heads;
        int length = 2 * keys.Length;
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

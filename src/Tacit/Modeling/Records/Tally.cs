using System.Runtime.InteropServices;

namespace Tacit.Modeling.Records;

/// <summary>Counts of keys, in the order they first came; when there are too many, those counted least are forgotten.</summary>
/// <param name="most">Most keys, at least 2.</param>
internal sealed class Tally<TKey>(int most)
    where TKey : notnull
{
    private readonly Dictionary<TKey, int> _index = [];
    private List<(TKey Key, int Count)> _counts = [];

    /// <summary>The keys and their counts.</summary>
    public IReadOnlyList<(TKey Key, int Count)> Counts => _counts;

    /// <summary>Counts a key.</summary>
    public void Add(TKey key)
    {
        if (!_index.TryGetValue(key, out int at))
        {
            if (_counts.Count == most)
                Forget();
            _index[key] = at = _counts.Count;
            _counts.Add((key, 0));
        }
        CollectionsMarshal.AsSpan(_counts)[at].Count++;
    }

    /// <summary>How often a key was counted.</summary>
    public int CountOf(TKey key) => _index.TryGetValue(key, out int at) ? _counts[at].Count : 0;

    private void Forget()
    {
        for (int least = 2; _counts.Count > most / 2; least *= 2)
            _counts = _counts.FindAll(c => c.Count >= least);
        _index.Clear();
        for (int i = 0; i < _counts.Count; i++)
            _index[_counts[i].Key] = i;
    }
}

namespace Tacit.Media;

/// <summary>Finds added tokens in text: the leftmost first, of those that begin there the longest.</summary>
internal sealed class TokenSearch
{
    private readonly Dictionary<(int Node, byte Next), int> _children = [];
    private readonly List<int> _tokens = [-1];      // of each node
    private readonly bool[] _begins = new bool[256];

    /// <summary>A tree of the tokens' bytes.</summary>
    /// <exception cref="InvalidDataException">A token is empty, or there are two with the same bytes.</exception>
    public TokenSearch(IReadOnlyList<(byte[] Content, int Id)> tokens)
    {
        foreach ((byte[] content, int id) in tokens)
        {
            int node = 0;
            foreach (byte b in content)
            {
                if (!_children.TryGetValue((node, b), out int child))
                {
                    child = _tokens.Count;
                    _children.Add((node, b), child);
                    _tokens.Add(-1);
                }
                node = child;
            }
            if (node == 0 || _tokens[node] >= 0)
                throw new InvalidDataException($"The tokeniser's added token {id} is empty or like another.");
            _tokens[node] = id;
            _begins[content[0]] = true;
        }
    }

    /// <summary>Where the first token is, its bytes and itself; the text's length and 0 bytes if there is none.</summary>
    public (int At, int Length, int Token) First(ReadOnlySpan<byte> text)
    {
        for (int at = 0; at < text.Length; at++)
        {
            if (!_begins[text[at]])
                continue;
            int node = 0, longest = 0, token = 0;
            for (int i = at; i < text.Length && _children.TryGetValue((node, text[i]), out node); i++)
            {
                if (_tokens[node] >= 0)
                    (longest, token) = (i + 1 - at, _tokens[node]);
            }
            if (longest > 0)
                return (at, longest, token);
        }
        return (text.Length, 0, 0);
    }
}

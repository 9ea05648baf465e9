namespace Tacit.Modeling.ContextMixing;

/// <summary>Where the contexts of a kind of block are listed, one after another: their names or their hashes.</summary>
internal interface IContextList
{
    /// <summary>The next context: what people call its kind, and what it looks at.</summary>
    void Add(string name, ulong a, uint b = 0);

    /// <summary>Whether contexts beyond the first <paramref name="number"/> are wanted.</summary>
    bool Wants(int number);
}

namespace Tacit.Media.DataSets;

/// <summary>Gathers the items of several files, which must all be alike.</summary>
internal sealed class ItemCollector
{
    // Bytes as long as all values are such, which most data's are, and are a quarter of the memory.
    private readonly List<(string Name, int End)> _sources = [];
    private readonly List<string> _labels = [];
    private byte[] _bytes = [];
    private float[] _numbers = [];
    private bool _isBytes = true, _allLabelled = true;
    private int _count;     // values
    private ItemShape _shape;
    private int _highest;
    private DataFile? _file;
    private int _rate, _stride;

    /// <summary>The next values are of this file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="shape">Of its items.</param>
    /// <param name="highest">The value that stands for 1; 0 if its format does not say.</param>
    /// <param name="rate">Of a sound: samples a second.</param>
    /// <param name="stride">Of a sound: samples from one piece to the next.</param>
    /// <exception cref="InvalidDataException">Its items are not like those before.</exception>
    public void Begin(DataFile file, ItemShape shape, int highest, int rate = 0, int stride = 0)
    {
        if (shape.Size < 1)
            throw new InvalidDataException("its items have no values.");
        if (_file is not null && shape != _shape)
            throw new InvalidDataException($"its items are {shape}, those of {_sources[0].Name} are {_shape}; all must have one size.");
        if (_file is not null && highest != _highest)
            throw new InvalidDataException($"its values go {Range(highest)}, those of {_sources[0].Name} {Range(_highest)}; all must have one range.");
        if (_file is not null && rate != _rate)
            throw new InvalidDataException($"it is {Sound(rate)}, {_sources[0].Name} is {Sound(_rate)}; all must be alike.");
        (_file, _shape, _highest, _rate, _stride) = (file, shape, highest, rate, stride);
        if (rate > 0 && _isBytes)
            BecomeNumbers();        // silence is no whole number

        static string Sound(int rate) => rate > 0 ? $"a sound of {rate} samples a second" : "no sound";

        static string Range(int highest) => highest > 0 ? $"from 0 to {highest}" : "as far as they go";
    }

    public void Add(float value)
    {
        Reserve(1);
        if (_isBytes && value >= 0f && value <= byte.MaxValue && value == (byte)value)
            _bytes[_count++] = (byte)value;
        else
            AddNumber(value);
    }

    public void Add(ReadOnlySpan<byte> values)
    {
        if (!_isBytes)
        {
            foreach (byte value in values)
                Add(value);
            return;
        }
        Reserve(values.Length);
        values.CopyTo(_bytes.AsSpan(_count));
        _count += values.Length;
    }

    /// <summary>The file's items are complete.</summary>
    /// <param name="labels">Theirs; null for the folder's name, if the file was found in one.</param>
    public void End(IReadOnlyList<string>? labels)
    {
        int before = _sources.Count == 0 ? 0 : _sources[^1].End, end = _count / _shape.Size;
        if (end == before)
            throw new InvalidDataException("it holds no items.");
        _sources.Add((_file!.Name, end));
        if (labels is null && _file.Folder is null)
            _allLabelled = false;
        else if (labels is not null)
            _labels.AddRange(labels);
        else
            _labels.AddRange(Enumerable.Repeat(_file.Folder!, end - before));
    }

    /// <summary>The set.</summary>
    /// <param name="given">Labels from elsewhere, or null.</param>
    /// <param name="withLabels">Whether there are to be labels.</param>
    public ItemSet ToSet(IReadOnlyList<string>? given, bool withLabels)
    {
        if (_sources.Count == 0)
            throw new InvalidDataException("there are no items: what is named holds no images, no tables and no sounds.");
        int items = _sources[^1].End;
        if (given is not null && given.Count != items)
            throw new InvalidDataException($"there are {given.Count} labels for {items} items.");
        IReadOnlyList<string>? labels = given ?? (_allLabelled && withLabels ? _labels : null);
        return new ItemSet(_shape, _isBytes ? _bytes.AsMemory(0, _count) : default, _isBytes ? default : _numbers.AsMemory(0, _count), _highest, _sources, labels) { SampleRate = _rate, Stride = _stride };
    }

    private void AddNumber(float value)
    {
        if (_isBytes)
            BecomeNumbers();
        _numbers[_count++] = value;
    }

    private void BecomeNumbers()
    {
        if (_bytes.Length > Array.MaxLength / sizeof(float))
            throw TooMany(Array.MaxLength / sizeof(float));
        _isBytes = false;
        _numbers = Array.ConvertAll(_bytes, b => (float)b);
        _bytes = [];
    }

    private void Reserve(int more)
    {
        long wanted = (long)_count + more, most = _isBytes ? Array.MaxLength : Array.MaxLength / sizeof(float);
        int there = _isBytes ? _bytes.Length : _numbers.Length;
        if (wanted <= there)
            return;
        if (wanted > most)
            throw TooMany(most);
        int length = (int)Math.Min(most, Math.Max(wanted, there + (long)there / 2 + 1024));
        if (_isBytes)
            Array.Resize(ref _bytes, length);
        else
            Array.Resize(ref _numbers, length);
    }

    private static InvalidDataException TooMany(long most) => new($"all items together have more than {most} values, which is the most; a part of them will do.");
}

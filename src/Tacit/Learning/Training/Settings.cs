using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace Tacit.Learning;

/// <summary>Named values of a model or of a run: given on a command line, in a file, or in a model's metadata.</summary>
/// <remarks>
/// <para>
/// One method asks for all values of one kind of options, in a fixed order, each with the value it has unless another is
/// given: <c>options with { Layers = settings.Whole("layers", options.Layers, 1, 1000) }</c>. So the same method reads
/// options, and writes them: <see cref="ToJson"/> has all that was asked for.
/// </para>
/// <para>Names are lower case with underscores. On a command line key_heads is --key-heads.</para>
/// </remarks>
public sealed class Settings
{
    private const int Most = 1000, LongestJson = 1 << 20;       // far more than any model has; names are looked for one by one

    private readonly List<(string Name, string Text)> _given = [];
    private readonly List<(string Name, string Json)> _asked = [];

    /// <summary>The names that were asked for, in order.</summary>
    public IReadOnlyList<string> Names => [.. _asked.Select(a => a.Name)];

    /// <summary>Reads a JSON object of numbers, texts and truth values.</summary>
    /// <exception cref="InvalidDataException">It is none, too long, or a name is there twice.</exception>
    public static Settings Parse(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > LongestJson)
            throw new InvalidDataException($"The settings have {utf8.Length} bytes; {LongestJson} are the most.");
        var settings = new Settings();
        try
        {
            var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = 1, CommentHandling = JsonCommentHandling.Skip });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                throw new InvalidDataException("Settings are a JSON object: { \"layers\": 4 }.");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                string name = reader.GetString()!;
                if (settings.Find(name) is not null)
                    throw new InvalidDataException($"The setting '{name}' is there twice.");
                if (settings._given.Count == Most)
                    throw new InvalidDataException($"There are more than {Most} settings.");
                reader.Read();
                settings._given.Add((name, reader.TokenType switch
                {
                    JsonTokenType.String => reader.GetString()!,
                    JsonTokenType.Number => Encoding.ASCII.GetString(reader.ValueSpan),
                    JsonTokenType.True => "true",
                    JsonTokenType.False => "false",
                    _ => throw new InvalidDataException($"The setting '{name}' is neither number, text, true nor false."),
                }));
            }
            reader.Read();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"The settings are not valid JSON: {e.Message}", e);
        }
        return settings;
    }

    /// <inheritdoc cref="Parse(ReadOnlySpan{byte})"/>
    public static Settings Parse(string json) => Parse(Encoding.UTF8.GetBytes(json));

    /// <summary>Gives a value, in place of one given before.</summary>
    public void Give(string name, string text)
    {
        _given.RemoveAll(g => g.Name == name);
        _given.Add((name, text));
    }

    /// <summary>Gives all values that were given to others, in place of those given before.</summary>
    public void Give(Settings others)
    {
        ArgumentNullException.ThrowIfNull(others);
        foreach ((string name, string text) in others._given)
            Give(name, text);
    }

    /// <summary>Asks for a whole number.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">What it is unless another is given.</param>
    /// <param name="least">The least it may be.</param>
    /// <param name="most">The most it may be.</param>
    /// <exception cref="InvalidDataException">What is given is no such number.</exception>
    public T Whole<T>(string name, T value, T least, T most)
        where T : IBinaryInteger<T>
    {
        if (Find(name) is { } text
            && (!T.TryParse(text, NumberStyles.AllowLeadingSign, NumberFormatInfo.InvariantInfo, out value!) || value < least || value > most))
            throw new InvalidDataException($"'{name}' is a whole number from {least} to {most}, not '{text}'.");
        Ask(name, value.ToString(null, NumberFormatInfo.InvariantInfo));
        return value;
    }

    /// <summary>Asks for a number.</summary>
    /// <inheritdoc cref="Whole{T}"/>
    public float Real(string name, float value, float least, float most)
    {
        if (Find(name) is { } text
            && (!float.TryParse(text, NumberStyles.Float, NumberFormatInfo.InvariantInfo, out value) || !(value >= least && value <= most)))
        {
            throw new InvalidDataException(string.Create(NumberFormatInfo.InvariantInfo,
                $"'{name}' is a number from {least} to {most}, not '{text}'."));
        }
        Ask(name, value.ToString(NumberFormatInfo.InvariantInfo));      // the shortest text that reads as the same float
        return value;
    }

    /// <summary>Asks whether something is so.</summary>
    /// <inheritdoc cref="Whole{T}"/>
    public bool Flag(string name, bool value)
    {
        if (Find(name) is { } text)
        {
            value = text is "true" or "yes" or "1";
            if (!value && text is not ("false" or "no" or "0"))
                throw new InvalidDataException($"'{name}' is true or false, not '{text}'.");
        }
        Ask(name, value ? "true" : "false");
        return value;
    }

    /// <summary>Asks for a text.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">What it is unless another is given.</param>
    /// <param name="recorded">What is written in its place: a path is not to be in a model file.</param>
    public string Text(string name, string value, Func<string, string>? recorded = null)
    {
        value = Find(name) ?? value;
        Ask(name, new StringBuilder().AppendQuoted(recorded is null ? value : recorded(value)).ToString());
        return value;
    }

    /// <summary>Asks for one of several things that have names.</summary>
    /// <inheritdoc cref="Whole{T}"/>
    /// <param name="name">Its name.</param>
    /// <param name="value">What it is unless another is given.</param>
    /// <param name="choices">The things and their names.</param>
    public T Choice<T>(string name, T value, params ReadOnlySpan<(string Name, T Value)> choices)
    {
        string names = "", own = "";
        bool found = false;
        string? text = Find(name);
        foreach ((string choice, T thing) in choices)
        {
            names += (names.Length == 0 ? "" : ", ") + choice;
            if (text is not null && choice == text)
            {
                value = thing;
                found = true;
            }
        }
        if (text is not null && !found)
            throw new InvalidDataException($"'{name}' is one of {names}, not '{text}'.");
        foreach ((string choice, T thing) in choices)
        {
            if (EqualityComparer<T>.Default.Equals(thing, value))
                own = choice;
        }
        Ask(name, new StringBuilder().AppendQuoted(own).ToString());
        return value;
    }

    /// <summary>Others with the same values given and nothing asked for, to ask for values of another kind.</summary>
    public Settings Copy()
    {
        var copy = new Settings();
        copy._given.AddRange(_given);
        return copy;
    }

    /// <summary>Passes if all that is given was asked for, here or in a copy.</summary>
    /// <exception cref="InvalidDataException">Something was not; the message names what there is.</exception>
    public void RefuseUnknown(params ReadOnlySpan<Settings> copies)
    {
        IEnumerable<string> known = Names;
        foreach (Settings copy in copies)
            known = known.Concat(copy.Names);
        foreach ((string name, _) in _given)
        {
            if (!known.Contains(name))
                throw new InvalidDataException($"There is no setting '{name}'; there are {string.Join(", ", known)}.");
        }
    }

    /// <summary>The values of all that was asked for, in the order of asking, as a JSON object.</summary>
    public string ToJson()
    {
        var json = new StringBuilder("{");
        foreach ((string name, string value) in _asked)
            json.Append(json.Length > 1 ? "," : "").AppendQuoted(name).Append(':').Append(value);
        return json.Append('}').ToString();
    }

    private string? Find(string name)
    {
        foreach ((string given, string text) in _given)
        {
            if (given == name)
                return text;
        }
        return null;
    }

    private void Ask(string name, string json)
    {
        if (_asked.Exists(a => a.Name == name))
            throw new InvalidOperationException($"The setting '{name}' is asked for twice.");
        _asked.Add((name, json));
    }
}

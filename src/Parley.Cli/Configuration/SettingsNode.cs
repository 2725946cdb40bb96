using System.Globalization;
using System.Text.Json;
using Parley.Cli.Terminal;

namespace Parley.Cli.Configuration;

/// <summary>A value of a settings file and where it stands there, so that whatever is wrong with it is said with its place.</summary>
/// <param name="value">The value.</param>
/// <param name="path">Its keys from the outermost, with dots between.</param>
/// <param name="file">The file's name, for messages.</param>
internal readonly struct SettingsNode(JsonElement value, string path, string file)
{
    /// <summary>Where it stands: <c>trunks.carrier.uri</c>.</summary>
    public string Path => path;

    public bool IsText => value.ValueKind == JsonValueKind.String;

    /// <summary>The text.</summary>
    public string Text() => IsText ? value.GetString()! : throw Needs("a text in quotes");

    /// <summary>True or false.</summary>
    public bool Switch() => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Needs("true or false");

    /// <summary>A whole number within bounds.</summary>
    public int Number(int least, int most) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least && number <= most
            ? number
            : throw Needs(string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}"));

    /// <summary>One of a few words.</summary>
    public string OneOf(params ReadOnlySpan<string> words)
    {
        if (IsText)
        {
            foreach (var word in words)
            {
                if (value.GetString() == word)
                    return word;
            }
        }

        throw Needs($"one of \"{string.Join("\", \"", words!)}\"");
    }

    /// <summary>A time as <see cref="Duration"/> reads it.</summary>
    public TimeSpan Time() => IsText && Duration.TryParse(value.GetString()!, out var time)
        ? time
        : throw Needs("a duration such as \"30s\", \"5m\" or \"1h\", up to a day");

    /// <summary>A list of texts; a single text counts as a list of one.</summary>
    public List<string> Texts()
    {
        if (IsText)
            return [value.GetString()!];
        if (value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(one => one.ValueKind != JsonValueKind.String))
            throw Needs("a list of texts, such as [\"…\", \"…\"]");
        return [.. value.EnumerateArray().Select(one => one.GetString()!)];
    }

    /// <summary>The members of a list.</summary>
    /// <param name="what">What the list is of, for the message when it is none.</param>
    public List<SettingsNode> Items(string what)
    {
        if (value.ValueKind != JsonValueKind.Array)
            throw Needs($"a list of {what} in brackets");
        var items = new List<SettingsNode>();
        foreach (var item in value.EnumerateArray())
            items.Add(new(item, $"{path}[{items.Count}]", file));
        return items;
    }

    /// <summary>The values of an object by their keys, which may be anything but empty or double.</summary>
    /// <param name="what">What the values are, for the message when it is no object.</param>
    public List<(string Key, SettingsNode Value)> Members(string what)
    {
        if (value.ValueKind != JsonValueKind.Object)
            throw Needs($"{what} in braces");
        var members = new List<(string Key, SettingsNode Value)>();
        foreach (var property in value.EnumerateObject())
        {
            var member = new SettingsNode(property.Value, path.Length == 0 ? property.Name : $"{path}.{property.Name}", file);
            if (property.Name.Length == 0)
                throw Fault("has a key without a name");
            if (members.Any(one => one.Key == property.Name))
                throw member.Fault("is there twice; one of the two has to go");
            members.Add((property.Name, member));
        }

        return members;
    }

    /// <summary>The values of an object whose keys are known.</summary>
    /// <param name="what">What the object is, for the message when it is none.</param>
    /// <param name="keys">Every key it may have.</param>
    public List<(string Key, SettingsNode Value)> Members(string what, IReadOnlyList<string> keys)
    {
        var members = Members(what);
        foreach (var (key, _) in members)
        {
            if (!keys.Contains(key))
                throw Unknown(key, keys);
        }

        return members;
    }

    /// <summary>One of this object's members that has to be there.</summary>
    /// <param name="members">The members.</param>
    /// <param name="key">Its key.</param>
    public SettingsNode Required(IReadOnlyDictionary<string, SettingsNode> members, string key) => members.TryGetValue(key, out var member) ? member : throw Needs($"a \"{key}\"");

    /// <summary>What is said about a value that is not what is needed.</summary>
    public CommandException Needs(string what) => Fault($"needs {what}");

    /// <summary>What is said about a value: where, then <paramref name="what"/>.</summary>
    public CommandException Fault(string what) =>
        CommandException.Usage(path.Length == 0 ? $"{file}: it {what}." : $"{file}: '{path}' {what}.");

    private CommandException Unknown(string key, IReadOnlyList<string> keys)
    {
        var place = path.Length == 0 ? "" : $" in '{path}'";
        return CommandException.Usage(Nearest.To(key, keys) is { } near
            ? $"{file}: unknown key '{key}'{place}; did you mean '{near}'?"
            : $"{file}: unknown key '{key}'{place}; there are {string.Join(", ", keys)}.");
    }
}

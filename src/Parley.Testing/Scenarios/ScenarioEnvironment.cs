using System.Collections.Concurrent;

namespace Parley.Testing.Scenarios;

/// <summary>
/// What <c>env</c> finds: the values of files first, of which one read later goes before one read earlier, then the process's environment, then what a local run supplies. Thread-safe.
/// </summary>
public sealed class ScenarioEnvironment
{
    private readonly ConcurrentDictionary<string, string> _files = new(StringComparer.Ordinal);
    private readonly Func<string, string?> _process;
    private readonly ScenarioLocalValues? _local;

    /// <summary>The environment of the process.</summary>
    public ScenarioEnvironment()
        : this(Environment.GetEnvironmentVariable, null)
    {
    }

    internal ScenarioEnvironment(Func<string, string?> process, ScenarioLocalValues? local) => (_process, _local) = (process, local);

    internal ScenarioEnvironment(ScenarioVariables variables)
        : this(Environment.GetEnvironmentVariable, variables.Domain is { } domain ? new(domain, variables.Suffix ?? "") : null)
    {
        foreach (var (key, value) in variables.Files)
            _files[key] = value;
    }

    /// <summary>The value of a variable.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="ScenarioException">It is not set.</exception>
    public string Get(string name) => Find(name) ?? throw new ScenarioException($"environment variable `{name}` is not set");

    /// <summary>The value of a variable; null when it is not set.</summary>
    /// <param name="name">Its name.</param>
    public string? Find(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        // A local run is one against its own registrar, whatever the environment says.
        return _local?.Fixed(name) ?? (_files.TryGetValue(name, out var value) ? value : _process(name)) ?? _local?.Missing(name);
    }

    /// <summary>Reads a file of <c>KEY=VALUE</c> lines.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ScenarioException">It cannot be read, or a line is no assignment.</exception>
    public void Load(string path)
    {
        foreach (var (key, value) in DotenvFile.Read(path))
            _files[key] = value;
    }

    /// <summary>What another process needs to find the same.</summary>
    internal ScenarioVariables ToVariables() => new(new(_files), _local?.Domain, _local?.Suffix);

    /// <summary>The same values, apart from what is read from now on.</summary>
    internal ScenarioEnvironment Copy() => Copy(_local);

    /// <summary>The same values with others of a local run.</summary>
    internal ScenarioEnvironment Copy(ScenarioLocalValues? local)
    {
        var copy = new ScenarioEnvironment(_process, local);
        foreach (var (key, value) in _files)
            copy._files[key] = value;
        return copy;
    }
}

/// <summary>What a run with a registrar of its own supplies: its address, and accounts.</summary>
/// <param name="domain">Host and port of the registrar.</param>
/// <param name="suffix">Goes behind each user name: what keeps the accounts of scenarios apart that run at the same time.</param>
internal sealed class ScenarioLocalValues(string domain, string suffix)
{
    // The registrar of a local run takes any password.
    private const string Password = "secret";

    public string Domain => domain;

    public string Suffix => suffix;

    /// <summary>The value that nothing overrides.</summary>
    public string? Fixed(string name) => name == "SIP_DOMAIN" ? domain : null;

    /// <summary>The value of a variable that is not set.</summary>
    public string? Missing(string name)
    {
        if (name.EndsWith("_USER", StringComparison.Ordinal) && name.Length > 5)
            return name[..^5].ToLowerInvariant().Replace('_', '-') + suffix;
        return name.EndsWith("_PASS", StringComparison.Ordinal) ? Password : null;
    }
}

/// <summary>The values of a <see cref="ScenarioEnvironment"/> on their way to another process.</summary>
/// <param name="Files">What files gave.</param>
/// <param name="Domain">The registrar of a local run.</param>
/// <param name="Suffix">What goes behind the user names of a local run.</param>
internal sealed record ScenarioVariables(Dictionary<string, string> Files, string? Domain, string? Suffix);

namespace Parley.Server.Access;

/// <summary>Who has connected, by the key presented.</summary>
public sealed class ApiPrincipal
{
    private readonly HashSet<string>? _commands;

    internal ApiPrincipal(string name, IReadOnlyList<string>? commands, CallScope calls)
    {
        Name = name;
        _commands = commands?.ToHashSet(StringComparer.OrdinalIgnoreCase);
        Calls = calls;
    }

    /// <summary>Somebody on this machine, where no keys are set.</summary>
    internal static ApiPrincipal Local { get; } = new("local", null, CallScope.All);

    /// <summary>The key's name.</summary>
    public string Name { get; }

    /// <summary>Calls that may be seen and touched.</summary>
    public CallScope Calls { get; }

    /// <summary>True for a key that opens everything.</summary>
    public bool IsWhole => _commands is null && ReferenceEquals(Calls, CallScope.All);

    /// <summary>True when the command may be given.</summary>
    public bool Allows(string command) => _commands is null || _commands.Contains(command);
}

using System.Diagnostics.CodeAnalysis;

namespace Parley.Cli.Extensions;

/// <summary>The built-in extensions by name.</summary>
internal static class ExtensionTable
{
    public static IReadOnlyList<Extension> All { get; } =
    [
        new("echo", "echo", "sends back what you say", EchoExtension.RunAsync),
        new("tone", "tone", "440 Hz until you hang up", ToneExtension.RunAsync),
        new("tone-N", "tone-", "N Hz until you hang up", ToneExtension.RunAsync),
        new("play", "play", "says a prompt and hangs up", PlayExtension.RunAsync),
        new("record", "record", "records both directions after the beep, until #", RecordExtension.RunAsync),
        new("menu", "menu", "answers each digit with a tone of 300 + 100·digit Hz", MenuExtension.RunAsync),
        new("early", "early", "two seconds of 440 Hz before the answer, 880 Hz after it", EarlyExtension.RunAsync),
        new("reject-NNN", "reject-", "refuses with status NNN", RejectExtension.RunAsync),
        new("control", "control", "rings until the call-control server says what becomes of the call", ControlExtension.RunAsync),
        new("bridge-URI", "bridge-", "dials URI (with its : and @ escaped as %3A and %40) and joins you with it", BridgeExtension.RunAsync),
    ];

    /// <summary>Finds what was dialled.</summary>
    /// <param name="dialled">User part of the request-URI, escapes resolved.</param>
    /// <param name="extension">What answers there.</param>
    /// <param name="argument">What follows its name; empty when it takes none.</param>
    public static bool TryFind(string dialled, [NotNullWhen(true)] out Extension? extension, out string argument)
    {
        argument = "";
        extension = All.FirstOrDefault(one => !one.TakesArgument && one.Name.Equals(dialled, StringComparison.OrdinalIgnoreCase));
        if (extension is not null)
            return true;
        extension = All.FirstOrDefault(one => one.TakesArgument && dialled.StartsWith(one.Name, StringComparison.OrdinalIgnoreCase));
        if (extension is null)
            return false;
        argument = dialled[extension.Name.Length..];
        return true;
    }
}

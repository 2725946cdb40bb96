using Parley.Contracts.Commands;
using Parley.Server.Access;

namespace Parley.Cli.Configuration;

/// <summary>The keys of <c>parley.json</c> about the call API.</summary>
internal static class CallApiSettingsFile
{
    private static readonly string[] KeyKeys = ["name", "key", "commands", "calls"];

    private static readonly string[] Commands =
    [
        CommandNames.CallStart, CommandNames.CallBlindTransfer, CommandNames.CallAttendedTransfer, CommandNames.CallHold, CommandNames.CallUnHold, CommandNames.CallEnd,
        CommandNames.Subscribe, CommandNames.Unsubscribe, CommandNames.CallList, CommandNames.CallGet, CommandNames.CallPlay, CommandNames.CallStop, CommandNames.CallRecord,
        CommandNames.CallDtmf, CommandNames.CallBridge, CommandNames.CallReject, CommandNames.CallAnswer, CommandNames.CallRedirect, CommandNames.Echo,
    ];

    public static IReadOnlyList<string> Keys { get; } = ["call-api", "call-api-key", "call-api-keys", "call-api-origins"];

    /// <summary>The settings with one key's value.</summary>
    public static CallApiSettings With(CallApiSettings settings, string key, SettingsNode value) => key switch
    {
        "call-api" => settings with { Listen = value.Text() },
        "call-api-key" => settings with { Key = value.Text() },
        "call-api-keys" => settings with { Keys = value.Items("keys").ConvertAll(Key) },
        "call-api-origins" => settings with { Origins = value.Texts() },
        _ => throw new ArgumentOutOfRangeException(nameof(key), key, "No key of the call API."),
    };

    private static ApiKey Key(SettingsNode value)
    {
        var members = value.Members("an object with \"name\" and \"key\"", KeyKeys).ToDictionary();
        try
        {
            return new ApiKey(Required(value, members, "name").Text(), Required(value, members, "key").Text())
            {
                Commands = members.TryGetValue("commands", out var commands) ? commands.Texts().ConvertAll(name => Command(commands, name)) : null,
                Calls = members.TryGetValue("calls", out var calls) ? Calls(calls) : CallScope.All,
            };
        }
        catch (ArgumentException e)
        {
            throw value.Fault($"is no key: {e.Message.Split(" (Parameter")[0].TrimEnd('.')}");
        }
    }

    private static string Command(SettingsNode value, string name) => Commands.Contains(name)
        ? name
        : throw value.Fault($"names '{name}', which is no command; " + (Nearest.To(name, Commands) is { } near ? $"did you mean '{near}'?" : $"there are {string.Join(", ", Commands)}"));

    private static CallScope Calls(SettingsNode value) => value.Texts() switch
    {
        ["all"] => CallScope.All,
        ["own"] => CallScope.Own,
        var patterns => CallScope.Of(patterns),
    };

    private static SettingsNode Required(SettingsNode owner, Dictionary<string, SettingsNode> members, string key) =>
        members.TryGetValue(key, out var value) ? value : throw owner.Needs($"a \"{key}\"");
}

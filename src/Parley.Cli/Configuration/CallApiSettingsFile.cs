using Parley.Contracts.Commands;
using Parley.Server.Access;

namespace Parley.Cli.Configuration;

/// <summary>The keys of <c>parley.json</c> about the call API.</summary>
internal static class CallApiSettingsFile
{
    private static readonly string[] KeyKeys = ["name", "key"];

    private static readonly string[] ScopedKeyKeys = [.. KeyKeys, "commands", "calls"];

    private static readonly string[] Commands =
    [
        CommandNames.CallStart, CommandNames.CallBlindTransfer, CommandNames.CallAttendedTransfer, CommandNames.CallHold, CommandNames.CallUnHold, CommandNames.CallEnd,
        CommandNames.Subscribe, CommandNames.Unsubscribe, CommandNames.CallList, CommandNames.CallGet, CommandNames.CallPlay, CommandNames.CallStop, CommandNames.CallRecord,
        CommandNames.CallDtmf, CommandNames.CallBridge, CommandNames.CallReject, CommandNames.CallAnswer, CommandNames.CallRedirect, CommandNames.Echo,
    ];

    public static IReadOnlyList<string> Keys { get; } = ["call-api", "call-api-key", "call-api-keys", "call-api-origins"];

    /// <summary>The settings with one key's value.</summary>
    public static ApiSettings With(ApiSettings settings, string key, SettingsNode value) => key switch
    {
        "call-api" => settings with { Listen = value.Text() },
        "call-api-key" => settings with { Key = value.Text() },
        "call-api-keys" => settings with { Keys = value.Items("keys").ConvertAll(one => Key(one, isScoped: true)) },
        "call-api-origins" => settings with { Origins = value.Texts() },
        _ => throw new ArgumentOutOfRangeException(nameof(key), key, "No key of the call API."),
    };

    /// <summary>A key of an API.</summary>
    /// <param name="value">The key.</param>
    /// <param name="isScoped">Whether it may say which commands and calls it opens.</param>
    public static ApiKey Key(SettingsNode value, bool isScoped)
    {
        var members = value.Members("an object with \"name\" and \"key\"", isScoped ? ScopedKeyKeys : KeyKeys).ToDictionary();
        try
        {
            return new ApiKey(value.Required(members, "name").Text(), value.Required(members, "key").Text())
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
}

using System.Text.Json;
using Parley.Server.Tests.Support;

namespace Parley.Server.Tests.Voice;

/// <summary>What sockets and calls tell.</summary>
internal sealed partial class VoiceStage
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    public static string Name(JsonElement happened) => happened.Text("event");

    /// <summary>Reads events up to the first of a name, that included.</summary>
    public static async Task<List<JsonElement>> UntilAsync(ApiSocket socket, string name)
    {
        var events = new List<JsonElement>();
        do
        {
            events.Add(await socket.ReadAsync());
        }
        while (Name(events[^1]) != name);
        return events;
    }

    /// <summary>The next event of a name; those before it are passed over.</summary>
    public static async Task<JsonElement> NextAsync(ApiSocket socket, string name) => (await UntilAsync(socket, name))[^1];

    /// <summary>What the next error says; events before it are passed over.</summary>
    public static async Task<string> ErrorAsync(ApiSocket socket) => (await NextAsync(socket, "error")).Text("error");

    /// <summary>Reads all there is, to the close of the socket.</summary>
    public static async Task<List<JsonElement>> ToEndAsync(ApiSocket socket)
    {
        var events = new List<JsonElement>();
        while (await socket.TryReadAsync() is { } text)
            events.Add(JsonElement.Parse(text));
        return events;
    }

    /// <summary>The next digit that this end of a call hears.</summary>
    public static async Task<char> DigitAsync(Call call)
    {
        using var limit = new CancellationTokenSource(s_limit);
        await foreach (var digit in call.Digits(limit.Token))
            return digit.Symbol;
        throw new InvalidOperationException("The call has ended without a digit.");
    }
}

using System.Net.Security;
using System.Text;

namespace Parley.Client;

/// <summary>How a <see cref="CallApiClient"/> connects and stays connected. Its text form shows no secrets.</summary>
public sealed record CallApiClientOptions
{
    /// <summary>The server's address. Default: <c>ws://127.0.0.1:5059/call-api</c>; a path of <c>/</c> counts as <c>/call-api</c>.</summary>
    public Uri Server { get; init; } = new("ws://127.0.0.1:5059/call-api");

    /// <summary>The key, where the server has any. Default: none.</summary>
    public string? Key { get; init; }

    /// <summary>Whether a lost connection is made anew, and what was under way is asked for again under the same id. Default: true.</summary>
    public bool Reconnect { get; init; } = true;

    /// <summary>First pause before connecting anew; each further one is twice as long. Default: 200 ms.</summary>
    public TimeSpan ReconnectDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Longest pause. Default: 10 s.</summary>
    public TimeSpan MaxReconnectDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a lost connection is tried to be made anew before all that is under way fails. Default: two minutes, well within what the server remembers.</summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a request may wait for its response. Default: 10 s.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Events kept for a reader of <see cref="CallApiClient.SubscribeAsync"/> who is behind, at least 1; past it the oldest are left out and counted. Default: 65,536.</summary>
    public int MaxEvents { get; init; } = 65_536;

    /// <summary>Judges the server's certificate (wss). Default: the platform does.</summary>
    public RemoteCertificateValidationCallback? ValidateCertificate { get; init; }

    private bool PrintMembers(StringBuilder text)
    {
        text.Append($"Server = {Server}, Reconnect = {Reconnect}, GiveUpAfter = {GiveUpAfter}, RequestTimeout = {RequestTimeout}");
        return true;
    }
}
